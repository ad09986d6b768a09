// SPDX-License-Identifier: Apache-2.0
package io.ioto.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// How long the gateway takes from the start of its process to its first page, and what it needs
/// for that: with the JVM's own defaults, with our options, with the start-up cache on top, and
/// with the options for small devices. The rows take turns, so that a busy moment hits them alike.
final class StartBench {
  private record Variant(String name, Map<String, String> environment, boolean cached) {}

  private static final List<Variant> VARIANTS =
      List.of(
          new Variant("default", Map.of("IOTO_JVM_OPTIONS", "", "IOTO_AOT", "off"), false),
          new Variant("ours", Map.of("IOTO_AOT", "off"), false),
          new Variant("ours+aot", Map.of("IOTO_AOT", "on"), true),
          new Variant("small", Map.of("IOTO_AOT", "on", "IOTO_JVM", "small"), true));

  private static final class Runner implements AutoCloseable {
    private final Variant variant;
    private final Gateway.Setup setup;
    private final List<Double> ms = new ArrayList<>();
    private final List<Double> cpu = new ArrayList<>();
    private final List<Double> rss = new ArrayList<>();
    private final List<Double> pss = new ArrayList<>();

    Runner(Variant variant) throws IOException {
      this.variant = variant;
      var fresh = Gateway.Setup.fresh();
      setup =
          new Gateway.Setup(
              fresh.home(), fresh.state(), fresh.port(), fresh.arguments(), variant.environment());
    }

    /// The first start of a state folder makes the framework's cache, and the start-up cache where
    /// there is one to be.
    void prepare() throws IOException, InterruptedException {
      Bench.say("%s: preparing".formatted(variant.name()));
      var cache = setup.state().resolve("aot/gateway.aot");
      try (var gateway = Gateway.start(setup)) {
        while (variant.cached() && !Files.exists(cache)) {
          if (!gateway.alive() || System.nanoTime() - gateway.began() > 180e9) {
            throw new IllegalStateException("no start-up cache:\n" + gateway.output());
          }
          LockSupport.parkNanos(20_000_000);
        }
        gateway.terminate();
      }
    }

    void round() throws IOException, InterruptedException {
      try (var gateway = Gateway.launch(setup)) {
        while (gateway.ask("/").isEmpty()) {
          if (!gateway.alive()) {
            throw new IllegalStateException("the gateway ended:\n" + gateway.output());
          }
          LockSupport.parkNanos(1_000_000);
        }
        ms.add((System.nanoTime() - gateway.began()) / 1e6);
        gateway.awaitReady();
        cpu.add(gateway.cpu().toMillis() / 1e3);
        var memory = gateway.memory();
        rss.add(memory.rss());
        pss.add(memory.pss());
        gateway.terminate();
      }
    }

    Row row() {
      return Row.of(variant.name())
          .with("medianMs", Bench.median(ms))
          .with("minMs", java.util.Collections.min(ms))
          .with("cpuS", Bench.median(cpu))
          .with("rssMb", Bench.median(rss))
          .with("pssMb", Bench.median(pss))
          .with("starts", ms.size());
    }

    @Override
    public void close() throws IOException {
      setup.delete();
    }
  }

  private StartBench() {}

  static void run(boolean quick, Consumer<Row> rows) throws IOException, InterruptedException {
    var runners = new ArrayList<Runner>();
    try {
      for (var variant : VARIANTS) {
        var runner = new Runner(variant);
        runners.add(runner);
        runner.prepare();
      }
      var rounds = quick ? 3 : 10;
      for (var round = 1; round <= rounds; round++) {
        Bench.say("round %d of %d".formatted(round, rounds));
        for (var runner : runners) {
          runner.round();
        }
      }
      runners.forEach(r -> rows.accept(r.row()));
    } finally {
      for (var runner : runners) {
        runner.close();
      }
    }
  }
}
