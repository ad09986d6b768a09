// SPDX-License-Identifier: Apache-2.0
package io.ioto.console.app;

/// A line of the log.
///
/// @param number grows with each
/// @param time milliseconds since 1970
/// @param level `error`, `warn`, `info`, `debug` or `trace`
/// @param source the logger, such as `io.ioto.web.Guard`
/// @param message with the stack trace of what was thrown, if anything was
record Line(long number, long time, String level, String source, String message) {
  static final int LONGEST = 8_000;

  Line {
    if (message.length() > LONGEST) {
      message = message.substring(0, LONGEST) + " …";
    }
  }
}
