// SPDX-License-Identifier: Apache-2.0
package io.ioto.front;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.util.regex.Pattern;

/// Where to listen: `[http://|https://][host][:port]`.
///
/// @param secure over TLS
/// @param host empty for all interfaces; an IPv6 address is in brackets
/// @param port 0 for any free one
record Endpoint(boolean secure, String host, int port) {
  private static final Pattern SYNTAX =
      Pattern.compile("(?:(https?)://)?(\\[[0-9A-Fa-f:.%]+]|[^:/\\s\\[\\]]*)(?::(\\d{1,5}))?/?");

  /// @throws IllegalArgumentException says what is wrong with the text
  static Endpoint parse(String text) {
    var match = SYNTAX.matcher(text);
    if (text.isEmpty() || !match.matches()) {
      throw new IllegalArgumentException(
          "web.listen: '%s' is no endpoint; expected [http://|https://][host][:port]"
              .formatted(text));
    }
    var secure = "https".equals(match.group(1));
    var digits = match.group(3);
    var port = digits == null ? (secure ? 443 : 80) : Integer.parseInt(digits);
    if (port > 65535) {
      throw new IllegalArgumentException(
          "web.listen: '%s' has port %d; expected 0 to 65535".formatted(text, port));
    }
    return new Endpoint(secure, match.group(2), port);
  }

  /// Binds the socket.
  ServerSocketChannel bind(int backlog) throws IOException {
    var address = host.isEmpty() ? new InetSocketAddress(port) : address();
    var channel = ServerSocketChannel.open();
    try {
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      return channel.bind(address, backlog);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private InetSocketAddress address() throws IOException {
    try {
      return new InetSocketAddress(InetAddress.getByName(host), port);
    } catch (UnknownHostException e) {
      throw new IOException("unknown host", e);
    }
  }

  /// What a person can open, given the port that was bound.
  URI url(int bound) {
    var open = host.isEmpty() || host.equals("0.0.0.0") || host.equals("[::]") ? "localhost" : host;
    var usual = bound == (secure ? 443 : 80);
    return URI.create((secure ? "https://" : "http://") + open + (usual ? "" : ":" + bound));
  }

  @Override
  public String toString() {
    return (secure ? "https://" : "http://") + host + ":" + port;
  }
}
