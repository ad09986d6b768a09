// SPDX-License-Identifier: Apache-2.0
package io.ioto.mqtt;

import java.nio.charset.StandardCharsets;

/// A topic filter (MQTT 3.1.1 §4.7).
///
/// @param text as it is sent to the broker
record Filter(String text) {
  Filter {
    var levels = text.split("/", -1);
    for (var i = 0; i < levels.length; i++) {
      var level = levels[i];
      var wild = level.indexOf('+') >= 0 || level.indexOf('#') >= 0;
      if ((wild && level.length() > 1) || (level.equals("#") && i < levels.length - 1)) {
        throw wrong(text, "+ and # stand alone between slashes, and # at the end");
      }
    }
    if (text.isEmpty() || text.chars().anyMatch(c -> c < ' ')) {
      throw wrong(text, "it is not empty and has no control characters");
    }
    if (text.getBytes(StandardCharsets.UTF_8).length > 65_535) {
      throw wrong(text.substring(0, 40) + "…", "65,535 bytes at most");
    }
  }

  private static IllegalArgumentException wrong(String text, String expected) {
    return new IllegalArgumentException(
        "'%s' is no topic filter; expected: %s".formatted(text, expected));
  }

  /// True when messages on this topic are meant.
  boolean matches(String topic) {
    var wanted = text.split("/", -1);
    var levels = topic.split("/", -1);
    // §4.7.2: wildcards at the beginning do not mean the broker's own topics.
    if (topic.startsWith("$") && !text.startsWith("$")) {
      return false;
    }
    for (var i = 0; i < wanted.length; i++) {
      // §4.7.1.2: `a/#` means `a`, too.
      if (wanted[i].equals("#")) {
        return true;
      }
      if (i == levels.length || !(wanted[i].equals("+") || wanted[i].equals(levels[i]))) {
        return false;
      }
    }
    return wanted.length == levels.length;
  }

  /// True when whatever the other filter means, this one means, too.
  boolean covers(Filter other) {
    if (!text.endsWith("/#")) {
      return equals(other);
    }
    var prefix = text.substring(0, text.length() - 1);
    var wild = other.text.replace('+', '#').indexOf('#');
    return other.text.startsWith(prefix) && (wild < 0 || wild >= prefix.length());
  }
}
