// SPDX-License-Identifier: Apache-2.0
package io.ioto.tls;

import io.ioto.json.Durable;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/// Reads and writes keys and certificates as text (RFC 7468). Complaints name the file, what was
/// wrong and what was expected.
final class Pem {
  /// Far more than any chain of certificates; keeps a wrong path from filling the memory.
  private static final long MAX_SIZE = 1_000_000;

  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");
  private static final List<String> ALGORITHMS = List.of("EC", "RSA", "Ed25519", "Ed448");

  /// @param source what messages call the text
  private record Block(String source, String label, String base64) {
    byte[] content() {
      try {
        return Base64.getMimeDecoder().decode(base64);
      } catch (IllegalArgumentException e) {
        throw wrong(source, "'%s' is not base64: %s".formatted(label, e.getMessage()));
      }
    }
  }

  private Pem() {}

  /// Reads a key with its certificates and checks that they belong together.
  ///
  /// @throws IllegalArgumentException when a file cannot be used
  static Credentials read(Path certificate, Path key) {
    var credentials =
        new Credentials(
            key(key.toString(), content(key)), chain(certificate.toString(), content(certificate)));
    if (!credentials.match()) {
      throw new IllegalArgumentException(
          "%s: is not the key of the certificate in %s (%s)"
              .formatted(key, certificate, credentials.certificate().getSubjectX500Principal()));
    }
    return credentials;
  }

  static String text(String label, byte[] content) {
    var base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, base64, label);
  }

  /// A certificate as text.
  static String text(X509Certificate certificate) {
    try {
      return text("CERTIFICATE", certificate.getEncoded());
    } catch (CertificateEncodingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /// Writes a file that is private to its owner, in a folder that is.
  static void write(Path file, String text) throws IOException {
    var folder = file.toAbsolutePath().getParent();
    if (folder != null && Files.notExists(folder)) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    Durable.write(file, text.getBytes(StandardCharsets.US_ASCII));
  }

  /// All certificates of a text, in any order.
  ///
  /// @param file what messages call the text
  static List<X509Certificate> certificates(String file, String text) {
    var all = new ArrayList<X509Certificate>();
    for (var block : blocks(file, text)) {
      if (block.label().equals("CERTIFICATE")) {
        all.add(certificate(file, block, all.size() + 1));
      }
    }
    if (all.isEmpty()) {
      throw wrong(file, "has no certificate; expected '-----BEGIN CERTIFICATE-----'");
    }
    return all;
  }

  /// The certificates of a text, each followed by its issuer.
  ///
  /// @param file what messages call the text
  static List<X509Certificate> chain(String file, String text) {
    var chain = certificates(file, text);
    for (var i = 1; i < chain.size(); i++) {
      try {
        chain.get(i - 1).verify(chain.get(i).getPublicKey());
      } catch (GeneralSecurityException e) {
        throw wrong(
            file,
            "certificate %d (%s) was not issued by the next one (%s); expected the certificate of the key first, then each issuer"
                .formatted(
                    i,
                    chain.get(i - 1).getSubjectX500Principal(),
                    chain.get(i).getSubjectX500Principal()));
      }
    }
    return chain;
  }

  private static X509Certificate certificate(String file, Block block, int number) {
    try {
      var in = new ByteArrayInputStream(block.content());
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    } catch (CertificateException e) {
      throw wrong(file, "certificate %d is damaged: %s".formatted(number, e.getMessage()));
    }
  }

  /// The content of the first block with this label.
  ///
  /// @param file what messages call the text
  static byte[] block(String file, String text, String label) {
    return blocks(file, text).stream()
        .filter(block -> block.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                wrong(file, "has no block '%s'; expected '-----BEGIN %1$s-----'".formatted(label)))
        .content();
  }

  /// The private key of a text.
  ///
  /// @param file what messages call the text
  static PrivateKey key(String file, String text) {
    for (var block : blocks(file, text)) {
      switch (block.label()) {
        case "PRIVATE KEY" -> {
          return key(file, block);
        }
        case "ENCRYPTED PRIVATE KEY" ->
            throw wrong(
                file,
                "the key is encrypted; expected one without a password, as made by 'openssl pkcs8 -topk8 -nocrypt'");
        case "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY" ->
            throw wrong(
                file,
                "the key is in the old format '%s'; expected 'PRIVATE KEY' (PKCS#8), as made by 'openssl pkcs8 -topk8 -nocrypt'"
                    .formatted(block.label()));
        default -> {} // Parameters of the curve, or certificates in the same file.
      }
    }
    throw wrong(file, "has no key; expected '-----BEGIN PRIVATE KEY-----'");
  }

  private static PrivateKey key(String file, Block block) {
    var spec = new PKCS8EncodedKeySpec(block.content());
    for (var algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (GeneralSecurityException _) {
        // Another kind of key: the next one.
      }
    }
    throw wrong(
        file,
        "the key is damaged or of an unknown kind; expected one of "
            + String.join(", ", ALGORITHMS));
  }

  private static List<Block> blocks(String file, String text) {
    var matcher = BLOCK.matcher(text);
    var blocks = new ArrayList<Block>();
    while (matcher.find()) {
      blocks.add(new Block(file, matcher.group(1), matcher.group(2)));
    }
    if (blocks.isEmpty()) {
      throw wrong(file, "is no PEM file; expected '-----BEGIN …-----' and '-----END …-----'");
    }
    return blocks;
  }

  /// The text of a file.
  static String content(Path file) {
    try {
      if (Files.size(file) > MAX_SIZE) {
        throw wrong(file, "is larger than %d bytes".formatted(MAX_SIZE));
      }
      // Latin-1 reads anything; whatever is not ASCII cannot be part of a block.
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      throw wrong(file, "does not exist");
    } catch (IOException e) {
      throw wrong(file, "cannot be read: " + e);
    }
  }

  private static IllegalArgumentException wrong(Path file, String what) {
    return wrong(file.toString(), what);
  }

  private static IllegalArgumentException wrong(String file, String what) {
    return new IllegalArgumentException(file + ": " + what);
  }
}
