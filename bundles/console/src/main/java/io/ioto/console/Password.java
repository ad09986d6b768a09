// SPDX-License-Identifier: Apache-2.0
package io.ioto.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.stream.Collectors;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/// A password as it is kept: PBKDF2 with HMAC-SHA256.
///
/// @param salt random, in hexadecimal digits
/// @param hash in hexadecimal digits
record Password(int iterations, String salt, String hash) {
  private static final String ALGORITHM = "PBKDF2WithHmacSHA256";

  // OWASP Password Storage Cheat Sheet. A second or two on a small device, once per process.
  private static final int ITERATIONS = 600_000;

  // 31 letters and digits that cannot be taken for one another: 4.95 bits each, 99 in all.
  private static final String ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz";
  private static final int GROUPS = 4;
  private static final int GROUP = 5;

  private static final HexFormat HEX = HexFormat.of();

  Password {
    if (iterations < 1_000) {
      throw new IllegalArgumentException(
          "'iterations' is %d, expected at least 1000".formatted(iterations));
    }
    if (!salt.matches("([0-9a-f]{2}){16,}")) {
      throw new IllegalArgumentException("'salt' is no text of 32 or more hexadecimal digits");
    }
    if (!hash.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException("'hash' is no text of 64 hexadecimal digits");
    }
  }

  /// What [#json] made.
  ///
  /// @throws IllegalArgumentException when it is something else
  static Password of(JsonNode json) {
    var algorithm = json.path("algorithm").asText();
    if (!ALGORITHM.equals(algorithm)) {
      throw new IllegalArgumentException(
          "'algorithm' is '%s', expected '%s'".formatted(algorithm, ALGORITHM));
    }
    return new Password(
        json.path("iterations").asInt(), json.path("salt").asText(), json.path("hash").asText());
  }

  /// As it is kept in the file.
  JsonNode json() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("algorithm", ALGORITHM)
        .put("iterations", iterations)
        .put("salt", salt)
        .put("hash", hash);
  }

  /// A random password that is easy to read and type.
  static String generate() {
    return new SecureRandom()
        .ints(GROUPS * GROUP, 0, ALPHABET.length())
        .mapToObj(i -> ALPHABET.substring(i, i + 1))
        .collect(Collectors.joining())
        .replaceAll("(.{%d})(?!$)".formatted(GROUP), "$1-");
  }

  /// Hashes a password with a fresh salt.
  static Password of(String password) {
    return of(password, ITERATIONS);
  }

  static Password of(String password, int iterations) {
    var salt = new byte[16];
    new SecureRandom().nextBytes(salt);
    return new Password(
        iterations, HEX.formatHex(salt), HEX.formatHex(derive(password, salt, iterations)));
  }

  /// Says whether this is the hash of a password; takes as long either way.
  boolean matches(String password) {
    return MessageDigest.isEqual(
        HEX.parseHex(hash), derive(password, HEX.parseHex(salt), iterations));
  }

  private static byte[] derive(String password, byte[] salt, int iterations) {
    var spec = new PBEKeySpec(password.toCharArray(), salt, iterations, 256);
    try {
      return SecretKeyFactory.getInstance(ALGORITHM).generateSecret(spec).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK lacks " + ALGORITHM, e);
    } finally {
      spec.clearPassword();
    }
  }

  /// The hash itself stays out of logs.
  @Override
  public String toString() {
    return "%s, %d iterations".formatted(ALGORITHM, iterations);
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
