// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import java.net.InetSocketAddress;
import java.util.regex.Pattern;

/// Where to listen.
///
/// @param host empty for all interfaces; an IPv6 address is in brackets
/// @param port 0 for any free one
record Address(String host, int port) {
  private static final Pattern SYNTAX =
      Pattern.compile("mqtts://(\\[[0-9A-Fa-f:.%]+]|[^:/\\s\\[\\]]*)(?::(\\d{1,5}))?/?");
  private static final int MQTTS = 8883;

  /// @throws IllegalArgumentException says what is wrong with the text
  static Address parse(String text) {
    var match = SYNTAX.matcher(text);
    if (!match.matches()) {
      throw new IllegalArgumentException(
          "broker.listen: '%s' is no endpoint; expected mqtts://[host][:port]".formatted(text));
    }
    var digits = match.group(2);
    var port = digits == null ? MQTTS : Integer.parseInt(digits);
    if (port > 65535) {
      throw new IllegalArgumentException(
          "broker.listen: '%s' has port %d; expected 0 to 65535".formatted(text, port));
    }
    return new Address(match.group(1), port);
  }

  InetSocketAddress socket() {
    return host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
  }

  @Override
  public String toString() {
    return "mqtts://%s:%d".formatted(host, port);
  }
}
