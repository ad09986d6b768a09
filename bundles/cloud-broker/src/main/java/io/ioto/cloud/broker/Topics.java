// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import java.nio.charset.StandardCharsets;

/// Topic names and topic filters (MQTT 3.1.1 §4.7).
final class Topics {
  private final int bytes;
  private final int levels;

  /// @param bytes longest topic
  /// @param levels most levels of one
  Topics(int bytes, int levels) {
    this.bytes = bytes;
    this.levels = levels;
  }

  /// Checks what a message is published to.
  void name(String topic) throws Breach {
    measure(topic);
    // §3.3.2.1: no wildcards.
    if (topic.indexOf('+') >= 0 || topic.indexOf('#') >= 0) {
      throw malformed(topic, "has wildcards, §3.3.2.1");
    }
  }

  /// Checks what is subscribed to.
  void filter(String filter) throws Breach {
    measure(filter);
    for (var at = 0; at < filter.length(); at++) {
      var c = filter.charAt(at);
      var alone = at == 0 || filter.charAt(at - 1) == '/';
      var last = at + 1 == filter.length();
      if (c == '#' && !(alone && last)) {
        throw malformed(filter, "has a # that is not its last level, §4.7.1.2");
      }
      if (c == '+' && !(alone && (last || filter.charAt(at + 1) == '/'))) {
        throw malformed(filter, "has a + that is not a whole level, §4.7.1.3");
      }
    }
  }

  private void measure(String topic) throws Breach {
    // §4.7.3: at least one character.
    if (topic.isEmpty()) {
      throw new Breach(Refusal.MALFORMED, "an empty topic, §4.7.3");
    }
    // §1.5.3: control characters may be refused.
    if (topic.chars().anyMatch(Character::isISOControl)) {
      throw new Breach(Refusal.MALFORMED, "a topic with control characters, §1.5.3");
    }
    if (topic.getBytes(StandardCharsets.UTF_8).length > bytes) {
      throw new Breach(Refusal.MALFORMED, "a topic of more than %d bytes".formatted(bytes));
    }
    if (topic.chars().filter(c -> c == '/').count() >= levels) {
      throw malformed(topic, "has more than %d levels".formatted(levels));
    }
  }

  private static Breach malformed(String topic, String why) {
    return new Breach(Refusal.MALFORMED, "topic '%s' %s".formatted(topic, why));
  }

  /// Whether a topic fits a filter; both are well-formed.
  static boolean matches(String filter, String topic) {
    // §4.7.2: topics of the server's own are not for everybody.
    if (topic.startsWith("$") && !filter.startsWith("$")) {
      return false;
    }
    var wanted = filter.split("/", -1);
    var given = topic.split("/", -1);
    for (var i = 0; i < wanted.length; i++) {
      if (wanted[i].equals("#")) {
        return true;
      }
      if (i == given.length) {
        return false;
      }
      if (!wanted[i].equals("+") && !wanted[i].equals(given[i])) {
        return false;
      }
      // §4.7.1.2: "a/#" fits "a", too.
      if (i + 1 == given.length && i + 2 == wanted.length && wanted[i + 1].equals("#")) {
        return true;
      }
    }
    return wanted.length == given.length;
  }
}
