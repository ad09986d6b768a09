// SPDX-License-Identifier: Apache-2.0
package io.ioto.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/// An HTTP/1.1 response that is coming in: bytes are added until it is complete. Made to be used
/// again for the next response of its connection. Belongs to one thread.
final class Answer {
  private static final int LARGEST = 16 << 20;

  private byte[] bytes = new byte[16_384];
  private int length;
  private int bodyStart;
  private int bodyEnd;
  private int status;
  private boolean chunked;
  private boolean closing;

  /// Where the next bytes go.
  ByteBuffer space() {
    if (length == bytes.length) {
      if (length == LARGEST) {
        throw new IllegalStateException("response is larger than %d bytes".formatted(LARGEST));
      }
      bytes = Arrays.copyOf(bytes, length * 2);
    }
    return ByteBuffer.wrap(bytes, length, bytes.length - length);
  }

  /// Takes note of bytes that were put into [#space].
  ///
  /// @return true when the response is complete
  boolean added(int count) throws IOException {
    length += count;
    if (bodyStart == 0 && !head()) {
      return false;
    }
    if (chunked) {
      return lastChunk();
    }
    if (length > bodyEnd) {
      throw new IOException("%d bytes behind the end of the response".formatted(length - bodyEnd));
    }
    return length == bodyEnd;
  }

  /// True when nothing of a response has come yet.
  boolean empty() {
    return length == 0;
  }

  int status() {
    return status;
  }

  /// True when the server closes the connection behind this response.
  boolean closing() {
    return closing;
  }

  byte[] body() {
    return chunked ? unchunked() : Arrays.copyOfRange(bytes, bodyStart, bodyEnd);
  }

  /// Makes room for the next response.
  void clear() {
    length = 0;
    bodyStart = 0;
    bodyEnd = 0;
    chunked = false;
    closing = false;
  }

  private boolean head() throws IOException {
    var end = find(0, "\r\n\r\n");
    if (end < 0) {
      return false;
    }
    if (!starts(0, "http/1.1 ")) {
      throw new IOException("no HTTP/1.1 response: " + text(0, Math.min(end, 40)));
    }
    status = number(9, 12);
    bodyStart = end + 4;
    bodyEnd = status == 204 || status == 304 ? bodyStart : -1;
    for (var line = find(0, "\r\n") + 2; line < end; line = find(line, "\r\n") + 2) {
      if (starts(line, "content-length:")) {
        bodyEnd = bodyStart + number(line + 15, find(line, "\r\n"));
      } else if (starts(line, "transfer-encoding: chunked")) {
        chunked = true;
      } else if (starts(line, "connection: close")) {
        closing = true;
      }
    }
    if (bodyEnd < 0 && !chunked) {
      throw new IOException("the response has no length");
    }
    return true;
  }

  private boolean lastChunk() throws IOException {
    var at = bodyStart;
    while (true) {
      var line = find(at, "\r\n");
      if (line < 0) {
        return false;
      }
      var size = chunkSize(at, line);
      at = line + 2 + size + 2;
      if (at > length) {
        return false;
      }
      if (size == 0) {
        bodyEnd = at;
        return true;
      }
    }
  }

  private byte[] unchunked() {
    var out = new ByteArrayOutputStream();
    for (var at = bodyStart; ; ) {
      var line = find(at, "\r\n");
      var size = Integer.parseInt(text(at, line), 16);
      if (size == 0) {
        return out.toByteArray();
      }
      out.write(bytes, line + 2, size);
      at = line + 2 + size + 2;
    }
  }

  private int chunkSize(int from, int to) throws IOException {
    try {
      return Integer.parseInt(text(from, to), 16);
    } catch (NumberFormatException _) {
      throw new IOException("no chunk size: " + text(from, Math.min(to, from + 20)));
    }
  }

  private int number(int from, int to) throws IOException {
    try {
      return Integer.parseInt(text(from, to).strip());
    } catch (NumberFormatException _) {
      throw new IOException("no number: " + text(from, to));
    }
  }

  private int find(int from, String what) {
    for (var i = from; i <= length - what.length(); i++) {
      if (starts(i, what)) {
        return i;
      }
    }
    return -1;
  }

  // `what` is lower-case.
  private boolean starts(int at, String what) {
    if (at + what.length() > length) {
      return false;
    }
    for (var i = 0; i < what.length(); i++) {
      var c = bytes[at + i];
      if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != what.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private String text(int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
  }

  /// Reads one response from a blocking channel.
  static Answer read(java.nio.channels.ReadableByteChannel channel) throws IOException {
    var answer = new Answer();
    while (true) {
      var count = channel.read(answer.space());
      if (count < 0) {
        throw new IOException(
            "connection closed " + (answer.empty() ? "without" : "within") + " a response");
      }
      if (answer.added(count)) {
        return answer;
      }
    }
  }

  /// The value of a header, for the few callers that want one.
  Optional<String> header(String name) {
    var wanted = name.toLowerCase(java.util.Locale.ROOT) + ":";
    for (var line = find(0, "\r\n") + 2; line < bodyStart - 2; line = find(line, "\r\n") + 2) {
      if (starts(line, wanted)) {
        return Optional.of(text(line + wanted.length(), find(line, "\r\n")).strip());
      }
    }
    return Optional.empty();
  }
}
