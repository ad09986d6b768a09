// SPDX-License-Identifier: Apache-2.0
package io.ioto.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// Replaces bundles of a device, and of its cloud, while people write on the device and everything
/// is synchronised: each by a newer version of itself, beside it or in its stead as it asks for.
/// Whatever was acknowledged must be on the device and in the cloud in the end.
public final class FleetSwaps {
  /// The bundles of a device that are replaced.
  public static final List<String> DEVICE =
      List.of(
          "db",
          "rest",
          "web",
          "mqtt",
          "sync",
          "device",
          "provision",
          "http",
          "tls",
          "ota",
          "journal",
          "trust");

  /// Those of the cloud.
  public static final List<String> CLOUD =
      List.of("cloud", "cloud-local", "cloud-broker", "db", "web", "tls", "journal");

  /// Between two writes: the databases are in memory, and the gateways have little of it.
  private static final Duration PAUSE = Duration.ofMillis(5);

  private static final long LINGER = 40_000_000_000L;
  private static final int WRITERS = 4;
  private static final int MESSAGES = 200;

  /// What one bundle's swaps came to.
  ///
  /// @param writes of the people
  /// @param messages problems of messages that were put into the outbox meanwhile
  /// @param loaders what `GET /loaders` says of the class loaders that could not be collected
  public record Outcome(
      String name, Writers.Result writes, List<String> messages, int swaps, Control.Reply loaders) {
    /// How many of them there are.
    public long loadersLeft() {
      return loaders.number("loadersLeft");
    }
  }

  /// What all swaps came to.
  ///
  /// @param outcomes of all bundles
  /// @param lost acknowledged items that are not on the device, or not in the cloud
  public record Report(List<Outcome> outcomes, Set<String> lost) {}

  private final Fleet fleet;
  private final Probes probes;
  private final Map<String, Integer> numbers = new HashMap<>();

  private FleetSwaps(Fleet fleet) throws IOException {
    this.fleet = fleet;
    probes = Probes.into(fleet.device());
  }

  /// Swaps all bundles and looks what has become of the items.
  ///
  /// @param swaps of each bundle
  /// @param writes acknowledged between two swaps
  public static Report run(
      Fleet fleet, int swaps, int writes, List<String> device, List<String> cloud)
      throws IOException, InterruptedException {
    var all = new FleetSwaps(fleet);
    var outcomes = new ArrayList<Outcome>();
    for (var bundle : device) {
      outcomes.add(all.swap(fleet.device(), "device: " + bundle, bundle, swaps, writes));
    }
    for (var bundle : cloud) {
      outcomes.add(all.swap(fleet.cloud(), "cloud: " + bundle, bundle, swaps, writes));
    }
    all.awaitSent();
    var lost = new HashSet<String>();
    outcomes.forEach(outcome -> lost.addAll(outcome.writes().acknowledged()));
    var there = all.everywhere();
    lost.removeAll(there);
    return new Report(outcomes, lost);
  }

  static void rows(Report report, Consumer<Row> rows) {
    for (var outcome : report.outcomes()) {
      var writes = outcome.writes();
      writes.problems().forEach(p -> Bench.say("  %s: %s".formatted(outcome.name(), p)));
      outcome.messages().forEach(p -> Bench.say("  %s: %s".formatted(outcome.name(), p)));
      var lost = writes.acknowledged().stream().filter(report.lost()::contains).count();
      rows.accept(
          Row.of(outcome.name())
              .with("requests", writes.requests())
              .with("failures", writes.failures() + outcome.messages().size())
              .with("swaps", outcome.swaps())
              .with("lost", lost)
              .with("maxWaitMs", writes.waits().maxMs())
              .with("p99WaitMs", writes.waits().ms(0.99))
              .with("loadersLeft", outcome.loadersLeft()));
    }
  }

  private Outcome swap(Gateway gateway, String name, String bundle, int swaps, int writes)
      throws IOException, InterruptedException {
    var symbolicName = "io.ioto." + bundle;
    var jar = Jars.find(gateway.setup().home().resolve("bundles"), symbolicName);
    var messages = new ArrayList<String>();
    var prefix = name.replaceAll("\\W+", "") + ".";
    try (var writers = Writers.start(fleet, WRITERS, prefix, false, PAUSE)) {
      var mail = Thread.ofVirtual().start(() -> put(messages));
      writers.await(writes);
      for (var n = 1; n <= swaps; n++) {
        var number = numbers.merge(name, 1, Integer::sum);
        var reply = gateway.control().post("/deploy", Jars.version(jar, "0.1." + number));
        if (reply.status() != 200) {
          throw new IllegalStateException(
              "%s: deploy answers %d: %s\n%s"
                  .formatted(name, reply.status(), reply.body(), gateway.log()));
        }
        writers.await(writes * (n + 1));
      }
      mail.join();
      var result = writers.stop();
      Bench.say(
          "%s: %d requests, %d failures, longest %.0f ms"
              .formatted(name, result.requests(), result.failures(), result.waits().maxMs()));
      return new Outcome(name, result, messages, swaps, loaders(gateway));
    }
  }

  /// A TLS connection that was open keeps what it was made with until it is closed, which takes
  /// the half minute that clients keep connections.
  private static Control.Reply loaders(Gateway gateway) throws IOException {
    var loaders = gateway.control().get("/loaders");
    for (var end = System.nanoTime() + LINGER; loaders.number("loadersLeft") > 0; ) {
      if (System.nanoTime() > end) {
        break;
      }
      LockSupport.parkNanos(500_000_000);
      loaders = gateway.control().get("/loaders");
    }
    return loaders;
  }

  private void put(List<String> problems) {
    try {
      probes.call("/probe/outbox?count=%d&size=100&threads=2".formatted(MESSAGES));
    } catch (IOException | IllegalStateException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
  }

  /// Waits until the cloud has confirmed everything.
  private void awaitSent() throws IOException {
    for (var end = System.nanoTime() + 120_000_000_000L; ; LockSupport.parkNanos(50_000_000)) {
      var waiting = probes.call("/probe/waiting");
      if (waiting.path("changes").asLong() + waiting.path("messages").asLong() == 0) {
        return;
      }
      if (System.nanoTime() > end) {
        throw new IllegalStateException("the cloud does not get everything: " + waiting);
      }
    }
  }

  /// Names of the items that are on the device as well as in the cloud.
  private Set<String> everywhere() throws IOException, InterruptedException {
    try (var owner = fleet.owner();
        var operator = fleet.operator()) {
      var names = Fleet.names(owner);
      names.retainAll(
          fleet.items(operator).stream()
              .map(item -> item.path("item").path("name").asText())
              .toList());
      return names;
    }
  }
}
