// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Turns bytes into characters. JSON5 text is UTF-8; bytes that are not are refused with their
/// place, since a replaced character could end up in a password.
final class Text {
  private Text() {}

  static String read(Path file, String source, Limits limits) throws IOException {
    long size = Files.size(file);
    // A character takes at most three bytes for each of its UTF-16 units.
    if (size > 3L * limits.size()) {
      throw new JsonException(
          new Location(source, 1, 1),
          "the file has %d bytes, %d characters are allowed".formatted(size, limits.size()));
    }
    return decode(ByteBuffer.wrap(Files.readAllBytes(file)), source);
  }

  static String decode(ByteBuffer bytes, String source) {
    var decoder = StandardCharsets.UTF_8.newDecoder();
    var text = CharBuffer.allocate(bytes.remaining());
    var result = decoder.decode(bytes, text, true);
    text.flip();
    if (result.isError()) {
      throw new JsonException(
          end(text.toString(), source),
          "the byte 0x%02X is not UTF-8".formatted(bytes.get(bytes.position())));
    }
    return text.toString();
  }

  private static Location end(String text, String source) {
    var lines = text.split("\r\n|\r|\n", -1);
    var last = lines[lines.length - 1];
    return new Location(source, lines.length, last.codePointCount(0, last.length()) + 1);
  }
}
