// SPDX-License-Identifier: Apache-2.0
/// Tests of the empty app, which needs no web server for them ([Called]).
@NullMarked
package io.ioto.empty;

import org.jspecify.annotations.NullMarked;
