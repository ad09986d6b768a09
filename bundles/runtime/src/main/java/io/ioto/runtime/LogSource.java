// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import java.util.Set;

/// Finds the short word by which people know who logs: `web` for all loggers of `io.ioto.web`, the
/// first word that is no mere address for others, as in `jetty` for `org.eclipse.jetty.server`.
final class LogSource {
  private static final Set<String> ADDRESS =
      Set.of(
          "com",
          "org",
          "net",
          "io",
          "de",
          "ch",
          "eu",
          "github",
          "gitlab",
          "ioto",
          "apache",
          "eclipse",
          "felix",
          "osgi",
          "fasterxml",
          "qos",
          "impl",
          "internal");

  private LogSource() {}

  static String of(String logger) {
    var start = 0;
    while (true) {
      var end = logger.indexOf('.', start);
      if (end < 0) {
        return logger.substring(start);
      }
      var word = logger.substring(start, end);
      if (!ADDRESS.contains(word)) {
        return word;
      }
      start = end + 1;
    }
  }
}
