// SPDX-License-Identifier: Apache-2.0
package io.ioto.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.ioto.json.Json5;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// Whole updates from a web server, signed and verified, of a gateway that answers requests
/// meanwhile: how long a check takes, an update that is swapped live, one that restarts the
/// framework and how long nobody answers then; how fast bundles come in, and how much of a
/// download has to be repeated after it broke off and the gateway was killed.
final class OtaBench {
  private static final String APP = "io.ioto.empty";
  private static final int CONNECTIONS = 8;
  private static final int BALLAST = 32 << 20;
  private static final long PATIENCE = 60_000_000_000L;

  private final Gateway.Setup setup;
  private final Releases releases;
  private final Depot depot;
  private final byte[] app;
  private final Consumer<Row> rows;
  private int number;

  private OtaBench(Gateway.Setup setup, Releases releases, Depot depot, Consumer<Row> rows)
      throws IOException {
    this.setup = setup;
    this.releases = releases;
    this.depot = depot;
    this.rows = rows;
    app = Jars.find(setup.home().resolve("bundles"), APP);
  }

  static void run(boolean quick, Consumer<Row> rows) throws IOException, InterruptedException {
    var folder = Files.createTempDirectory("ioto");
    var setup = Gateway.Setup.fresh();
    var releases = new Releases(setup.home(), folder);
    releases.keys();
    Files.createDirectories(releases.repository());
    try (var depot = new Depot(releases.repository())) {
      var config = releases.configuration(depot.url().toString(), "");
      setup = setup.with("--profile", "dev", "--config", config.toString());
      var bench = new OtaBench(setup, releases, depot, rows);
      try (var gateway = Gateway.start(setup)) {
        bench.live(gateway, quick ? 3 : 10);
        bench.restart(gateway);
        bench.download(gateway);
        bench.broken(gateway);
      }
      try (var gateway = Gateway.start(setup)) {
        bench.resumed(gateway);
      }
    } finally {
      setup.delete();
      new Gateway.Setup(folder, folder, 0, List.of(), Map.of()).delete();
    }
  }

  private void live(Gateway gateway, int rounds) throws IOException, InterruptedException {
    var checks = new ArrayList<Double>();
    var updates = new ArrayList<Double>();
    var failures = 0L;
    var longest = 0.0;
    for (var round = 1; round <= rounds; round++) {
      releases.publish(List.of(Jars.version(app, "0.2." + ++number)));
      try (var load = new Load(gateway.url(), SwapBench.targets(gateway.url()), CONNECTIONS)) {
        load.await(500);
        var began = System.nanoTime();
        command(gateway, "check");
        checks.add((System.nanoTime() - began) / 1e6);
        updates.add(update(gateway) / 1e6);
        var result = load.stop();
        failures += result.failures();
        longest = Math.max(longest, result.waits().maxMs());
      }
      Bench.say("live update: %.0f ms".formatted(updates.getLast()));
    }
    rows.accept(Row.of("check").with("ms", Bench.median(checks)));
    rows.accept(
        Row.of("live, one bundle")
            .with("ms", Bench.median(updates))
            .with("trialMs", 500)
            .with("failures", failures)
            .with("maxWaitMs", longest));
  }

  /// The updater itself and a library that most are wired to.
  private void restart(Gateway gateway) throws IOException, InterruptedException {
    var bundles = setup.home().resolve("bundles");
    releases.publish(
        List.of(
            Jars.version(Jars.find(bundles, "io.ioto.ota"), "0.2.0"),
            Jars.version(Jars.find(bundles, "io.ioto.json"), "0.2.0")));
    var ended = new AtomicBoolean();
    var longest = new AtomicLong();
    var asking = Thread.ofVirtual().start(() -> ask(gateway, ended, longest));
    var nanos = update(gateway);
    ended.set(true);
    asking.join();
    rows.accept(
        Row.of("restart of the framework")
            .with("ms", nanos / 1e6)
            .with("trialMs", 500)
            .with("maxWaitMs", longest.get() / 1e6));
  }

