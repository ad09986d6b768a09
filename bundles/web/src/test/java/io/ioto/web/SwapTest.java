// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.api.runtime.Seat;
import io.ioto.api.web.Routes;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SwapTest {
  @TempDir private Path folder;

  /// Answers with its number while it is active, and fails when called before or after.
  private static final class App implements Routes, AutoCloseable {
    private final int number;
    private final AtomicBoolean active = new AtomicBoolean(true);

    App(int number) {
      this.number = number;
    }

    @Override
    public void register(io.ioto.api.web.Router router) {
      router.get(
          "/number",
          exchange -> {
            if (!active.get()) {
              throw new IllegalStateException("called after it was deactivated");
            }
            LockSupport.parkNanos(1_000);
            if (!active.get()) {
              throw new IllegalStateException("deactivated while it was called");
            }
            exchange.send(String.valueOf(number));
          });
    }

    @Override
    public void close() {
      active.set(false);
    }
  }

  private static <T> Future<T> later(Callable<T> work) {
    var executor = Executors.newVirtualThreadPerTaskExecutor();
    try {
      return executor.submit(work);
    } finally {
      executor.shutdown();
    }
  }

  @Test
  void noRequestFailsWhileApplicationsAreSwapped() throws Exception {
    try (var site = new Site(folder, "{}")) {
      var failures = new ConcurrentLinkedQueue<String>();
      var answered = new AtomicInteger();
      var stop = new AtomicBoolean();
      var app = new App(0);
      var service = site.publish(app);
      var clients = new ArrayList<Future<Void>>();
      for (var i = 0; i < 4; i++) {
        clients.add(later(() -> load(site, stop, answered, failures)));
      }
      for (var number = 1; number <= 40; number++) {
        var before = answered.get();
        var successor = new App(number);
        var beside = number % 2 == 0;
        var next = beside ? site.publish(successor) : null;
        service.unregister();
        app.close();
        service = next == null ? site.publish(successor) : next;
        app = successor;
        eventually(() -> assertThat(answered.get()).isGreaterThan(before + 20));
      }
      stop.set(true);
      for (var client : clients) {
        client.get();
      }
      assertThat(failures).isEmpty();
      assertThat(site.get("/number").body()).isEqualTo("40");
    }
  }

  private static Void load(
      Site site, AtomicBoolean stop, AtomicInteger answered, Queue<String> failures)
      throws Exception {
    while (!stop.get()) {
      var response = site.get("/number");
      if (response.statusCode() != 200) {
        failures.add(response.statusCode() + " " + response.body());
      }
      answered.incrementAndGet();
    }
    return null;
  }

  @Test
  void aRequestWaitsForTheSuccessor() throws Exception {
    try (var site = new Site(folder, "{}")) {
      site.publish(new App(1)).unregister();
      var response = later(() -> site.get("/number"));
      site.publish(new App(2));
      assertThat(response.get().body()).isEqualTo("2");
    }
  }

  @Test
  void withoutSuccessorItIs503AndThenForgotten() throws Exception {
    try (var site = new Site(folder, "{swap: {grace: 0.2}}")) {
      site.publish(new App(1)).unregister();
      HttpResponse<String> response = site.get("/number");
      assertThat(response.statusCode()).isEqualTo(503);
      assertThat(response.headers().firstValue("Retry-After")).contains("1");
      eventually(() -> assertThat(site.get("/number").statusCode()).isEqualTo(404));
    }
  }

  @Test
  void theOlderServesUntilItGoes() throws Exception {
    try (var site = new Site(folder, "{}")) {
      var older = site.publish(new App(1));
      site.publish(new App(2));
      assertThat(site.get("/number").body()).isEqualTo("1");
      older.unregister();
      assertThat(site.get("/number").body()).isEqualTo("2");
    }
  }

  @Test
  void whoLeavesIsDrainedFirst() throws Exception {
    try (var site = new Site(folder, "{}")) {
      var inside = new CountDownLatch(1);
      var finish = new CountDownLatch(1);
      var service =
          site.publish(
              router ->
                  router.get(
                      "/slow",
                      exchange -> {
                        inside.countDown();
                        finish.await();
                        exchange.send("done");
                      }));
      var response = later(() -> site.get("/slow"));
      inside.await();
      var gone = Thread.ofVirtual().start(service::unregister);
      eventually(() -> assertThat(gone.getState()).isEqualTo(Thread.State.TIMED_WAITING));
      finish.countDown();
      gone.join();
      assertThat(response.get().body()).isEqualTo("done");
    }
  }

  @Test
  void patienceWithWhoDoesNotLeaveEnds() throws Exception {
    try (var site = new Site(folder, "{swap: {drain: 0.05}}")) {
      var inside = new CountDownLatch(1);
      var finish = new CountDownLatch(1);
      var service =
          site.publish(
              router ->
                  router.get(
                      "/stuck",
                      exchange -> {
                        inside.countDown();
                        finish.await();
                        exchange.send("late");
                      }));
      var response = later(() -> site.get("/stuck"));
      inside.await();
      service.unregister();
      finish.countDown();
      assertThat(response.get().body()).isEqualTo("late");
    }
  }

  @Test
  void whatASuccessorOfTheSameBundleDropsIsGoneAtOnce() throws Exception {
    try (var site = new Site(folder, "{}")) {
      var first = site.install("app", "1", Map.of());
      var older =
          first
              .getBundleContext()
              .registerService(
                  Routes.class,
                  router -> router.get("/kept", e -> e.send("1")).get("/dropped", e -> e.send("1")),
                  null);
      var second = site.install("app", "2", Map.of());
      second
          .getBundleContext()
          .registerService(Routes.class, router -> router.get("/kept", e -> e.send("2")), null);
      assertThat(site.get("/dropped").body()).isEqualTo("1");
      older.unregister();
      assertThat(site.get("/dropped").statusCode()).isEqualTo(404);
      assertThat(site.get("/kept").body()).isEqualTo("2");
    }
  }

  @Test
  void renamedBracesAreTheSamePlace() throws Exception {
    try (var site = new Site(folder, "{}")) {
      var older = site.publish(router -> router.get("/p/{a}", e -> e.send("1" + e.param("a"))));
      site.publish(router -> router.get("/p/{b}", e -> e.send("2" + e.param("b"))));
      assertThat(site.get("/p/x").body()).isEqualTo("1x");
      older.unregister();
      assertThat(site.get("/p/x").body()).isEqualTo("2x");
    }
  }

  @Test
  void aPublisherWithABadRouteIsLeftOut() throws Exception {
    try (var site = new Site(folder, "{}")) {
      site.publish(router -> router.get("/good", e -> e.send("")).get("bad", e -> e.send("")));
      site.publish(router -> router.get("/twice", e -> e.send("")).get("/twice", e -> e.send("")));
      site.publish(router -> router.route("TRACE", "/trace", e -> e.send("")));
      site.publish(new App(1));
      assertThat(site.get("/good").statusCode()).isEqualTo(404);
      assertThat(site.get("/twice").statusCode()).isEqualTo(404);
      assertThat(site.get("/number").body()).isEqualTo("1");
    }
  }

  @Test
  void aSuccessorOfTheServerServesTheSame() throws Exception {
    try (var site = new Site(folder, "{}")) {
      var older = site.publish(new App(1));
      site.publish(new App(2));
      var settings = Settings.of(Site.config(folder, "{}"));
      try (var publishers =
          new Publishers(
              site.context(), settings, new FileCache(0), _ -> {}, site.streams(), _ -> {})) {
        assertThat(publishers.find("/number"))
            .isNotNull()
            .extracting(node -> node.seat("GET"))
            .isNotNull()
            .extracting(Seat::vacant)
            .isEqualTo(false);
      }
      assertThat(site.get("/number").body()).isEqualTo("1");
      older.unregister();
    }
  }
}
