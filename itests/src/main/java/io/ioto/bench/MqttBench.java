// SPDX-License-Identifier: Apache-2.0
package io.ioto.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// The outbox of a gateway, from `put` until the broker has acknowledged everything: against the
/// broker of our cloud, and against Mosquitto, beside what `mosquitto_pub` makes of the same
/// messages. All over mutual TLS, at least once, 256 bytes. Ours are on the disk before `put`
/// returns, and at our broker before it acknowledges; Mosquitto forces nothing.
final class MqttBench {
  private static final int SIZE = 256;
  private static final List<Integer> THREADS = List.of(1, 16);
  private static final Path MOSQUITTO = Path.of("/usr/sbin/mosquitto");
  private static final Path PUB = Path.of("/usr/bin/mosquitto_pub");
  private static final Path SUB = Path.of("/usr/bin/mosquitto_sub");

  private static final class Series {
    private final Map<String, List<Double>> figures = new HashMap<>();

    void add(String name, double value) {
      figures.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
    }

    double median(String name) {
      return Bench.median(figures.getOrDefault(name, List.of()));
    }
  }

  /// Mosquitto as Debian ships it, but for its listeners and for queues without limit.
  private static final class Peer implements AutoCloseable {
    private final int port = Gateway.freePort();
    private final int plainPort = Gateway.freePort();
    private final Path log;
    private final Process process;

    Peer(Path folder, PlainCloud cloud) throws IOException {
      log = folder.resolve("mosquitto.log");
      var lines = new ArrayList<String>();
      lines.add("per_listener_settings true");
      lines.add("user root");
      lines.add("persistence true");
      lines.add("persistence_location %s/".formatted(folder));
      lines.add("max_queued_messages 0");
      lines.add("log_dest file " + log);
      lines.add("log_type error");
      lines.add("log_type subscribe");
      lines.add("listener %d 127.0.0.1".formatted(plainPort));
      lines.add("allow_anonymous true");
      lines.add("listener %d 127.0.0.1".formatted(port));
      lines.addAll(cloud.listener());
      var file = Files.write(folder.resolve("mosquitto.conf"), lines);
      process =
          new ProcessBuilder(MOSQUITTO.toString(), "-c", file.toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
    }

    /// Subscriptions so far.
    long subscribed() throws IOException {
      try (var lines = Files.lines(log)) {
        return lines.filter(line -> line.contains("ioto/service/#")).count();
      }
    }

    @Override
    public void close() {
      process.destroyForcibly();
      process.onExit().join();
    }
  }

  private MqttBench() {}

  static void run(boolean quick, Consumer<Row> rows) throws IOException, InterruptedException {
    for (var tool : List.of(MOSQUITTO, PUB, SUB)) {
      if (!Files.isExecutable(tool)) {
        throw new IllegalStateException(
            "%s is missing; install it with: apt-get install -y mosquitto mosquitto-clients"
                .formatted(tool));
      }
    }
    var folder = Files.createTempDirectory("ioto");
    var theirs = Gateway.Setup.fresh();
    try (var plain = new PlainCloud(folder);
        var fleet = new Fleet();
        var mosquitto = new Peer(folder, plain)) {
      plain.broker(mosquitto.port);
      plain.certificate("pub", "pub");
      fleet.claim();
      theirs = theirs.with("--profile", "dev", "--cloud", plain.url().toString());
      try (var other = Gateway.start(theirs)) {
        other.awaitLine(line -> line.contains("onnected to 127.0.0.1:" + mosquitto.port));
        var ours = Probes.into(fleet.device());
        var toMosquitto = Probes.into(other);
        for (var threads : THREADS) {
          compare(ours, toMosquitto, mosquitto, folder, threads, quick).forEach(rows);
        }
      }
    } finally {
      theirs.delete();
      new Gateway.Setup(folder, folder, 0, List.of(), Map.of()).delete();
    }
  }

