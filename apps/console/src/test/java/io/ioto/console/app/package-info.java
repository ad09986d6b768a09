// SPDX-License-Identifier: Apache-2.0
/// Tests of the console app, without a web server.
@NullMarked
package io.ioto.console.app;

import org.jspecify.annotations.NullMarked;
