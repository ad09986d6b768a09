// SPDX-License-Identifier: Apache-2.0
package io.ioto.front;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ListeningTest {
  private static final Limits LIMITS = new Limits(16, 32_768, 3, 1_024, 2, 10_000, 200);
  private static final String GET = "GET /path HTTP/1.1\r\nHost: a\r\n\r\n";

  private final PlainErrors errors = new PlainErrors();
  private final Server server = new Server();
  private final CountDownLatch inside = new CountDownLatch(1);
  private final CountDownLatch finish = new CountDownLatch(1);

  @BeforeEach
  void start() throws Exception {
    server.setHandler(
        new Handler.Abstract() {
          @Override
          public boolean handle(Request request, Response response, Callback callback)
              throws Exception {
            if (request.getHttpURI().getPath().equals("/slow")) {
              inside.countDown();
              finish.await();
            }
            Content.Sink.write(response, true, request.getHttpURI().getPath(), callback);
            return true;
          }
        });
    server.start();
  }

  @AfterEach
  void stop() throws Exception {
    server.stop();
  }

  private Listening listen(@Nullable SSLContext tls) throws Exception {
    var endpoint = new Endpoint(tls != null, "127.0.0.1", 0);
    var listening = new Listening(endpoint, LIMITS, tls, errors);
    var connector = listening.createConnector(server);
    server.addConnector(connector);
    connector.start();
    return listening;
  }

  private static Socket connect(Listening listening) throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), listening.url().getPort());
    socket.setSoTimeout(5_000);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /// One response with a content length.
  private static String receive(InputStream in) throws IOException {
    var text = new StringBuilder();
    while (text.indexOf("\r\n\r\n") < 0) {
      var c = in.read();
      if (c < 0) {
        return text.toString();
      }
      text.append((char) c);
    }
    var length = text.toString().replaceAll("(?s).*Content-Length: (\\d+).*", "$1");
    return text.append(new String(in.readNBytes(Integer.parseInt(length)), StandardCharsets.UTF_8))
        .toString();
  }

  private static String all(Listening listening, String request) throws IOException {
    try (var socket = connect(listening)) {
      send(socket, request);
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  @Test
  void answersOnThePortThatWasBound() throws Exception {
    var listening = listen(null);
    try (var socket = connect(listening)) {
      send(socket, GET);
      assertThat(receive(socket.getInputStream()))
          .startsWith("HTTP/1.1 200 ")
          .endsWith("/path")
          .doesNotContainIgnoringCase("\r\nServer:");
    }
  }

  @Test
  void connectionsWaitUntilJettyIsThere() throws Exception {
    var listening = new Listening(new Endpoint(false, "127.0.0.1", 0), LIMITS, null, errors);
    try (var socket = connect(listening)) {
      send(socket, GET);
      var connector = listening.createConnector(server);
      server.addConnector(connector);
      connector.start();
      assertThat(receive(socket.getInputStream())).endsWith("/path");
    }
  }

  @Test
  void aConnectionIsClosedAfterItsLastRequest() throws Exception {
    var response = all(listen(null), GET + GET + GET);
    assertThat(response.split("HTTP/1.1 200", -1)).hasSize(3);
    assertThat(response).containsOnlyOnce("Connection: close");
  }

  @Test
  void connectionsBeyondTheLimitAreClosedAtOnce() throws Exception {
    var listening = listen(null);
    try (var first = connect(listening);
        var second = connect(listening);
        var third = connect(listening)) {
      for (var socket : new Socket[] {first, second, third}) {
        send(socket, GET);
        assertThat(receive(socket.getInputStream())).endsWith("/path");
      }
      try (var fourth = connect(listening)) {
        assertThat(fourth.getInputStream().read()).isEqualTo(-1);
      }
      send(first, GET);
      assertThat(receive(first.getInputStream())).endsWith("/path");
    }
  }

  @Test
  void aHeaderThatDoesNotComeInTimeClosesTheConnection() throws Exception {
    var listening = listen(null);
    try (var used = connect(listening)) {
      send(used, GET);
      assertThat(receive(used.getInputStream())).endsWith("/path");
      try (var slow = connect(listening)) {
        send(slow, "GET / HT");
        assertThat(slow.getInputStream().read()).isEqualTo(-1);
      }
      send(used, GET);
      assertThat(receive(used.getInputStream())).endsWith("/path");
    }
  }

  @Test
  void whatJettyRefusesIsPlainText() throws Exception {
    var listening = listen(null);
    assertThat(all(listening, "GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(2_000) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 413 ")
        .contains("Content-Type: text/plain;charset=utf-8")
        .endsWith("\n");
    assertThat(all(listening, "GET /" + "x".repeat(2_000) + " HTTP/1.1\r\nHost: a\r\n\r\n"))
        .startsWith("HTTP/1.1 413 ");
    assertThat(all(listening, "GET /%2e%2e/x HTTP/1.1\r\nHost: a\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ")
        .doesNotContain("<");
    assertThat(
            all(
                listening,
                """
                POST / HTTP/1.1\r
                Host: a\r
                Content-Length: 1\r
                Transfer-Encoding: chunked\r
                \r
                0\r
                \r
                """))
        .startsWith("HTTP/1.1 400 ");
    assertThat(all(listening, "GARBAGE\r\n\r\n")).startsWith("HTTP/1.1 400 ");
  }

  @Test
  void emptySegmentsAreLeftToTheWebServer() throws Exception {
    var listening = listen(null);
    try (var socket = connect(listening)) {
      send(socket, "GET //a//b HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(receive(socket.getInputStream())).endsWith("//a//b");
    }
  }

  @Test
  void requestsInsideFinishBeforeTheEndpointCloses() throws Exception {
    var listening = listen(null);
    try (var idle = connect(listening);
        var busy = connect(listening)) {
      send(idle, GET);
      assertThat(receive(idle.getInputStream())).endsWith("/path");
      send(busy, "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
      inside.await();
      var closing =
          Thread.ofVirtual().start(() -> listening.close(Duration.ofSeconds(5), () -> {}));
      assertThat(idle.getInputStream().read()).isEqualTo(-1);
      finish.countDown();
      assertThat(receive(busy.getInputStream())).endsWith("/slow");
      closing.join();
    }
  }

  @Test
  void jettysOwnConnectorAndErrorsAreReplacedAndGivenBack() throws Exception {
    var own = new org.eclipse.jetty.server.ServerConnector(server);
    server.addConnector(own);
    own.start();
    var before = server.getErrorHandler();
    listen(null);
    assertThat(own.isRunning()).isFalse();
    assertThat(server.getConnectors()).hasSize(1);
    assertThat(server.getErrorHandler()).isSameAs(errors);
    errors.leave();
    assertThat(server.getErrorHandler()).isSameAs(before);
  }

  @Test
  void aRenewedCertificateIsUsedWithoutClosing(@TempDir Path folder) throws Exception {
    var listening = listen(material(folder, "first"));
    assertThat(listening.url().getScheme()).isEqualTo("https");
    try (var open = handshake(listening)) {
      assertThat(name(open)).isEqualTo("CN=first");
      send(open, GET);
      assertThat(receive(open.getInputStream())).endsWith("/path");
      listening.renew(material(folder, "second"));
      send(open, GET);
      assertThat(receive(open.getInputStream())).endsWith("/path");
    }
    try (var next = handshake(listening)) {
      assertThat(name(next)).isEqualTo("CN=second");
    }
  }

  private static String name(SSLSocket socket) throws IOException {
    var certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
    return certificate.getSubjectX500Principal().getName();
  }

  private static SSLSocket handshake(Listening listening) throws Exception {
    var trusting = SSLContext.getInstance("TLS");
    trusting.init(null, new TrustManager[] {new TrustAll()}, null);
    var socket =
        (SSLSocket)
            trusting
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), listening.url().getPort());
    socket.setSoTimeout(5_000);
    socket.startHandshake();
    return socket;
  }

  private static SSLContext material(Path folder, String name) throws Exception {
    var file = folder.resolve(name + ".p12");
    var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    var process =
        new ProcessBuilder(
                keytool,
                "-genkeypair",
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-alias",
                "a",
                "-storepass",
                "secret",
                "-keystore",
                file.toString())
            .redirectErrorStream(true)
            .start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    var store = KeyStore.getInstance("PKCS12");
    try (var in = Files.newInputStream(file)) {
      store.load(in, "secret".toCharArray());
    }
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, "secret".toCharArray());
    var context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  private static final class TrustAll extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(
        X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

    @Override
    public void checkServerTrusted(
        X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
