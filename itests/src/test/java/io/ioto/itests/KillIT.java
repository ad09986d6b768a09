// SPDX-License-Identifier: Apache-2.0
package io.ioto.itests;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ioto.bench.Fleet;
import io.ioto.bench.Gateway;
import io.ioto.bench.Jars;
import io.ioto.bench.PlainCloud;
import io.ioto.bench.Probes;
import io.ioto.bench.Releases;
import io.ioto.bench.Writers;
import io.ioto.json.Json5;
import io.ioto.testing.Mosquitto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Power cuts of a device that is written to, synchronises and brings in releases, and of its
/// cloud with the broker, at random instants, by the ledger: what was acknowledged is on the
/// device and in the cloud, once. `-Dioto.kills=500` makes the long version.
class KillIT {
  private static final int KILLS = Integer.getInteger("ioto.kills", 50);
  private static final int CLOUD_KILLS = 10;
  private static final int WRITERS = 3;
  /// Pauses between two attempts to connect stay short, however often they fail.
  private static final String PATIENT = "{mqtt: {retry: {max: '2 secs'}}}";

  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  /// What the release replaces: beside the old one, and by handover.
  private static final List<String> RELEASED =
      List.of("io.ioto.empty", "io.ioto.db", "io.ioto.mqtt", "io.ioto.sync");

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @TempDir Path folder;

  @Test
  void deviceKilledAtAnyInstantLosesNothingAndComesBackComplete() throws Exception {
    System.out.println("KillIT: seed " + seed);
    var releases = publish();
    try (var fleet =
        new Fleet(
            (config, setup) -> {
              releases.configure(config, releases.repository().toString(), "");
              // Most of the time goes into starts: the cache makes them short.
              return setup.environment("IOTO_AOT", "on");
            })) {
      fleet.claim();
      var cache = fleet.device().setup().state().resolve("aot/gateway.aot");
      eventually(Duration.ofMinutes(3), () -> assertThat(cache).exists());
      fleet.restartDevice();
      var starting = System.nanoTime() - fleet.device().began();
      var seen = new TreeSet<Long>();
      Writers.Result ledger;
      try (var writers = Writers.start(fleet, WRITERS, "kill", true, PAUSE)) {
        for (var kill = 1; kill <= KILLS; kill++) {
          fleet.killDevice();
          if (kill % 3 == 0) {
            pause(starting * 5 / 4);
            continue;
          }
          fleet.device().awaitReady();
          if (kill % 3 == 1) {
            seen.add(assertComplete(fleet.device()));
          }
          change(fleet.device());
          pause(starting * 3 / 2);
        }
        fleet.restartDevice();
        seen.add(assertComplete(fleet.device()));
        writers.await(writers.acknowledged() + 20);
        ledger = writers.stop();
      }
      System.out.printf(
          "KillIT: %d kills, start %d ms, %d writes acknowledged, %d cut off, releases seen %s%n",
          KILLS, starting / 1_000_000, ledger.acknowledged().size(), ledger.failures(), seen);
      // Else nothing was tried.
      assertThat(seen).containsExactly(0L, 1L);
      assertThat(ledger.acknowledged()).hasSizeGreaterThan(KILLS);
      assertKept(fleet, ledger.acknowledged());
    }
  }

  @Test
  void cloudAndBrokerKilledTenTimesCostNeitherDataNorCredentials() throws Exception {
    System.out.println("KillIT: seed " + seed);
    try (var fleet =
        new Fleet(
            (config, setup) -> {
              Files.writeString(config.resolve("local.json5"), PATIENT);
              return setup;
            })) {
      fleet.claim();
      var credentials = credentials(fleet.device());
      Writers.Result ledger;
      try (var writers = Writers.start(fleet, WRITERS, "cloud", false, PAUSE)) {
        for (var kill = 0; kill < CLOUD_KILLS; kill++) {
          writers.await(writers.acknowledged() + 50);
          pause(300_000_000);
          fleet.restartCloud();
        }
        ledger = writers.stop();
      }
      assertThat(ledger.problems()).isEmpty();
      try (var operator = fleet.operator()) {
        fleet.awaitOnline(operator);
      }
      assertKept(fleet, ledger.acknowledged());
      assertThat(credentials(fleet.device())).isEqualTo(credentials);
      assertEditsArrive(fleet);
    }
  }

