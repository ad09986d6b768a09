// SPDX-License-Identifier: Apache-2.0
package io.ioto.trust;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// SHA-256 as lower-case hex.
public final class Hash {
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

  private Hash() {}

  /// A digest to feed.
  public static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The outcome of a digest.
  public static String of(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  /// The hash of bytes.
  public static String of(byte[] bytes) {
    return HexFormat.of().formatHex(digest().digest(bytes));
  }

  /// The hash of a file.
  public static String of(Path file) throws IOException {
    var digest = digest();
    try (var in = Files.newInputStream(file)) {
      var buffer = new byte[64 << 10];
      for (var n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return of(digest);
  }

  static boolean looksRight(String hash) {
    return HEX.matcher(hash).matches();
  }
}
