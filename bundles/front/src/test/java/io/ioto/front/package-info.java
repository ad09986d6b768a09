// SPDX-License-Identifier: Apache-2.0
/// Tests of the front door on a real Jetty, and on the service registry of a real framework.
@NullMarked
package io.ioto.front;

import org.jspecify.annotations.NullMarked;