  @Test
  void mosquittoKilledTenTimesCostsNoCredentialsAndTheOutboxGetsThrough() throws Exception {
    System.out.println("KillIT: seed " + seed);
    var setup = Gateway.Setup.fresh();
    var config =
        Fleet.configuration(
            setup.home().resolve("runtime-config"), folder.resolve("config"), PATIENT);
    try (var cloud = new PlainCloud(folder);
        var broker =
            Mosquitto.start(folder.resolve("mosquitto"), cloud.listener().toArray(String[]::new))) {
      cloud.broker(broker.port());
      setup = setup.with("--cloud", cloud.url().toString(), "--config", config.toString());
      try (var device = Gateway.start(setup)) {
        device.awaitLine(line -> line.contains("Connected to"));
        var credentials = credentials(device);
        var probes = Probes.into(device);
        for (var kill = 0; kill < CLOUD_KILLS; kill++) {
          var mail =
              new FutureTask<>(() -> probes.call("/probe/outbox?count=300&size=200&threads=2"));
          Thread.ofVirtual().start(mail);
          pause(200_000_000);
          broker.kill();
          broker.start();
          // It answers once the broker has acknowledged all of them.
          assertThat(mail.get(4, TimeUnit.MINUTES).has("allMicros")).isTrue();
        }
        assertThat(cloud.issued()).isOne();
        assertThat(credentials(device)).isEqualTo(credentials);
      }
    } finally {
      setup.delete();
    }
  }

  /// Makes a release.
  private Releases publish() throws Exception {
    var home = Gateway.distribution();
    var releases = new Releases(home, folder);
    releases.keys();
    var jars = new ArrayList<byte[]>();
    for (var name : RELEASED) {
      jars.add(Jars.version(Jars.find(home.resolve("bundles"), name), "0.2.0"));
    }
    releases.publish(jars);
    return releases;
  }

  private static JsonNode update(Gateway gateway) throws IOException {
    var reply = gateway.control().get("/update");
    assertThat(reply.status()).as(reply.body()).isEqualTo(200);
    return Json5.read(reply.body(), "update");
  }

  /// Brings the release in, or takes it back.
  private static void change(Gateway gateway) throws IOException {
    var command = update(gateway).path("running").asLong() == 0 ? "apply" : "rollback";
    // One that was cut off may be under way still: then nothing new is begun.
    gateway.control().post("/update/" + command, new byte[0]);
  }

  /// Fails unless it runs all of a release, or all of what was shipped, once no update is under
  /// way.
  ///
  /// @return which
  private long assertComplete(Gateway gateway) {
    var running = new long[1];
    eventually(
        PATIENCE,
        () -> {
          var update = update(gateway);
          assertThat(update.path("underWay").asBoolean()).as("seed %d", seed).isFalse();
          var status = Status.of(gateway);
          status.assertComplete(gateway);
          running[0] = update.path("running").asLong();
          assertThat(update(gateway).path("running").asLong()).isEqualTo(running[0]);
          assertThat(RELEASED)
              .as("seed %d: %s", seed, update)
              .allSatisfy(
                  name ->
                      assertThat(status.bundles())
                          .containsEntry(name, running[0] == 0 ? "0.1.0" : "0.2.0"));
        });
    return running[0];
  }

  /// Fails unless device and cloud have the same items, each once, all acknowledged ones among
  /// them.
  private void assertKept(Fleet fleet, Set<String> acknowledged) throws Exception {
    try (var owner = fleet.owner();
        var operator = fleet.operator()) {
      var here = Fleet.names(owner);
      assertThat(without(acknowledged, here)).as("seed %d, lost on the device", seed).isEmpty();
      eventually(
          PATIENCE,
          () -> {
            var all =
                fleet.items(operator).stream()
                    .map(item -> item.path("item").path("name").asText())
                    .filter(name -> !name.isEmpty())
                    .toList();
            var there = new TreeSet<>(all);
            assertThat(all).as("seed %d, each once", seed).hasSameSizeAs(there);
            assertThat(without(here, there))
                .as("seed %d, %d here, %d in the cloud", seed, here.size(), there.size())
                .isEmpty();
            assertThat(without(there, here)).as("seed %d, of the cloud alone", seed).isEmpty();
          });
    }
  }

  private static Set<String> without(Set<String> all, Set<String> some) {
    var rest = new TreeSet<>(all);
    rest.removeAll(some);
    return rest;
  }

  private static void assertEditsArrive(Fleet fleet) throws Exception {
    try (var owner = fleet.owner();
        var operator = fleet.operator()) {
      var item = fleet.items(operator).getFirst();
      operator.call(
          "/api/item/update",
          "{device: '%s', key: '%s', item: {description: 'after all'}}"
              .formatted(fleet.id(), item.path("key").asText()));
      eventually(
          PATIENCE,
          () ->
              assertThat(owner.call("/api/Port/find", "{description: 'after all'}").path("data"))
                  .hasSize(1));
    }
  }

  private static Map<String, String> credentials(Gateway gateway) throws IOException {
    var all = new HashMap<String, String>();
    try (var files = Files.list(gateway.setup().state().resolve("certs"))) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        all.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    assertThat(all).isNotEmpty();
    return all;
  }

  /// A random time, from nothing to a longest.
  private void pause(long longest) {
    var until = System.nanoTime() + random.nextLong(longest);
    for (var left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
