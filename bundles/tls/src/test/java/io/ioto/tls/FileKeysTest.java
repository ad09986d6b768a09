// SPDX-License-Identifier: Apache-2.0
package io.ioto.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.api.tls.Authorities.Grant;
import io.ioto.testing.Configs;
import io.ioto.testing.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileKeysTest {
  private static final Grant GRANT = new Grant("X7K2M9P4QR", Set.of(), Duration.ofDays(365));

  private final Path folder;
  private final FileKeys keys;
  private final ManualClock clock = new ManualClock(Instant.parse("2027-03-01T12:00:00Z"));
  private final FileAuthorities authorities;

  FileKeysTest(@TempDir Path state) {
    folder = state.resolve("certs");
    keys = keys();
    authorities = new FileAuthorities(new KeyFolder(state.resolve("cloud")), clock);
  }

  private FileKeys keys() {
    return new FileKeys(Configs.of(FileKeys.Config.class, Map.of("folder", folder.toString())));
  }

  private String issued() {
    return authorities.issue("fleet", keys.request("device", "X7K2M9P4QR"), GRANT);
  }

  private X509Certificate installed() {
    return keys.certificate("device").orElseThrow();
  }

  @Test
  void issuedCertificateIsForTheKeyThatStayedHere() throws Exception {
    assertThat(keys.certificate("device")).isEmpty();

    keys.install("device", issued());

    var certificate = installed();
    var authority = Pem.certificates("it", authorities.certificate("fleet")).getFirst();
    certificate.verify(authority.getPublicKey());
    authority.verify(authority.getPublicKey());
    assertThat(authority.getBasicConstraints()).isZero();
    assertThat(authority.getKeyUsage()).startsWith(false, false, false, false, false, true, true);
    assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=X7K2M9P4QR");
    assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
    assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
    assertThat(certificate.getNotAfter()).isEqualTo("2028-02-29T12:00:00.000Z");
    assertThat(new KeyFolder(folder).credentials("device").orElseThrow().match()).isTrue();
  }

  @Test
  void filesArePrivate() throws IOException {
    keys.request("device", "it");
    keys.install("device", issued());
    keys.request("device", "it");

    for (var file : List.of("device.pem", "device.next.pem")) {
      var mode = Files.getPosixFilePermissions(folder.resolve(file));
      assertThat(PosixFilePermissions.toString(mode)).isEqualTo("rw-------");
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
        .isEqualTo("rwx------");
  }

  @Test
  void askingAgainAsksForTheSameKeyAlsoAfterARestart() {
    var first = Request.key(keys.request("device", "it"));
    var print = keys.fingerprint("device");

    assertThat(Request.key(keys().request("device", "it"))).isEqualTo(first);
    assertThat(keys().fingerprint("device")).isEqualTo(print).hasSize(64);
  }

  @Test
  void renewalLeavesTheOldPairInUseUntilTheNewOneIsThere() {
    keys.install("device", issued());
    var old = installed();

    var renewed = issued();
    assertThat(installed()).isEqualTo(old);
    keys.install("device", renewed);

    assertThat(installed()).isNotEqualTo(old);
    assertThat(installed().getPublicKey()).isNotEqualTo(old.getPublicKey());
  }

  @Test
  void powerCutAfterTheNewCertificateLeavesItInUse() throws IOException {
    var chain = issued();
    var waiting = folder.resolve("device.next.pem");
    Files.copy(waiting, folder.resolve("copy"));
    keys.install("device", chain);
    var certificate = installed();
    Files.move(folder.resolve("copy"), waiting, StandardCopyOption.REPLACE_EXISTING);

    assertThat(keys().certificate("device")).contains(certificate);
    keys().install("device", chain);
    assertThat(waiting).doesNotExist();
    assertThat(Request.key(keys().request("device", "it")))
        .isNotEqualTo(certificate.getPublicKey());
  }

  @Test
  void certificateForAnotherKeyIsRefusedAndChangesNothing() {
    keys.install("device", issued());
    var before = installed();
    var foreign = authorities.issue("fleet", keys.request("other", "it"), GRANT);

    assertThatThrownBy(() -> keys.install("device", foreign))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the certificate of CN=X7K2M9P4QR is not for the key 'device' of this device");
    assertThatThrownBy(() -> keys.install("device", "<html>502</html>"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the certificate: is no PEM file");
    assertThat(installed()).isEqualTo(before);
  }

  @Test
  void damagedFileOfAWaitingKeyIsMadeAnew() throws IOException {
    var first = keys.fingerprint("device");
    Files.writeString(folder.resolve("device.next.pem"), "\0\0\0");

    assertThat(keys.fingerprint("device")).isNotEqualTo(first);
    keys.install("device", issued());
    assertThat(keys.certificate("device")).isPresent();
  }

  @Test
  void removingTakesEverything() throws IOException {
    keys.install("device", issued());
    keys.request("device", "it");

    keys.remove("device");
    keys.remove("device");

    assertThat(keys.certificate("device")).isEmpty();
    try (var left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void nameIsNoPath() {
    assertThatThrownBy(() -> keys.request("../up", "it"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("'../up' is no name of credentials; expected");
  }

  @Test
  void authorityIsKept() {
    var again = new FileAuthorities(new KeyFolder(folder.resolveSibling("cloud")), clock);

    assertThat(authorities.certificate("fleet")).isEqualTo(again.certificate("fleet"));
    assertThat(authorities.certificate("other")).isNotEqualTo(authorities.certificate("fleet"));
  }

  @Test
  void requestThatItsKeyDidNotSignIsRefused() {
    var der = Pem.block("it", keys.request("device", "it"), "CERTIFICATE REQUEST");
    der[20] ^= 1; // within the name, which the signature covers

    assertThatThrownBy(
            () -> authorities.issue("fleet", Pem.text("CERTIFICATE REQUEST", der), GRANT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the request is not signed by its own key");
  }

  @Test
  void requestCutAnywhereIsRefused() {
    var der = Pem.block("it", keys.request("device", "it"), "CERTIFICATE REQUEST");
    for (var length = 1; length < der.length; length++) {
      var cut = Pem.text("CERTIFICATE REQUEST", Arrays.copyOf(der, length));
      assertThatThrownBy(() -> authorities.issue("fleet", cut, GRANT))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> authorities.issue("fleet", issued(), GRANT))
        .hasMessage(
            "the request: has no block 'CERTIFICATE REQUEST';"
                + " expected '-----BEGIN CERTIFICATE REQUEST-----'");
  }
}
