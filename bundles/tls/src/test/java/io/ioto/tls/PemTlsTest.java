// SPDX-License-Identifier: Apache-2.0
package io.ioto.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.testing.Configs;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PemTlsTest {
  @TempDir private Path folder = Path.of("");

  private PemTls tls(Map<String, Object> changes) {
    var values =
        new HashMap<String, Object>(
            Map.of(
                "certificate",
                "",
                "key",
                "",
                "ciphers",
                new String[0],
                "folder",
                folder.resolve("certs").toString()));
    values.putAll(changes);
    return new PemTls(Configs.of(PemTls.Config.class, values));
  }

  private PemTls operators(String certificate, String key) {
    return tls(
        Map.of(
            "certificate", folder.resolve(certificate).toString(),
            "key", folder.resolve(key).toString()));
  }

  private static KeyPair pair(String algorithm) throws GeneralSecurityException {
    return KeyPairGenerator.getInstance(algorithm).generateKeyPair();
  }

  private X509Certificate write(String name, String keyLabel, KeyPair pair, Signing signing)
      throws GeneralSecurityException, IOException {
    var certificate = SelfSigned.certificate(pair, signing, Set.of("localhost"), Instant.now());
    write(name + ".crt", "CERTIFICATE", certificate.getEncoded());
    write(name + ".key", keyLabel, pair.getPrivate().getEncoded());
    return certificate;
  }

  private void write(String name, String label, byte[] content) throws IOException {
    Files.write(folder.resolve(name), Pem.text(label, content).getBytes(US_ASCII));
  }

  private static SSLContext trusting(X509Certificate certificate)
      throws GeneralSecurityException, IOException {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setCertificateEntry("gateway", certificate);
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    var context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  /// Sends one byte each way and returns what was agreed on. The client checks the host name.
  private static SSLSession handshake(PemTls tls, SSLContext client, String... protocols)
      throws Exception {
    var local = InetAddress.ofLiteral("127.0.0.1");
    try (var server =
            (SSLServerSocket)
                tls.server().getServerSocketFactory().createServerSocket(0, 1, local);
        var fibers = Executors.newVirtualThreadPerTaskExecutor()) {
      var answered =
          fibers.submit(
              () -> {
                try (var socket = server.accept()) {
                  socket.getOutputStream().write(socket.getInputStream().read() + 1);
                  return true;
                } catch (SSLException refused) {
                  return false;
                }
              });
      try (var socket =
          (SSLSocket) client.getSocketFactory().createSocket("localhost", server.getLocalPort())) {
        var parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        if (protocols.length > 0) {
          parameters.setProtocols(protocols);
        }
        socket.setSSLParameters(parameters);
        socket.getOutputStream().write(41);
        assertThat(socket.getInputStream().read()).isEqualTo(42);
        assertThat(answered.get()).isTrue();
        return socket.getSession();
      }
    }
  }

  private X509Certificate selfSigned() throws GeneralSecurityException, IOException {
    try (var in = Files.newInputStream(folder.resolve("certs/self-signed.crt"))) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void clientThatTrustsTheSelfSignedCertificateConnects(String protocol) throws Exception {
    var tls = tls(Map.of());

    var session = handshake(tls, trusting(selfSigned()), protocol);

    assertThat(session.getProtocol()).isEqualTo(protocol);
    assertThat(tls.fingerprint()).matches("([0-9A-F]{2}:){31}[0-9A-F]{2}");
  }

  @Test
  void clientThatDoesNotTrustItDoesNotConnect() throws Exception {
    var stranger = write("other", "PRIVATE KEY", pair("EC"), Signing.ECDSA);
    var tls = tls(Map.of());

    assertThatThrownBy(() -> handshake(tls, trusting(stranger))).isInstanceOf(SSLException.class);
  }

  @Test
  void nothingOlderThanTls12IsOffered() {
    var context = tls(Map.of()).server();

    assertThat(context.getDefaultSSLParameters().getProtocols())
        .containsExactlyInAnyOrder("TLSv1.3", "TLSv1.2");
    assertThat(context.getSupportedSSLParameters().getProtocols())
        .containsExactlyInAnyOrder("TLSv1.3", "TLSv1.2");
    assertThat(context.createSSLEngine().getEnabledProtocols())
        .containsExactlyInAnyOrder("TLSv1.3", "TLSv1.2");
  }

  @Test
  void onlyAllowedCiphersAreOffered() throws Exception {
    var suite = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
    var tls = tls(Map.of("ciphers", new String[] {suite, "TLS_AES_128_GCM_SHA256"}));

    assertThat(tls.server().createSSLEngine("localhost", 1).getEnabledCipherSuites())
        .containsExactly(suite, "TLS_AES_128_GCM_SHA256");
    assertThat(handshake(tls, trusting(selfSigned()), "TLSv1.2").getCipherSuite()).isEqualTo(suite);
  }

  @Test
  void unknownCipherIsNamed() {
    assertThatThrownBy(() -> tls(Map.of("ciphers", new String[] {"ROT13"})))
        .hasMessageStartingWith("tls.ciphers: unknown ROT13; expected IANA names such as TLS_");
  }

  @Test
  void operatorsRsaKeyServes() throws Exception {
    var certificate = write("it", "PRIVATE KEY", pair("RSA"), Signing.RSA);
    handshake(operators("it.crt", "it.key"), trusting(certificate), "TLSv1.2");
    handshake(operators("it.crt", "it.key"), trusting(certificate), "TLSv1.3");
    assertThat(folder.resolve("certs")).doesNotExist();
  }

  @Test
  void operatorsEd25519KeyServes() throws Exception {
    var certificate = write("it", "PRIVATE KEY", pair("Ed25519"), Signing.ED25519);
    handshake(operators("it.crt", "it.key"), trusting(certificate));
  }

  @Test
  void operatorsEcKeyServes() throws Exception {
    var certificate = write("it", "PRIVATE KEY", pair("EC"), Signing.ECDSA);
    handshake(operators("it.crt", "it.key"), trusting(certificate));
  }

  @Test
  void keyOfAnotherCertificateIsRefused() throws Exception {
    write("it", "PRIVATE KEY", pair("EC"), Signing.ECDSA);
    write("other", "PRIVATE KEY", pair("EC"), Signing.ECDSA);
    write("rsa", "PRIVATE KEY", pair("RSA"), Signing.RSA);

    for (var key : List.of("other.key", "rsa.key")) {
      assertThatThrownBy(() -> operators("it.crt", key))
          .hasMessage(
              "%s: is not the key of the certificate in %s (CN=localhost, O=Ioto)"
                  .formatted(folder.resolve(key), folder.resolve("it.crt")));
    }
  }

  @Test
  void oldAndEncryptedKeyFormatsAreNamed() throws Exception {
    write("old", "EC PRIVATE KEY", pair("EC"), Signing.ECDSA);
    write("locked", "ENCRYPTED PRIVATE KEY", pair("EC"), Signing.ECDSA);

    assertThatThrownBy(() -> operators("old.crt", "old.key"))
        .hasMessageStartingWith(
            folder.resolve("old.key")
                + ": the key is in the old format 'EC PRIVATE KEY'; expected");
    assertThatThrownBy(() -> operators("locked.crt", "locked.key"))
        .hasMessageStartingWith(folder.resolve("locked.key") + ": the key is encrypted; expected");
  }

  @Test
  void unusableFilesAreNamedWithWhatIsWrong() throws Exception {
    write("it", "PRIVATE KEY", pair("EC"), Signing.ECDSA);
    write("damaged.key", "PRIVATE KEY", new byte[] {1, 2, 3});
    write("damaged.crt", "CERTIFICATE", new byte[] {1, 2, 3});
    Files.writeString(folder.resolve("text.crt"), "hello");

    assertThatThrownBy(() -> operators("lost.crt", "it.key"))
        .hasMessage(folder.resolve("lost.crt") + ": does not exist");
    assertThatThrownBy(() -> operators("text.crt", "it.key"))
        .hasMessageStartingWith(folder.resolve("text.crt") + ": is no PEM file; expected");
    assertThatThrownBy(() -> operators("it.key", "it.key"))
        .hasMessageStartingWith(folder.resolve("it.key") + ": has no certificate; expected");
    assertThatThrownBy(() -> operators("it.crt", "it.crt"))
        .hasMessageStartingWith(folder.resolve("it.crt") + ": has no key; expected");
    assertThatThrownBy(() -> operators("damaged.crt", "it.key"))
        .hasMessageStartingWith(folder.resolve("damaged.crt") + ": certificate 1 is damaged: ");
    assertThatThrownBy(() -> operators("it.crt", "damaged.key"))
        .hasMessageStartingWith(
            folder.resolve("damaged.key") + ": the key is damaged or of an unknown kind");
    assertThatThrownBy(() -> operators("it.crt", "")).hasMessageContaining("cannot be read: ");
    assertThatThrownBy(() -> tls(Map.of("certificate", "/it.crt")))
        .hasMessage("tls.certificate is set and tls.key is not; expected both or neither");
  }

  @Test
  void chainThatIsNotInOrderIsRefused() throws Exception {
    write("it", "PRIVATE KEY", pair("EC"), Signing.ECDSA);
    write("other", "PRIVATE KEY", pair("EC"), Signing.ECDSA);
    Files.writeString(
        folder.resolve("chain.crt"),
        Files.readString(folder.resolve("it.crt")) + Files.readString(folder.resolve("other.crt")));

    assertThatThrownBy(() -> operators("chain.crt", "it.key"))
        .hasMessageContaining("certificate 1 (CN=localhost, O=Ioto) was not issued by the next");
  }

  @Test
  void endedCertificateStillServes() throws Exception {
    var certificate = write("it", "PRIVATE KEY", pair("EC"), Signing.ECDSA);
    var settings =
        new PemTls.Settings(folder.resolve("it.crt"), folder.resolve("it.key"), List.of(), folder);

    var tls = new PemTls(settings, InstantSource.fixed(Instant.parse("2099-01-01T00:00:00Z")));

    handshake(tls, trusting(certificate));
  }
}