  private static List<Row> compare(
      Probes ours, Probes other, Peer mosquitto, Path folder, int threads, boolean quick)
      throws IOException, InterruptedException {
    var count = threads == 1 ? (quick ? 2_000 : 10_000) : (quick ? 10_000 : 50_000);
    var rounds = quick ? 2 : 5;
    var mine = new Series();
    var theirs = new Series();
    var peer = new Series();
    // The first round warms up.
    for (var round = 0; round <= rounds; round++) {
      var first = outbox(ours, count, threads);
      var second = new Series[1];
      var received = received(mosquitto, count, () -> second[0] = outbox(other, count, threads));
      var third = received(mosquitto, count, () -> publish(mosquitto, folder, count));
      if (round > 0) {
        first.figures.forEach((name, values) -> mine.add(name, values.getFirst()));
        second[0].figures.forEach((name, values) -> theirs.add(name, values.getFirst()));
        theirs.add("received", count / received);
        peer.add("received", count / third);
      }
    }
    var rate = peer.median("received");
    Bench.say(
        "%d threads: %.0f/s, to mosquitto %.0f/s, mosquitto_pub %.0f/s"
            .formatted(threads, mine.median("acked"), theirs.median("acked"), rate));
    return List.of(
        row("outbox to ours, %d threads".formatted(threads), mine)
            .peer("mosquitto_pub", rate, mine.median("acked") / rate),
        row("outbox to mosquitto, %d threads".formatted(threads), theirs)
            .with("receivedPerS", theirs.median("received"))
            .peer("mosquitto_pub", rate, theirs.median("received") / rate));
  }

  private static Row row(String name, Series series) {
    return Row.of(name)
        .with("ackedPerS", series.median("acked"))
        .with("putPerS", series.median("put"))
        .with("putP50Ms", series.median("p50"))
        .with("putP99Ms", series.median("p99"));
  }

  private static Series outbox(Probes probes, int count, int threads) throws IOException {
    var answer =
        probes.call("/probe/outbox?count=%d&size=%d&threads=%d".formatted(count, SIZE, threads));
    var series = new Series();
    series.add("acked", count / (answer.path("allMicros").asDouble() / 1e6));
    series.add("put", count / (answer.path("putMicros").asDouble() / 1e6));
    series.add("p50", answer.path("p50Micros").asDouble() / 1e3);
    series.add("p99", answer.path("p99Micros").asDouble() / 1e3);
    return series;
  }

  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  /// @return seconds until a subscriber had all messages
  private static double received(Peer mosquitto, int count, Work work)
      throws IOException, InterruptedException {
    var before = mosquitto.subscribed();
    var subscriber =
        new ProcessBuilder(
                SUB.toString(),
                "-h",
                "127.0.0.1",
                "-p",
                "" + mosquitto.plainPort,
                "-q",
                "1",
                "-t",
                "ioto/service/#",
                "-C",
                "" + count)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      while (mosquitto.subscribed() == before) {
        if (!subscriber.isAlive()) {
          throw new IllegalStateException("mosquitto_sub ends: " + subscriber.exitValue());
        }
        LockSupport.parkNanos(5_000_000);
      }
      var began = System.nanoTime();
      work.run();
      if (!subscriber.waitFor(60, TimeUnit.SECONDS)) {
        throw new IllegalStateException("mosquitto did not deliver %d messages".formatted(count));
      }
      return (System.nanoTime() - began) / 1e9;
    } finally {
      subscriber.destroyForcibly();
    }
  }

  private static void publish(Peer mosquitto, Path folder, int count)
      throws IOException, InterruptedException {
    var publisher =
        new ProcessBuilder(
                PUB.toString(),
                "-h",
                "127.0.0.1",
                "-p",
                "" + mosquitto.port,
                "-q",
                "1",
                "--cafile",
                folder.resolve("ca.pem").toString(),
                "--cert",
                folder.resolve("pub.pem").toString(),
                "--key",
                folder.resolve("pub.key").toString(),
                "-t",
                "ioto/service/pub/bench",
                "-l")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    var filling = "x".repeat(SIZE);
    try (var input = publisher.outputWriter(StandardCharsets.UTF_8)) {
      for (var n = 0; n < count; n++) {
        input.write(n + " " + filling + "\n");
      }
    }
    if (publisher.waitFor() != 0) {
      throw new IllegalStateException("mosquitto_pub ends with " + publisher.exitValue());
    }
  }
}
