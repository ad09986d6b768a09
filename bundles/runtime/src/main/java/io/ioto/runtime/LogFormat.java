// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Writes one line of the log: `%A` application, `%C` milliseconds since the start, `%D` date,
/// `%H` host, `%M` message, `%P` process id, `%S` source, `%T` type. What follows a `%` otherwise
/// is printed as it is.
///
/// @param text with tokens
record LogFormat(String text, String app, Instant start, ZoneId zone) {
  // As syslog writes it: Jan  2 03:04:05.
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("MMM ppd HH:mm:ss", Locale.ROOT);
  private static final String HOST = host();
  private static final long PID = ProcessHandle.current().pid();

  private static String host() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException notLinux) {
      return "localhost";
    }
  }

  String line(LogFilter.Type type, String source, String message, Instant time) {
    if (type == LogFilter.Type.RAW) {
      return message.endsWith("\n") ? message : message + "\n";
    }
    var line = new StringBuilder(message.length() + 64);
    for (var i = 0; i < text.length(); i++) {
      var c = text.charAt(i);
      if (c != '%' || i + 1 == text.length()) {
        line.append(c);
        continue;
      }
      var token = text.charAt(++i);
      switch (token) {
        case 'A' -> line.append(app);
        case 'C' -> line.append(time.toEpochMilli() - start.toEpochMilli());
        case 'D' -> line.append(DATE.format(time.atZone(zone)));
        case 'H' -> line.append(HOST);
        case 'M' -> appendPrintable(line, message);
        case 'P' -> line.append(PID);
        case 'S' -> line.append(source);
        case 'T' -> line.append(type.word());
        default -> line.append('%').append(token);
      }
    }
    return line.append('\n').toString();
  }

  /// Further lines of a message are indented, and control characters taken out, so that no message
  /// can pass for another one or play with the terminal.
  private static void appendPrintable(StringBuilder line, String message) {
    for (var c : message.stripTrailing().toCharArray()) {
      if (c == '\n') {
        line.append("\n    ");
      } else if (c == '\t' || !Character.isISOControl(c)) {
        line.append(c);
      } else if (c != '\r') {
        line.append('?');
      }
    }
  }
}
