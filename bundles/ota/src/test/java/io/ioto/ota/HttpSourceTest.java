// SPDX-License-Identifier: Apache-2.0
package io.ioto.ota;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpSourceTest {
  private final CountDownLatch over = new CountDownLatch(1);
  private HttpServer server;
  private HttpSource source;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/repository/",
        exchange -> {
          var range = exchange.getRequestHeaders().getFirst("Range");
          var path = exchange.getRequestURI().getPath();
          if (path.endsWith("/slow")) {
            exchange.sendResponseHeaders(200, 10);
            exchange.getResponseBody().write(1);
            exchange.getResponseBody().flush();
            try {
              over.await();
            } catch (InterruptedException _) {
              Thread.currentThread().interrupt();
            }
          } else if (path.endsWith("/file") && "bytes=6-".equals(range)) {
            var part = "world".getBytes(UTF_8);
            exchange.sendResponseHeaders(206, part.length);
            exchange.getResponseBody().write(part);
          } else if (path.endsWith("/file") || path.endsWith("/plain")) {
            var whole = "hello world".getBytes(UTF_8);
            exchange.sendResponseHeaders(200, whole.length);
            exchange.getResponseBody().write(whole);
          } else {
            exchange.sendResponseHeaders(path.endsWith("/broken") ? 500 : 404, -1);
          }
          exchange.close();
        });
    server.start();
    source = source(Duration.ofSeconds(20));
  }

  private HttpSource source(Duration patience) {
    var port = server.getAddress().getPort();
    return new HttpSource(URI.create("http://127.0.0.1:%d/repository/".formatted(port)), patience);
  }

  @AfterEach
  void stop() {
    over.countDown();
    server.stop(0);
  }

  private String read(String path, long from) throws IOException {
    try (var content = source.open(path, from)) {
      return content.from() + " " + new String(content.in().readAllBytes(), UTF_8);
    }
  }

  @Test
  void fileIsReadFromWhereItIsWanted() throws IOException {
    assertThat(read("file", 0)).isEqualTo("0 hello world");
    assertThat(read("file", 6)).isEqualTo("6 world");
  }

  @Test
  void serverThatKnowsNoRangesSendsTheWhole() throws IOException {
    assertThat(read("plain", 6)).isEqualTo("0 hello world");
  }

  @Test
  void missingFileIsToldApartFromTrouble() {
    assertThatThrownBy(() -> read("nothing", 0)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> read("broken", 0)).hasMessageContaining("answered 500");
  }

  @Test
  void serverThatFallsSilentIsGivenUp() {
    source = source(Duration.ofMillis(200));
    assertThatThrownBy(() -> read("slow", 0)).isInstanceOf(SocketTimeoutException.class);
  }
}
