// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.ioto.json.Durable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Makes and checks the tokens of devices. A device's token follows from its id, the number of
/// times it was claimed, and the secret of this cloud, so none of them is kept anywhere, and the
/// same question has the same answer. May be shared between threads.
final class Tokens {
  private static final int SIZE = 32;

  private final SecretKeySpec secret;

  private Tokens(byte[] secret) {
    this.secret = new SecretKeySpec(secret, "HmacSHA256");
  }

  /// With the secret in a file, which is made if there is none.
  static Tokens of(Path file) {
    try {
      if (!Files.exists(file)) {
        Files.createDirectories(file.getParent());
        Durable.write(file, random());
      }
      var secret = Files.readAllBytes(file);
      if (secret.length != SIZE) {
        throw new IllegalStateException(
            "%s has %d bytes, expected %d".formatted(file, secret.length, SIZE));
      }
      return new Tokens(secret);
    } catch (IOException e) {
      throw new UncheckedIOException("the secret of the cloud cannot be kept in " + file, e);
    }
  }

  /// The token of a device for one claim.
  String device(String id, long claim) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(secret);
      return text(mac.doFinal("device\n%s\n%d".formatted(id, claim).getBytes(UTF_8)));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /// Compares in the same time whatever the difference.
  static boolean same(String one, String other) {
    return MessageDigest.isEqual(one.getBytes(UTF_8), other.getBytes(UTF_8));
  }

  /// A token that nobody can guess.
  static String fresh() {
    return text(random());
  }

  /// What is kept of a token that is not to be known from the store.
  static String digest(String token) {
    return digest(token.getBytes(UTF_8));
  }

  /// SHA-256 in lower-case hex.
  static String digest(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static byte[] random() {
    var bytes = new byte[SIZE];
    new SecureRandom().nextBytes(bytes);
    return bytes;
  }

  private static String text(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
