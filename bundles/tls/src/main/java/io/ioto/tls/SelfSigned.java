// SPDX-License-Identifier: Apache-2.0
package io.ioto.tls;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps a key and a certificate that this gateway has signed itself, and makes them when there
/// are none, when they are damaged, and when they are about to expire.
final class SelfSigned {
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
      var pair = X509.newKey();
      var now = clock.instant();
      var certificate = certificate(pair, Signing.ECDSA, names(), now);
      var credentials = new Credentials(pair.getPrivate(), List.of(certificate));
      Pem.write(keyFile(), Pem.text("PRIVATE KEY", pair.getPrivate().getEncoded()));
      Pem.write(certificateFile(), Pem.text(certificate));
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

  /// A certificate that vouches for itself.
  ///
  /// @param names host names and IP addresses
  static X509Certificate certificate(KeyPair pair, Signing signing, Set<String> names, Instant now)
      throws GeneralSecurityException {
    var start = now.isBefore(EARLIEST) ? EARLIEST : now;
    var name = X509.name("Ioto", common(names));
    return new X509(name, pair.getPrivate(), signing)
        .sign(name, pair.getPublic(), start, start.plus(VALIDITY), X509.server(names));
  }

  /// The last name is the most telling one; a common name has 64 characters at most.
  private static String common(Set<String> names) {
    return Stream.concat(Stream.of("localhost"), names.stream())
        .filter(n -> !X509.address(n) && n.length() <= 64)
        .reduce("localhost", (_, last) -> last);
  }
}
