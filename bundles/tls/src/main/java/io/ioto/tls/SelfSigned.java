// SPDX-License-Identifier: Apache-2.0
package io.ioto.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.ioto.json.Durable;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps a key and a certificate that this gateway has signed itself, and makes them when there
/// are none, when they are damaged, and when they are about to expire.
final class SelfSigned {
  /// How a certificate is signed.
  ///
  /// @param algorithm as Java names it
  /// @param oid as X.509 names it
  record Signing(String algorithm, String oid) {
    static final Signing ECDSA = new Signing("SHA256withECDSA", "1.2.840.10045.4.3.2");

    byte[] identifier() {
      return Der.sequence(Der.oid(oid));
    }
  }

  private static final Logger log = LoggerFactory.getLogger(SelfSigned.class);
  private static final Duration VALIDITY = Duration.ofDays(3653);
  private static final Duration RENEWAL = Duration.ofDays(90);
  // A device without a battery may believe it is 1970; its clients do not.
  private static final Instant EARLIEST = Instant.parse("2026-01-01T00:00:00Z");

  private final Path folder;
  private final InstantSource clock;

  SelfSigned(Path folder, InstantSource clock) {
    this.folder = folder;
    this.clock = clock;
  }

  Path certificateFile() {
    return folder.resolve("self-signed.crt");
  }

  Path keyFile() {
    return folder.resolve("self-signed.key");
  }

  /// The pair that is kept, or a new one.
  ///
  /// @throws UncheckedIOException when a new one cannot be written
  Credentials credentials() {
    if (Files.exists(certificateFile()) || Files.exists(keyFile())) {
      try {
        var kept = Pem.read(certificateFile(), keyFile());
        var end = kept.certificate().getNotAfter().toInstant();
        if (clock.instant().isBefore(end.minus(RENEWAL))) {
          return kept;
        }
        log.info("The self-signed certificate ends on {} and is renewed", end);
      } catch (IllegalArgumentException damaged) {
        // As after a power cut between the two files.
        log.warn("The self-signed certificate is made anew: {}", damaged.getMessage());
      }
    }
    return make();
  }

  private Credentials make() {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      var pair = generator.generateKeyPair();
      var now = clock.instant();
      var certificate = certificate(pair, Signing.ECDSA, names(), now);
      var credentials = new Credentials(pair.getPrivate(), List.of(certificate));
      write(keyFile(), "PRIVATE KEY", pair.getPrivate().getEncoded());
      write(certificateFile(), "CERTIFICATE", certificate.getEncoded());
      log.info(
          "Made a self-signed certificate for {}; SHA-256 {}",
          String.join(", ", names()),
          credentials.fingerprint());
      return credentials;
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot keep the self-signed certificate: " + e, e);
    }
  }

  private void write(Path file, String label, byte[] content) throws IOException {
    if (Files.notExists(folder)) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    Durable.write(file, Pem.text(label, content).getBytes(US_ASCII));
  }

  /// What the certificate is for: this machine, by any of its own names.
  static Set<String> names() {
    var names = new LinkedHashSet<>(List.of("localhost", "127.0.0.1", "::1"));
    var host = host();
    // Letters, because a name of digits and dots would be taken for an address.
    if (host.matches("(?=.*[A-Za-z])[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")) {
      names.add(host);
    }
    return names;
  }

  private static String host() {
    try {
      // Asking for the address would wait for a name server, which may be out of reach.
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException notLinux) {
      try {
        return InetAddress.getLocalHost().getHostName();
      } catch (UnknownHostException nameless) {
        return "";
      }
    }
  }

  /// A certificate (RFC 5280) that vouches for itself.
  ///
  /// @param names host names and IP addresses
  static X509Certificate certificate(KeyPair pair, Signing signing, Set<String> names, Instant now)
      throws GeneralSecurityException {
    var start = now.isBefore(EARLIEST) ? EARLIEST : now;
    var name = Der.sequence(attribute("2.5.4.10", "Ioto"), attribute("2.5.4.3", common(names)));
    var content =
        Der.sequence(
            Der.explicit(0, Der.integer(BigInteger.TWO)), // version 3
            Der.integer(new BigInteger(126, new SecureRandom()).setBit(126)),
            signing.identifier(),
            name,
            // A day back: clocks differ.
            Der.sequence(Der.time(start.minus(Duration.ofDays(1))), Der.time(start.plus(VALIDITY))),
            name,
            pair.getPublic().getEncoded(),
            Der.explicit(3, extensions(pair, names)));
    var signature = Signature.getInstance(signing.algorithm());
    signature.initSign(pair.getPrivate());
    signature.update(content);
    var whole = Der.sequence(content, signing.identifier(), Der.bits(0, signature.sign()));
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(whole));
  }

  private static byte[] extensions(KeyPair pair, Set<String> names)
      throws GeneralSecurityException {
    var hash = MessageDigest.getInstance("SHA-256").digest(pair.getPublic().getEncoded());
    var alternatives = names.stream().map(SelfSigned::alternative).toArray(byte[][]::new);
    return Der.sequence(
        // Subject key identifier: RFC 7093 §2, cut to the usual 160 bits.
        extension("2.5.29.14", false, Der.octets(Arrays.copyOf(hash, 20))),
        // Key usage: digital signature.
        extension("2.5.29.15", true, Der.bits(7, new byte[] {(byte) 0x80})),
        extension("2.5.29.17", false, Der.sequence(alternatives)),
        // Basic constraints: no authority.
        extension("2.5.29.19", true, Der.sequence()),
        // Extended key usage: server.
        extension("2.5.29.37", false, Der.sequence(Der.oid("1.3.6.1.5.5.7.3.1"))));
  }

  private static byte[] extension(String oid, boolean critical, byte[] value) {
    return critical
        ? Der.sequence(Der.oid(oid), Der.yes(), Der.octets(value))
        : Der.sequence(Der.oid(oid), Der.octets(value));
  }

  private static byte[] alternative(String name) {
    return address(name)
        ? Der.tagged(0x87, bytes(name))
        : Der.tagged(0x82, name.getBytes(US_ASCII));
  }

  private static boolean address(String name) {
    return name.contains(":") || name.matches("[0-9.]+");
  }

  private static byte[] bytes(String address) {
    return InetAddress.ofLiteral(address).getAddress();
  }

  private static byte[] attribute(String oid, String value) {
    return Der.set(Der.sequence(Der.oid(oid), Der.text(value)));
  }

  /// The last name is the most telling one; a common name has 64 characters at most.
  private static String common(Set<String> names) {
    return Stream.concat(Stream.of("localhost"), names.stream())
        .filter(n -> !address(n) && n.length() <= 64)
        .reduce("localhost", (_, last) -> last);
  }
}
