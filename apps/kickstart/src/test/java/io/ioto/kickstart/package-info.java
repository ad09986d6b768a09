// SPDX-License-Identifier: Apache-2.0
/// Tests of the kickstart app, without a web server, with a real database.
@NullMarked
package io.ioto.kickstart;

import org.jspecify.annotations.NullMarked;
