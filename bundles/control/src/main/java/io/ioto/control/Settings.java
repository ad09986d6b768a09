// SPDX-License-Identifier: Apache-2.0
package io.ioto.control;

import java.time.Duration;

/// What the operator may set for the control socket; see `OSGI-INF/ioto/settings.json5`.
///
/// @param maxBody bytes
/// @param maxHeader bytes of the request line and all headers
/// @param maxConnections at one time
/// @param drain how long running commands are waited for at the end
/// @param idle how long a client may neither send nor take anything
record Settings(long maxBody, int maxHeader, int maxConnections, Duration drain, Duration idle) {

  /// @param patient no client is cut off, as the command line asks for
  static Settings of(Control.Config config, boolean patient) {
    return new Settings(
        config.limits_body(),
        Math.toIntExact(config.limits_header()),
        config.limits_connections(),
        Duration.ofMillis(config.drain()),
        Duration.ofMillis(patient ? Long.MAX_VALUE : config.idle()));
  }
}