  /// Notes the longest time from one answer to the next.
  private static void ask(Gateway gateway, AtomicBoolean ended, AtomicLong longest) {
    for (var last = System.nanoTime(); !ended.get(); LockSupport.parkNanos(2_000_000)) {
      if (gateway.ask("/").isPresent()) {
        var now = System.nanoTime();
        longest.accumulateAndGet(now - last, Math::max);
        last = now;
      }
    }
  }

  private void ballast() throws IOException, InterruptedException {
    var bytes = new byte[BALLAST];
    new Random(++number).nextBytes(bytes);
    var headers =
        Map.of(
            "Bundle-ManifestVersion", "2",
            "Bundle-SymbolicName", "io.ioto.bench.ballast",
            "Bundle-Version", "0.1." + number);
    releases.publish(
        List.of(Jars.version(app, "0.2." + number), Jars.bundle(headers, Map.of("b", bytes))));
  }

  private void download(Gateway gateway) throws IOException, InterruptedException {
    ballast();
    command(gateway, "check");
    var before = depot.sent();
    var began = System.nanoTime();
    command(gateway, "apply");
    await(gateway, "FETCHED");
    var seconds = (System.nanoTime() - began) / 1e9;
    var fetched = depot.sent() - before;
    rows.accept(
        Row.of("download of 32 MB")
            .with("ms", seconds * 1e3)
            .with("mbPerS", fetched / 1e6 / seconds));
    await(gateway, "COMMITTED");
  }

  private void broken(Gateway gateway) throws IOException, InterruptedException {
    ballast();
    command(gateway, "check");
    depot.breakAfter(BALLAST / 2);
    command(gateway, "apply");
    for (var end = System.nanoTime() + PATIENCE; System.nanoTime() < end; ) {
      if (gateway.log().contains("broke off")) {
        break;
      }
      LockSupport.parkNanos(5_000_000);
    }
    gateway.kill();
    depot.mend();
  }

  private void resumed(Gateway gateway) throws IOException, InterruptedException {
    var half = depot.sent();
    var began = System.nanoTime();
    var state = status(gateway).path("state").asText();
    if (state.equals("FAILED")) {
      throw new IllegalStateException(status(gateway).path("reason").asText());
    }
    await(gateway, "COMMITTED");
    rows.accept(
        Row.of("resumed after a kill at half of it")
            .with("ms", (System.nanoTime() - began) / 1e6)
            .with("trialMs", 500)
            .with("fetchedAgainMb", Math.max(0, depot.sent() - half - BALLAST / 2) / 1e6));
  }

  /// Brings in what is published.
  ///
  /// @return nanoseconds until it is committed, its trial included
  private static long update(Gateway gateway) throws IOException {
    var began = System.nanoTime();
    command(gateway, "apply");
    await(gateway, "COMMITTED");
    return System.nanoTime() - began;
  }

  private static void command(Gateway gateway, String name) throws IOException {
    var reply = gateway.control().post("/update/" + name, new byte[0]);
    if (reply.status() != 200) {
      throw new IllegalStateException("update %s: %s".formatted(name, reply.body()));
    }
  }

  private static JsonNode status(Gateway gateway) throws IOException {
    return Json5.read(gateway.control().get("/update").body(), "update");
  }

  /// Waits until the update is in a state, or past it.
  private static void await(Gateway gateway, String wanted) throws IOException {
    var order =
        List.of(
            "PLANNED",
            "FETCHED",
            "VERIFIED",
            "RESOLVED",
            "STAGED",
            "APPLYING",
            "GATING",
            "COMMITTED");
    for (var end = System.nanoTime() + PATIENCE; System.nanoTime() < end; ) {
      try {
        var status = status(gateway);
        var state = status.path("state").asText();
        if (state.equals("FAILED") || state.startsWith("ROLL")) {
          throw new IllegalStateException(state + ": " + status.path("reason").asText());
        }
        if (order.indexOf(state) >= order.indexOf(wanted)) {
          return;
        }
      } catch (IOException _) {
        // The socket is away while the framework restarts.
      }
      LockSupport.parkNanos(2_000_000);
    }
    throw new IllegalStateException("the update is not %s:\n%s".formatted(wanted, gateway.log()));
  }
}
