// SPDX-License-Identifier: Apache-2.0
/// The smallest application: a page, an action that says what runs, and one that answers with what
/// it was sent. Copy it, rename it, and put your own in its place. It uses contracts only; files
/// are served from the folder `site` of the bundle, requests run on threads of the web server.
@NullMarked
package io.ioto.empty;

import org.jspecify.annotations.NullMarked;
