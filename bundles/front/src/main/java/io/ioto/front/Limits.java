// SPDX-License-Identifier: Apache-2.0
package io.ioto.front;

/// What a listener puts up with.
///
/// @param backlog connections that wait to be accepted
/// @param buffer bytes of output kept before they are sent
/// @param connections open connections of all listeners together
/// @param header bytes of request line and headers
/// @param requests requests per connection before it is closed
/// @param inactivity milliseconds without input or output; 0 for ever
/// @param parse milliseconds for the first header of a connection; 0 for ever
record Limits(
    int backlog,
    int buffer,
    int connections,
    int header,
    int requests,
    long inactivity,
    long parse) {

  /// @param timeouts false switches all timeouts off, for debugging
  static Limits of(Front.Config config, boolean timeouts) {
    return new Limits(
        config.limits_backlog(),
        Math.toIntExact(config.limits_buffer()),
        config.limits_connections(),
        Math.toIntExact(config.limits_header()),
        config.limits_requests(),
        timeouts ? millis(config.timeouts_inactivity()) : 0,
        timeouts ? millis(config.timeouts_parse()) : 0);
  }

  /// What is beyond 24 days (a signed 32-bit number of milliseconds) is for ever.
  private static long millis(long configured) {
    return configured > Integer.MAX_VALUE ? 0 : configured;
  }
}
