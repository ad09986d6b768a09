// SPDX-License-Identifier: Apache-2.0
package io.ioto.bench;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// Speaks to a gateway over the control socket in its state folder: HTTP/1.1 with JSON answers.
public final class Control {
  /// What a command answered.
  ///
  /// @param body JSON
  public record Reply(int status, String body) {
    /// The number that a property of the answer holds, wherever it stands in it.
    public long number(String property) {
      var match = Pattern.compile("\"%s\"\\s*:\\s*(-?\\d+)".formatted(property)).matcher(body);
      if (!match.find()) {
        throw new IllegalStateException("no number '%s' in %s".formatted(property, body));
      }
      return Long.parseLong(match.group(1));
    }
  }

  private final Path socket;

  /// @param state folder of the gateway
  public Control(Path state) {
    socket = state.resolve("control.sock");
  }

  /// Gives a command without a body.
  public Reply get(String path) throws IOException {
    return call("GET", path, new byte[0]);
  }

  /// Gives a command with a body.
  public Reply post(String path, byte[] body) throws IOException {
    return call("POST", path, body);
  }

  private Reply call(String method, String path, byte[] body) throws IOException {
    try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      var head =
          "%s %s HTTP/1.1\r\nHost: gateway\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
              .formatted(method, path, body.length);
      write(channel, head.getBytes(StandardCharsets.US_ASCII));
      write(channel, body);
      var answer = Answer.read(channel);
      return new Reply(answer.status(), new String(answer.body(), StandardCharsets.UTF_8));
    }
  }

  private static void write(SocketChannel channel, byte[] bytes) throws IOException {
    for (var buffer = ByteBuffer.wrap(bytes); buffer.hasRemaining(); ) {
      channel.write(buffer);
    }
  }
}
