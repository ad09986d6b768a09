// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import io.ioto.api.web.HttpException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Optional;

/// The path of a request: checked, decoded, and normalised so that it cannot leave the root.
final class UriPath {
  private static final BitSet LEGAL = new BitSet(128);

  static {
    LEGAL.set('a', 'z' + 1);
    LEGAL.set('A', 'Z' + 1);
    LEGAL.set('0', '9' + 1);
    "-._~:/?#[]@!$&'()*+,;=%".chars().forEach(LEGAL::set);
  }

  private UriPath() {}

  /// @param raw the path as it was sent
  /// @throws HttpException 400 when it holds what a path may not hold, or leaves the root
  static String of(String raw) {
    var plain = true;
    for (var i = 0; i < raw.length(); i++) {
      var c = raw.charAt(i);
      if (!LEGAL.get(c)) {
        throw new HttpException(400, "The path holds an illegal character");
      }
      if (c == '%' || (c == '/' && i + 1 < raw.length() && isDotOrSlash(raw.charAt(i + 1)))) {
        plain = false;
      }
    }
    if (plain && raw.startsWith("/")) {
      return raw;
    }
    var path = raw.indexOf('%') < 0 ? raw : decode(raw, false);
    if (path.chars().anyMatch(c -> c < ' ' || c == 0x7f || c == '\\')) {
      throw new HttpException(400, "The path holds an illegal character");
    }
    return normalise(path)
        .filter(p -> p.startsWith("/"))
        .orElseThrow(() -> new HttpException(400, "The path is illegal"));
  }

  private static boolean isDotOrSlash(char c) {
    return c == '.' || c == '/';
  }

  /// Decodes percent signs as UTF-8.
  ///
  /// @param form whether a plus sign is a blank, as in queries
  /// @throws HttpException 400 when a percent sign is not followed by two digits, or the bytes are
  ///     no UTF-8
  static String decode(String text, boolean form) {
    if (text.indexOf('%') < 0 && !(form && text.indexOf('+') >= 0)) {
      return text;
    }
    var bytes = new ByteArrayOutputStream(text.length());
    for (var i = 0; i < text.length(); i++) {
      var c = text.charAt(i);
      if (c == '%') {
        bytes.write((hex(text, i + 1) << 4) | hex(text, i + 2));
        i += 2;
      } else if (c == '+' && form) {
        bytes.write(' ');
      } else {
        bytes.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException _) {
      throw new HttpException(400, "The address is not encoded as UTF-8");
    }
  }

  private static int hex(String text, int i) {
    var digit = i < text.length() ? Character.digit(text.charAt(i), 16) : -1;
    if (digit < 0) {
      throw new HttpException(400, "A percent sign in the address has no two digits after it");
    }
    return digit;
  }

  /// Resolves empty, `.` and `..` segments.
  ///
  /// @return empty when there is no path, or it leaves the root
  static Optional<String> normalise(String path) {
    if (path.isEmpty()) {
      return Optional.empty();
    }
    var segments = new ArrayList<String>();
    for (var segment : path.split("/", -1)) {
      switch (segment) {
        case "", "." -> {}
        case ".." -> {
          if (segments.isEmpty()) {
            return Optional.empty();
          }
          segments.removeLast();
        }
        default -> segments.add(segment);
      }
    }
    var root = path.startsWith("/") ? "/" : "";
    if (segments.isEmpty()) {
      return Optional.of(root.isEmpty() ? "." : root);
    }
    return Optional.of(root + String.join("/", segments) + (path.endsWith("/") ? "/" : ""));
  }

  /// Encodes a decoded path for a header.
  static String encode(String path) {
    var encoded = new StringBuilder(path.length());
    for (var b : path.getBytes(StandardCharsets.UTF_8)) {
      var c = b & 0xff;
      if (c < 128 && LEGAL.get(c) && "?#[]%".indexOf(c) < 0) {
        encoded.append((char) c);
      } else {
        encoded.append('%').append(Character.forDigit(c >> 4, 16));
        encoded.append(Character.forDigit(c & 15, 16));
      }
    }
    return encoded.toString();
  }
}
