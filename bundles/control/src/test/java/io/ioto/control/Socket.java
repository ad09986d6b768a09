// SPDX-License-Identifier: Apache-2.0
package io.ioto.control;

import com.fasterxml.jackson.databind.JsonNode;
import io.ioto.json.Json5;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A client of the control socket that sends exactly what it is told to.
final class Socket implements AutoCloseable {
  record Answer(int status, JsonNode body) {
    String code() {
      return body.at("/error/code").asText();
    }

    String message() {
      return body.at("/error/message").asText();
    }
  }

  private final SocketChannel channel;

  Socket(Path path) throws IOException {
    channel = SocketChannel.open(UnixDomainSocketAddress.of(path));
  }

  static Answer ask(Path path, String text) throws IOException {
    try (var socket = new Socket(path)) {
      return socket.send(text).answer();
    }
  }

  Socket send(String text) throws IOException {
    for (var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
        bytes.hasRemaining(); ) {
      channel.write(bytes);
    }
    return this;
  }

  /// Says that nothing more comes.
  Socket end() throws IOException {
    channel.shutdownOutput();
    return this;
  }

  /// Everything up to the end of the connection.
  String rest() throws IOException {
    var bytes = new ByteArrayOutputStream();
    Channels.newInputStream(channel).transferTo(bytes);
    return bytes.toString(StandardCharsets.UTF_8);
  }

  String read(int bytes) throws IOException {
    return new String(Channels.newInputStream(channel).readNBytes(bytes), StandardCharsets.UTF_8);
  }

  Answer answer() throws IOException {
    var text = rest();
    var head = text.indexOf("\r\n\r\n");
    if (head < 0) {
      throw new IOException("no answer but '%s'".formatted(text));
    }
    return new Answer(
        Integer.parseInt(text, 9, 12, 10), Json5.read(text.substring(head + 4), "answer"));
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
