// SPDX-License-Identifier: Apache-2.0
package io.ioto.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.testing.ManualClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SelfSignedTest {
  private static final Instant NOW = Instant.parse("2027-03-01T12:00:00Z");

  private final ManualClock clock = new ManualClock(NOW);
  private final SelfSigned selfSigned;
  private final Path folder;

  SelfSignedTest(@TempDir Path state) {
    folder = state.resolve("certs");
    selfSigned = new SelfSigned(folder, clock);
  }

  @Test
  void certificateSaysWhatItIsFor() throws Exception {
    var certificate = selfSigned.credentials().certificate();

    certificate.verify(certificate.getPublicKey());
    assertThat(certificate.getVersion()).isEqualTo(3);
    assertThat(certificate.getSigAlgName()).isEqualTo("SHA256withECDSA");
    assertThat(certificate.getIssuerX500Principal())
        .isEqualTo(certificate.getSubjectX500Principal());
    assertThat(certificate.getSubjectX500Principal().getName()).endsWith(",O=Ioto");
    assertThat(certificate.getSerialNumber().bitLength()).isEqualTo(127);
    assertThat(certificate.getSubjectAlternativeNames())
        .contains(List.of(2, "localhost"), List.of(7, "127.0.0.1"), List.of(7, "0:0:0:0:0:0:0:1"))
        .hasSize(SelfSigned.names().size());
    assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
    assertThat(certificate.getKeyUsage()).startsWith(true, false, false);
    assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
    assertThat(certificate.getExtensionValue("2.5.29.14")).hasSize(24);
    assertThat(certificate.getCriticalExtensionOIDs())
        .containsExactlyInAnyOrder("2.5.29.15", "2.5.29.19");
    assertThat(certificate.getNotBefore()).isEqualTo(NOW.minus(Duration.ofDays(1)));
    assertThat(certificate.getNotAfter()).isEqualTo("2037-03-01T12:00:00.000Z");
  }

  @Test
  void filesArePrivate() throws IOException {
    selfSigned.credentials();

    for (var file : List.of(selfSigned.keyFile(), selfSigned.certificateFile())) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
        .isEqualTo("rwx------");
  }

  @Test
  void pairIsKept() {
    var first = selfSigned.credentials();

    clock.advance(Duration.ofDays(3000));

    assertThat(selfSigned.credentials()).isEqualTo(first);
  }

  @Test
  void pairIsRenewedBeforeItEnds() {
    var first = selfSigned.credentials();

    clock.advance(Duration.ofDays(3653 - 90));

    var renewed = selfSigned.credentials();
    assertThat(renewed.certificate()).isNotEqualTo(first.certificate());
    assertThat(renewed.key()).isNotEqualTo(first.key());
    assertThat(selfSigned.credentials()).isEqualTo(renewed);
  }

  @Test
  void machineWithoutADateMakesACertificateThatHoldsToday() throws Exception {
    var certificate =
        new SelfSigned(folder, new ManualClock(Instant.EPOCH)).credentials().certificate();

    assertThat(certificate.getNotBefore()).isEqualTo("2025-12-31T00:00:00.000Z");
    assertThat(selfSigned.credentials().certificate()).isEqualTo(certificate);
  }

  @Test
  void halfMadePairIsMadeAnew() throws IOException {
    var first = selfSigned.credentials();

    Files.delete(selfSigned.certificateFile());
    var second = selfSigned.credentials();
    assertThat(second.certificate()).isNotEqualTo(first.certificate());

    Files.delete(selfSigned.keyFile());
    var third = selfSigned.credentials();
    assertThat(third.certificate()).isNotEqualTo(second.certificate());
    assertThat(third.match()).isTrue();
  }

  @Test
  void keyOfAnotherCertificateIsMadeAnew() throws IOException {
    // A power cut after the new key and before the new certificate.
    var first = selfSigned.credentials();
    var other = new SelfSigned(folder.resolveSibling("other"), clock);
    other.credentials();
    Files.copy(other.keyFile(), folder.resolve("copy"));
    Files.move(
        folder.resolve("copy"),
        selfSigned.keyFile(),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);

    var second = selfSigned.credentials();

    assertThat(second.match()).isTrue();
    assertThat(second.certificate()).isNotEqualTo(first.certificate());
  }

  @Test
  void damagedCertificateIsMadeAnew() throws IOException {
    selfSigned.credentials();
    Files.writeString(selfSigned.certificateFile(), "\0\0\0");

    assertThat(selfSigned.credentials().match()).isTrue();
  }

  @Test
  void folderThatCannotBeWrittenIsNamed() throws IOException {
    Files.writeString(folder, "a file, not a folder");

    assertThatThrownBy(selfSigned::credentials)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith(folder + ": cannot keep the self-signed certificate: ");
  }
}
