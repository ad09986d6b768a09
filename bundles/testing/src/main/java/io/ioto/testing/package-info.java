// SPDX-License-Identifier: Apache-2.0
/// Fixtures for tests of every bundle: a clock moved by hand ([ManualClock]), waiting for what
/// happens on another thread ([Eventually]), and a component's configuration from a map
/// ([Configs]) or from its bundle's own settings ([Sections]), a broker ([Mosquitto]). Never
/// shipped.
@NullMarked
package io.ioto.testing;

import org.jspecify.annotations.NullMarked;
