// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.api.web.Events;
import io.ioto.api.web.Routes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EventsTest {
  @TempDir Path folder;
  private final BlockingQueue<String> queue = new LinkedBlockingQueue<>();
  private final AtomicInteger inside = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();

  private Routes feed() {
    return router ->
        router.get(
            "/feed",
            exchange -> {
              var events = exchange.events();
              inside.incrementAndGet();
              try {
                follow(events);
              } catch (CancellationException e) {
                ended.incrementAndGet();
                throw e;
              } finally {
                inside.decrementAndGet();
              }
            });
  }

  private void follow(Events events) {
    events.lastId().ifPresent(id -> events.send("after " + id));
    for (var i = 1; ; i++) {
      var next = events.next(queue);
      if (next.equals("stop")) {
        return;
      }
      events.send(Integer.toString(i), "test", next);
    }
  }

  /// A client of a feed.
  private static final class Source implements AutoCloseable {
    final Socket socket;
    final BufferedReader in;

    Source(Site site, String... headers) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), site.uri("/").getPort());
      socket.setSoTimeout(10_000);
      var request = "GET /feed HTTP/1.0\r\n" + String.join("", headers) + "\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    /// What comes up to an empty line.
    List<String> block() throws IOException {
      var lines = new ArrayList<String>();
      for (var line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        lines.add(line);
      }
      return lines;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void eventsArriveInOrderAsTheyAreSent() throws Exception {
    try (var site = new Site(folder, "{}")) {
      site.publish(feed());
      try (var source = new Source(site, "Last-Event-ID: 7\r\n")) {
        assertThat(source.block())
            .contains(
                "HTTP/1.1 200 OK",
                "Content-Type: text/event-stream",
                "Cache-Control: no-store",
                "X-Accel-Buffering: no");
        assertThat(source.block()).containsExactly("retry: 1000");
        assertThat(source.block()).containsExactly("data: after 7");
        for (var i = 1; i <= 100; i++) {
          queue.add("Event " + i);
          assertThat(source.block()).containsExactly("id: " + i, "event: test", "data: Event " + i);
        }
        queue.add("a\nb\r\nc\rd: ü");
        assertThat(source.block())
            .containsExactly(
                "id: 101", "event: test", "data: a", "data: b", "data: c", "data: d: ü");
        queue.add("stop");
        assertThat(source.in.readLine()).isNull();
      }
      assertThat(ended).hasValue(0);
    }
  }

  @Test
  void aSilentStreamIsKeptAliveAndTheEndOfItsClientNoticed() throws Exception {
    try (var site = new Site(folder, "{events: {heartbeat: 0.1}}")) {
      site.publish(feed());
      try (var source = new Source(site)) {
        source.block();
        source.block();
        assertThat(source.block()).containsExactly(":");
      }
      eventually(() -> assertThat(ended).hasValue(1));
    }
  }

  @Test
  void aSwapOfTheApplicationEndsItsStreamsAtOnce() throws Exception {
    try (var site = new Site(folder, "{}")) {
      var service = site.publish(feed());
      try (var source = new Source(site)) {
        source.block();
        source.block();
        site.publish(feed());
        var before = System.nanoTime();
        service.unregister();
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
        assertThat(source.in.readLine()).isNull();
        assertThat(ended).hasValue(1);
      }
      try (var again = new Source(site)) {
        again.block();
        again.block();
        queue.add("x");
        assertThat(again.block()).contains("data: x");
      }
    }
  }

  @Test
  void aSwapOfTheServerEndsAllStreamsAtOnce() throws Exception {
    try (var site = new Site(folder, "{}")) {
      site.publish(feed());
      try (var source = new Source(site)) {
        source.block();
        source.block();
        var before = System.nanoTime();
        site.swap("{}");
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
        assertThat(source.in.readLine()).isNull();
        assertThat(ended).hasValue(1);
      }
      try (var again = new Source(site)) {
        again.block();
        again.block();
        queue.add("x");
        assertThat(again.block()).contains("data: x");
      }
    }
  }

  @Test
  void aClientThatTakesNothingDoesNotHoldUpASwap() throws Exception {
    try (var site = new Site(folder, "{}")) {
      var full = new AtomicInteger();
      var service =
          site.publish(
              router ->
                  router.get(
                      "/feed",
                      exchange -> {
                        var events = exchange.events();
                        while (true) {
                          full.incrementAndGet();
                          events.send("x".repeat(100_000));
                        }
                      }));
      try (var source = new Source(site)) {
        source.block();
        eventually(
            () -> {
              var before = full.get();
              java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);
              assertThat(full.get()).isEqualTo(before).isPositive();
            });
        var before = System.nanoTime();
        service.unregister();
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(8));
      }
    }
  }

  @Test
  void streamsAreLimited() throws Exception {
    try (var site = new Site(folder, "{limits: {streams: 1}}")) {
      site.publish(feed());
      try (var source = new Source(site)) {
        source.block();
        var second = site.get("/feed");
        assertThat(second.statusCode()).isEqualTo(503);
        assertThat(second.headers().firstValue("Retry-After")).contains("10");
        queue.add("stop");
        eventually(() -> assertThat(inside).hasValue(0));
      }
      queue.add("stop");
      eventually(() -> assertThat(site.get("/feed").statusCode()).isEqualTo(200));
    }
  }

  @Test
  void headHasNoEvents() throws Exception {
    try (var site = new Site(folder, "{}")) {
      site.publish(feed());
      var response = site.send("HEAD", "/feed", "");
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.headers().firstValue("Content-Type")).contains("text/event-stream");
    }
  }

  @Test
  void aStreamWhoseUserLoggedOutEnds() throws Exception {
    var hash = new Bcrypt(4).hash("secret");
    var settings =
        "{auth: {users: {bob: {password: '%s', role: 'user'}}}, events: {heartbeat: 0.1}}"
            .formatted(hash);
    try (var site = new Site(folder, settings)) {
      site.publish(router -> feed().register(router.role("user")));
      var visitor = new Visitor(site);
      visitor.login("bob", "secret");
      try (var source = new Source(site, "Cookie: " + visitor.cookie + "\r\n")) {
        source.block();
        source.block();
        visitor.post("/api/public/logout", "");
        eventually(() -> assertThat(ended).hasValue(1));
      }
    }
  }

  @Test
  void anEventCannotForgeAnother() throws Exception {
    try (var site = new Site(folder, "{}")) {
      site.publish(
          router ->
              router.get(
                  "/forge",
                  exchange -> {
                    var events = exchange.events();
                    assertThatThrownBy(() -> events.send("1\n", "", ""))
                        .isInstanceOf(IllegalArgumentException.class);
                    assertThatThrownBy(() -> events.send("", "a\rb", ""))
                        .isInstanceOf(IllegalArgumentException.class);
                    events.send("done");
                  }));
      assertThat(site.get("/forge").body()).isEqualTo("retry: 1000\n\ndata: done\n\n");
    }
  }
}
