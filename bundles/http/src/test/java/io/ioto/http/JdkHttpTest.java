// SPDX-License-Identifier: Apache-2.0
package io.ioto.http;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.ioto.api.http.CallException;
import io.ioto.api.http.CallException.Reason;
import io.ioto.api.tls.Trust;
import io.ioto.testing.Configs;
import io.ioto.testing.Sections;
import io.ioto.tls.PemTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JdkHttpTest {
  private static final HttpHandler RESET = exchange -> exchange.close();

  private final PemTls tls;
  private final JdkHttp http;
  private final HttpServer server;
  private final CountDownLatch over = new CountDownLatch(1);
  private final List<String> seen = Collections.synchronizedList(new ArrayList<>());
  private final Queue<HttpHandler> script = new ArrayDeque<>();

  JdkHttpTest(@TempDir Path folder) throws IOException {
    tls = new PemTls(Sections.config(PemTls.Config.class, "io.ioto.tls", folder, "{}"));
    var settings =
        new JdkHttp.Settings(
            Duration.ofSeconds(10), 3, Duration.ofMillis(1), Duration.ofMillis(20), 1000);
    http = new JdkHttp(tls, settings);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::serve);
    server.start();
  }

  @AfterEach
  void stop() {
    over.countDown();
    http.close();
    server.stop(0);
  }

  private void serve(HttpExchange exchange) throws IOException {
    var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    seen.add("%s %s %s".formatted(exchange.getRequestMethod(), exchange.getRequestURI(), body));
    HttpHandler next;
    synchronized (script) {
      next = script.poll();
    }
    (next == null ? answer(200, "done") : next).handle(exchange);
  }

  private static HttpHandler answer(int status, String text, String... headers) {
    return exchange -> {
      for (var i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
      }
      var bytes = text.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
      exchange.close();
    };
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:%d%s".formatted(server.getAddress().getPort(), path));
  }

  @Test
  void bodyAndHeadersGoAndCome() {
    script.add(
        exchange -> {
          seen.add(exchange.getRequestHeaders().getFirst("Authorization"));
          seen.add(exchange.getRequestHeaders().getFirst("Content-Type"));
          answer(201, "{\"ok\":true}", "X-Token", "t1").handle(exchange);
        });

    var answer = http.post(uri("/a?b=c")).bearer("secret").json("{\"x\":\"ü\"}").send();

    assertThat(seen)
        .containsExactly("POST /a?b=c {\"x\":\"ü\"}", "Bearer secret", "application/json");
    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.ok()).isTrue();
    assertThat(answer.text()).isEqualTo("{\"ok\":true}");
    assertThat(answer.header("x-token")).contains("t1");
    assertThat(answer).hasToString("201 {\"ok\":true}");
  }

  @Test
  void statusIsTheCallersMatter() {
    script.add(answer(404, "no such thing"));
    script.add(answer(302, "", "Location", "/elsewhere"));

    assertThat(http.get(uri("/")).send().status()).isEqualTo(404);
    assertThat(http.get(uri("/")).send().status()).isEqualTo(302);
    assertThat(seen).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 502, 503, 504})
  void whatMayPassIsRepeated(int status) {
    script.add(answer(status, "later", "Retry-After", "0"));
    script.add(RESET);

    assertThat(http.put(uri("/x")).json("{}").send().text()).isEqualTo("done");
    assertThat(seen).containsExactly("PUT /x {}", "PUT /x {}", "PUT /x {}");
  }

  @Test
  void repetitionEnds() {
    for (var i = 0; i < 10; i++) {
      script.add(answer(503, "no", "Retry-After", "3600"));
    }
    assertThat(http.get(uri("/x")).send().status()).isEqualTo(503);
    assertThat(seen).hasSize(4);
    assertThat(http.get(uri("/x")).retries(0).send().status()).isEqualTo(503);
    assertThat(seen).hasSize(5);
  }

  @Test
  void postIsNotRepeatedUnlessItMayBe() {
    script.add(RESET);
    script.add(answer(503, "no"));
    script.add(answer(503, "no"));

    assertThat(reason(() -> http.post(uri("/x")).send())).isEqualTo(Reason.BROKEN);
    assertThat(http.post(uri("/x")).send().status()).isEqualTo(503);
    assertThat(seen).hasSize(2);
    assertThat(http.post(uri("/x")).repeatable().send().status()).isEqualTo(200);
    assertThat(seen).hasSize(4);
  }

  @Test
  void deadlineIsForTheWholeAnswer() {
    script.add(
        exchange -> {
          exchange.sendResponseHeaders(200, 100);
          exchange.getResponseBody().write(1);
          exchange.getResponseBody().flush();
          await(over);
        });

    assertThatThrownBy(
            () -> http.post(uri("/slow?key=secret")).timeout(Duration.ofMillis(200)).send())
        .isInstanceOf(CallException.class)
        .hasMessage("POST %s: no whole answer within 200 ms", uri("/slow"));
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void answerHasALimit() {
    script.add(answer(200, "x".repeat(1000)));
    script.add(answer(200, "x".repeat(1001)));
    script.add(answer(200, "x".repeat(11)));

    assertThat(http.get(uri("/")).send().body()).hasSize(1000);
    assertThatThrownBy(() -> http.get(uri("/")).send())
        .hasMessage("GET %s: the answer has more than 1000 bytes", uri("/"));
    assertThat(reason(() -> http.get(uri("/")).limit(10).send())).isEqualTo(Reason.TOO_LARGE);
    assertThat(seen).hasSize(3);
  }

  @Test
  void whatHappenedIsNamed() throws IOException {
    int free;
    try (var socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    var nobody = URI.create("http://127.0.0.1:%d/x".formatted(free));
    assertThatThrownBy(() -> http.get(nobody).send())
        .isInstanceOf(CallException.class)
        .hasMessage("GET %s: nobody answers there", nobody);
    assertThatThrownBy(() -> http.get(URI.create("http://no.such.host.invalid/x")).send())
        .hasMessage(
            "GET http://no.such.host.invalid/x: the host 'no.such.host.invalid' is unknown");
    assertThatThrownBy(() -> http.get(URI.create("ftp://host/x")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'ftp://host/x' cannot be called; expected http:// or https:// and a host");
    assertThatThrownBy(() -> http.get(URI.create("/x")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void serverIsBelievedByItsFingerprintOnly() throws IOException {
    var secure = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    secure.setHttpsConfigurator(new HttpsConfigurator(tls.server()));
    secure.createContext("/", answer(200, "private"));
    secure.start();
    try {
      var uri = URI.create("https://localhost:%d/x".formatted(secure.getAddress().getPort()));
      var pinned = new Trust.Pinned(tls.fingerprint());

      assertThat(http.get(uri).trust(pinned).send().text()).isEqualTo("private");
      assertThat(http.get(uri).trust(pinned).send().text()).isEqualTo("private");
      assertThat(reason(() -> http.get(uri).send())).isEqualTo(Reason.TLS);
      assertThatThrownBy(() -> http.get(uri).trust(new Trust.Pinned("00".repeat(32))).send())
          .hasMessageContaining("the fingerprint of the server's certificate is ");
    } finally {
      secure.stop(0);
    }
  }

  @Test
  void interruptEndsTheCallAndStays() throws InterruptedException {
    script.add(_ -> await(over));
    var reasons = new ArrayList<Object>();
    var caller =
        Thread.ofVirtual()
            .start(
                () -> {
                  reasons.add(reason(() -> http.get(uri("/")).send()));
                  reasons.add(Thread.currentThread().isInterrupted());
                });
    eventually(() -> assertThat(seen).hasSize(1));

    caller.interrupt();
    caller.join();

    assertThat(reasons).containsExactly(Reason.INTERRUPTED, true);
  }

  @Test
  void stoppingCutsOffWhatIsUnderWay() throws InterruptedException {
    script.add(_ -> await(over));
    var reasons = new ArrayList<Object>();
    var caller =
        Thread.ofVirtual().start(() -> reasons.add(reason(() -> http.post(uri("/")).send())));
    eventually(() -> assertThat(seen).hasSize(1));

    http.close();
    caller.join();

    assertThat(reasons).containsExactly(Reason.BROKEN);
    assertThatThrownBy(() -> http.get(uri("/")).send())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the HTTP client has been stopped");
  }

  private static Reason reason(ThrowingCallable call) {
    return catchThrowableOfType(CallException.class, call).reason();
  }

  @Test
  void defaultsAreThoseOfTheSettings(@TempDir Path folder) {
    var values = new HashMap<>(Sections.defaults("io.ioto.http", folder));
    values.putAll(Sections.defaults("io.ioto.http.timeouts", folder));
    var config = Configs.of(JdkHttp.Config.class, values);

    assertThat(JdkHttp.Settings.of(config, false))
        .isEqualTo(
            new JdkHttp.Settings(
                Duration.ofSeconds(30),
                3,
                Duration.ofMillis(500),
                Duration.ofSeconds(30),
                1 << 20));
    assertThat(JdkHttp.Settings.of(config, true).timeout()).isEqualTo(Duration.ofDays(365));
  }
}
