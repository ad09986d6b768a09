// SPDX-License-Identifier: Apache-2.0
/// Tests of the web server, on a real Jetty and a real service registry ([Site]).
@NullMarked
package io.ioto.web;

import org.jspecify.annotations.NullMarked;
