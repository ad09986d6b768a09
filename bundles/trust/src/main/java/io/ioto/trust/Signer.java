// SPDX-License-Identifier: Apache-2.0
package io.ioto.trust;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/// A key pair that signs metadata, kept in a PEM file: `PUBLIC KEY`, then `PRIVATE KEY` or, with a
/// passphrase, `ENCRYPTED PRIVATE KEY` (PBES2: PBKDF2 with HMAC-SHA-512, AES-256).
public final class Signer {
  private static final String ENCRYPTION = "PBEWithHmacSHA512AndAES_256";
  private static final String PBES2 = "1.2.840.113549.1.5.13";
  private static final String PUBLIC = "PUBLIC KEY";
  private static final String PLAIN = "PRIVATE KEY";
  private static final String ENCRYPTED = "ENCRYPTED PRIVATE KEY";
  private static final Base64.Encoder LINES =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

  private final Key key;
  private final PrivateKey secret;

  private Signer(Key key, PrivateKey secret) {
    this.key = key;
    this.secret = secret;
  }

  /// Makes a pair and its file, private to its owner.
  ///
  /// @throws java.nio.file.FileAlreadyExistsException rather than to replace a key
  static Signer create(Path file, @Nullable String passphrase) throws IOException {
    try {
      var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      var text =
          block(PUBLIC, pair.getPublic().getEncoded())
              + (passphrase == null
                  ? block(PLAIN, pair.getPrivate().getEncoded())
                  : block(ENCRYPTED, encrypt(pair.getPrivate().getEncoded(), passphrase)));
      Files.createFile(
          file,
          java.nio.file.attribute.PosixFilePermissions.asFileAttribute(
              java.nio.file.attribute.PosixFilePermissions.fromString("rw-------")));
      Files.writeString(file, text);
      return new Signer(Key.of(pair.getPublic()), pair.getPrivate());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Reads the file of a pair.
  ///
  /// @throws ToolException when it is none, or the passphrase is wrong or missing
  static Signer read(Path file, @Nullable String passphrase) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new ToolException("no key %s".formatted(file));
    }
    var text = Files.readString(file);
    try {
      var keys = KeyFactory.getInstance("Ed25519");
      var open = keys.generatePublic(new X509EncodedKeySpec(content(file, text, PUBLIC)));
      byte[] secret;
      if (text.contains(begin(ENCRYPTED))) {
        if (passphrase == null) {
          throw new ToolException(
              "%s is encrypted; set IOTO_PASSPHRASE or give --passphrase-file".formatted(file));
        }
        secret = decrypt(content(file, text, ENCRYPTED), passphrase, file);
      } else {
        secret = content(file, text, PLAIN);
      }
      return new Signer(Key.of(open), keys.generatePrivate(new PKCS8EncodedKeySpec(secret)));
    } catch (GeneralSecurityException e) {
      throw new ToolException("%s holds no Ed25519 key: %s".formatted(file, e.getMessage()), e);
    }
  }

  Key key() {
    return key;
  }

  byte[] sign(byte[] message) {
    try {
      var signer = Signature.getInstance("Ed25519");
      signer.initSign(secret);
      signer.update(message);
      return signer.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] encrypt(byte[] plain, String passphrase)
      throws GeneralSecurityException, IOException {
    var cipher = Cipher.getInstance(ENCRYPTION);
    cipher.init(Cipher.ENCRYPT_MODE, secretOf(passphrase));
    // By number: the JDK does not know its own name for these parameters as that of a PKCS #8 file.
    var parameters = AlgorithmParameters.getInstance(PBES2);
    parameters.init(cipher.getParameters().getEncoded());
    return new EncryptedPrivateKeyInfo(parameters, cipher.doFinal(plain)).getEncoded();
  }

  private static byte[] decrypt(byte[] encrypted, String passphrase, Path file)
      throws IOException, GeneralSecurityException {
    var info = new EncryptedPrivateKeyInfo(encrypted);
    var cipher = Cipher.getInstance(ENCRYPTION);
    cipher.init(Cipher.DECRYPT_MODE, secretOf(passphrase), info.getAlgParameters());
    try {
      return cipher.doFinal(info.getEncryptedData());
    } catch (GeneralSecurityException e) {
      throw new ToolException("the passphrase of %s is another one".formatted(file), e);
    }
  }

  private static javax.crypto.SecretKey secretOf(String passphrase)
      throws GeneralSecurityException {
    return SecretKeyFactory.getInstance(ENCRYPTION)
        .generateSecret(new PBEKeySpec(passphrase.toCharArray()));
  }

  private static String block(String kind, byte[] content) {
    return "%s\n%s\n-----END %s-----\n".formatted(begin(kind), LINES.encodeToString(content), kind);
  }

  private static String begin(String kind) {
    return "-----BEGIN %s-----".formatted(kind);
  }

  private static byte[] content(Path file, String text, String kind) {
    var from = text.indexOf(begin(kind));
    var to = text.indexOf("-----END %s-----".formatted(kind));
    if (from < 0 || to < from) {
      throw new ToolException("%s has no block '%s'".formatted(file, kind));
    }
    try {
      return Base64.getMimeDecoder().decode(text.substring(from + begin(kind).length(), to));
    } catch (IllegalArgumentException e) {
      throw new ToolException("%s is damaged: %s".formatted(file, e.getMessage()), e);
    }
  }
}
