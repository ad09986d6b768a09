// SPDX-License-Identifier: Apache-2.0
package io.ioto.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.api.tls.Authorities.Grant;
import io.ioto.api.tls.Trust;
import io.ioto.testing.Sections;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientTest {
  private final KeyFolder folder;
  private final FileKeys keys;
  private final PemTls tls;
  private final FileAuthorities authorities;

  ClientTest(@TempDir Path state) {
    folder = new KeyFolder(state.resolve("certs"));
    keys = new FileKeys(Sections.config(FileKeys.Config.class, "io.ioto.tls", state, "{}"));
    tls = new PemTls(Sections.config(PemTls.Config.class, "io.ioto.tls", state, "{}"));
    authorities =
        new FileAuthorities(new KeyFolder(state.resolve("cloud")), InstantSource.system());
  }

  private void certify(String name, String authority, String... names) {
    var grant = new Grant(name, Set.of(names), Duration.ofDays(1));
    keys.install(name, authorities.issue(authority, keys.request(name, name), grant));
  }

  private Trust trust(String authority) {
    return new Trust.Authorities(authorities.certificate(authority));
  }

  private static String fingerprint(String pem) throws GeneralSecurityException {
    var certificate = Pem.certificates("it", pem).getFirst();
    var hash = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
    return HexFormat.ofDelimiter(":").withUpperCase().formatHex(hash);
  }

  private SSLContext server(String name, String authority) throws GeneralSecurityException {
    var context = SSLContext.getInstance("TLS");
    context.init(
        new KeyManager[] {new OneKey(folder.credentials(name).orElseThrow())},
        new TrustManager[] {TrustManagers.of(trust(authority))},
        null);
    return context;
  }

  /// Connects to `localhost`, checking the name, and returns the name of the client as the server
  /// sees it.
  private static String handshake(
      SSLContext server, boolean clientMustShow, SSLContext client, String protocol)
      throws Exception {
    var local = InetAddress.ofLiteral("127.0.0.1");
    try (var listener =
            (SSLServerSocket) server.getServerSocketFactory().createServerSocket(0, 1, local);
        var fibers = Executors.newVirtualThreadPerTaskExecutor()) {
      listener.setNeedClientAuth(clientMustShow);
      var seen =
          fibers.submit(
              () -> {
                try (var socket = (SSLSocket) listener.accept()) {
                  socket.startHandshake();
                  var name = clientMustShow ? socket.getSession().getPeerPrincipal().getName() : "";
                  socket.getOutputStream().write(1);
                  return name;
                } catch (IOException refused) {
                  return "refused";
                }
              });
      try (var socket =
          (SSLSocket)
              client.getSocketFactory().createSocket("localhost", listener.getLocalPort())) {
        var parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setProtocols(new String[] {protocol});
        socket.setSSLParameters(parameters);
        if (socket.getInputStream().read() != 1) {
          throw new SSLException("the server hung up");
        }
        return seen.get();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void bothSidesShowTheirCertificates(String protocol) throws Exception {
    certify("broker", "fleet", "localhost");
    certify("device", "fleet");

    var client = tls.client(trust("fleet"), "device");

    assertThat(handshake(server("broker", "fleet"), true, client, protocol)).isEqualTo("CN=device");
  }

  @Test
  void clientWithoutCertificateOrWithAStrangersIsRefused() throws Exception {
    certify("broker", "fleet", "localhost");
    certify("stranger", "others");
    var server = server("broker", "fleet");

    for (var client : List.of(tls.client(trust("fleet")), tls.client(trust("fleet"), "stranger"))) {
      assertThatThrownBy(() -> handshake(server, true, client, "TLSv1.3"))
          .isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> tls.client(trust("fleet"), "nobody"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("there are no credentials 'nobody'");
  }

  @Test
  void serverOfAnotherAuthorityOrNameIsNotBelieved() throws Exception {
    certify("broker", "fleet", "localhost");
    certify("elsewhere", "fleet", "example.org");

    for (var trust : List.of(trust("others"), Trust.PLATFORM)) {
      assertThatThrownBy(
              () -> handshake(server("broker", "fleet"), false, tls.client(trust), "TLSv1.3"))
          .isInstanceOf(SSLException.class);
    }
    assertThatThrownBy(
            () ->
                handshake(
                    server("elsewhere", "fleet"), false, tls.client(trust("fleet")), "TLSv1.3"))
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("localhost");
  }

  @Test
  void pinnedCertificateIsBelievedWhateverItsName() throws Exception {
    certify("elsewhere", "fleet", "example.org");
    var server = server("elsewhere", "fleet");
    var own = keys.certificate("elsewhere").orElseThrow();
    var right = new Trust.Pinned(fingerprint(Pem.text(own)));
    var wrong = new Trust.Pinned("00".repeat(32));

    assertThat(handshake(server, false, tls.client(right), "TLSv1.3")).isEmpty();
    assertThatThrownBy(() -> handshake(server, false, tls.client(wrong), "TLSv1.3"))
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("the fingerprint of the server's certificate is ");
  }

  @Test
  void pinnedAuthorityVouchesForTheRightNameOnly() throws Exception {
    certify("broker", "fleet", "localhost");
    certify("elsewhere", "fleet", "example.org");
    var pinned = tls.client(new Trust.Pinned(fingerprint(authorities.certificate("fleet"))));

    assertThat(handshake(server("broker", "fleet"), false, pinned, "TLSv1.2")).isEmpty();
    assertThatThrownBy(() -> handshake(server("elsewhere", "fleet"), false, pinned, "TLSv1.2"))
        .isInstanceOf(SSLException.class);
  }

  @Test
  void unusableTrustIsNamed() {
    assertThatThrownBy(() -> new Trust.Pinned("AB:CD"))
        .hasMessage("'abcd' is no SHA-256 fingerprint; expected 64 hex digits, such as AB:CD:…");
    assertThatThrownBy(() -> tls.client(new Trust.Authorities("hello")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the list of authorities: is no PEM file; expected");
  }

  @Test
  void contextIsKeptUntilItsMaterialChanges() {
    certify("device", "fleet");
    var first = tls.client(trust("fleet"), "device");

    assertThat(tls.client(trust("fleet"), "device")).isSameAs(first);
    certify("device", "fleet");
    assertThat(tls.client(trust("fleet"), "device")).isNotSameAs(first);
  }
}
