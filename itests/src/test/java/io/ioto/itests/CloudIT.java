// SPDX-License-Identifier: Apache-2.0
package io.ioto.itests;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.bench.Fleet;
import io.ioto.bench.Person;
import io.ioto.testing.Eventually;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The whole loop between a device and its cloud, with real processes: registered, claimed,
/// provisioned, connected, synchronised, cut off in every way, released.
class CloudIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int KILLS = 3;

  @Test
  void deviceIsClaimedSynchronisedAndReleased() throws Exception {
    try (var fleet = new Fleet();
        var operator = fleet.operator();
        var owner = fleet.owner()) {
      assertThat(fleet.seen(operator).path("state").asText()).isEqualTo("registered");
      claim(fleet, operator);

      owner.call("/api/Port/create", "{name: 'eth0', description: 'uplink'}");
      eventually(() -> assertThat(fleet.item(operator, "eth0")).isPresent());

      var key = fleet.item(operator, "eth0").orElseThrow().path("key").asText();
      operator.call(
          "/api/item/update",
          "{device: '%s', key: '%s', item: {description: 'changed there'}}"
              .formatted(fleet.id(), key));
      eventually(
          () ->
              assertThat(owner.call("/api/Port/find", "{}").toString()).contains("changed there"));

      writeWhileItIsCut(fleet, operator);

      operator.call("/api/device/release", "{id: '%s'}".formatted(fleet.id()));
      Eventually.eventually(
          PATIENCE,
          () -> assertThat(fleet.seen(operator).path("state").asText()).isEqualTo("registered"));
      assertThat(fleet.seen(operator).path("online").asBoolean()).isFalse();
    }
  }

  private static void claim(Fleet fleet, Person operator) throws Exception {
    operator.call("/api/device/claim", "{id: '%s'}".formatted(fleet.id()));
    Eventually.eventually(
        PATIENCE, () -> assertThat(fleet.seen(operator).path("online").asBoolean()).isTrue());
  }

  /// Somebody writes on the device all the while; what was acknowledged is on the device, and in
  /// the end in the cloud, once.
  private static void writeWhileItIsCut(Fleet fleet, Person operator) throws Exception {
    var acknowledged = new ConcurrentSkipListSet<String>();
    var count = new AtomicInteger();
    var writer = Thread.ofVirtual().start(() -> write(fleet, acknowledged, count));
    for (var kill = 0; kill < KILLS; kill++) {
      var wanted = acknowledged.size() + 20;
      Eventually.eventually(PATIENCE, () -> assertThat(acknowledged).hasSizeGreaterThan(wanted));
      if (kill % 2 == 0) {
        fleet.restartDevice();
      } else {
        fleet.restartCloud();
      }
    }
    writer.interrupt();
    writer.join();
    try (var again = fleet.operator();
        var owner = fleet.owner()) {
      Eventually.eventually(
          PATIENCE,
          () -> {
            var names =
                fleet.items(again).stream()
                    .map(i -> i.path("item").path("name").asText())
                    .collect(Collectors.toList());
            assertThat(names).doesNotHaveDuplicates().containsAll(acknowledged);
          });
      var here = Fleet.names(owner);
      assertThat(here).containsAll(acknowledged);
      assertThat(names(fleet, again)).isEqualTo(here);
    }
    // The operator's session went with the process of the cloud.
    operator.login();
  }

  private static Set<String> names(Fleet fleet, Person operator) throws Exception {
    return fleet.items(operator).stream()
        .map(i -> i.path("item").path("name").asText())
        .filter(name -> !name.isEmpty())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static void write(Fleet fleet, Set<String> acknowledged, AtomicInteger count) {
    while (!Thread.currentThread().isInterrupted()) {
      try (var owner = fleet.owner()) {
        while (true) {
          var name = "port" + count.incrementAndGet();
          owner.call("/api/Port/create", "{name: '%s'}".formatted(name));
          acknowledged.add(name);
        }
      } catch (IOException _) {
        // Cut off; whether that one was written is not known.
        LockSupport.parkNanos(50_000_000);
      } catch (InterruptedException _) {
        return;
      }
    }
  }
}
