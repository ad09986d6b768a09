// SPDX-License-Identifier: Apache-2.0
package io.ioto.sync;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.api.db.Origin;
import io.ioto.api.db.Query;
import io.ioto.api.device.Identity;
import io.ioto.db.Databases;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UplinkTest {
  private static final String SCHEMA =
      """
      {
        indexes: { primary: { hash: 'pk', sort: 'sk' } },
        process: { Port: { sync: 'both' }, Event: { sync: 'up' }, Order: { sync: 'down' } },
        models: {
          Port: {
            sk: { type: 'string', value: 'port#${name}' },
            name: { type: 'string', required: true },
            speed: { type: 'string' },
            secret: { type: 'string', sync: 'none' },
          },
          Event: { sk: { type: 'string', value: 'event#${id}' }, id: { type: 'string' } },
          Order: { sk: { type: 'string', value: 'order#${id}' }, id: { type: 'string' } },
          Private: { sk: { type: 'string', value: 'private#${id}' }, id: { type: 'string' } },
        },
      }
      """;

  @TempDir Path folder;
  private final FakeCloud cloud = new FakeCloud();
  private io.ioto.db.Store db;
  private Bell bell;
  private Ledger ledger;
  private FakeCloud.Line line;
  private Uplink uplink;

  @BeforeEach
  void open() throws Exception {
    var schema = Files.writeString(folder.resolve("schema.json5"), SCHEMA);
    db = Databases.open(folder.resolve("db"), schema);
    start();
    connect("acc");
  }

  private void start() {
    bell = new Bell();
    ledger = new Ledger(db, bell, folder.resolve("sync.json"), InstantSource.system());
  }

  private void connect(String account) {
    var identity =
        new Identity(
            "D1",
            account,
            new Identity.Cloud(URI.create("https://localhost"), "t", "", "", ""),
            new Identity.Endpoint("localhost", 8883, "", ""),
            "device");
    line = cloud.connect();
    uplink =
        new Uplink(
            db, line, identity, ledger, bell, new Uplink.Settings(2_000, Duration.ofMillis(20)));
  }

  private void disconnect() {
    uplink.close();
    line.close();
  }

  @AfterEach
  void close() {
    disconnect();
    db.close();
  }

  private void port(String name, String speed) {
    db.put("Port", Map.of("name", name, "speed", speed, "secret", "own"));
    bell.ring();
  }

  private String speedInCloud(String name) {
    var copy = cloud.copies().get("port#" + name);
    return copy == null || copy.removed() ? "none" : copy.item().path("speed").asText();
  }

  private void assertConfirmed() {
    eventually(() -> assertThat(ledger.status().waiting()).isZero());
  }

  @Test
  void whatChangesHereIsInTheCloudWithoutWhatDoesNotLeaveTheDevice() {
    port("eth0", "1000");
    db.create("Event", Map.of("id", "1"));
    db.create("Private", Map.of("id", "1"));
    bell.ring();

    assertConfirmed();

    assertThat(cloud.copies()).containsOnlyKeys("event#1", "port#eth0");
    assertThat(cloud.copies().get("port#eth0"))
        .satisfies(
            copy -> {
              assertThat(copy.item().path("_type").asText()).isEqualTo("Port");
              assertThat(copy.item().has("secret")).isFalse();
            });
    assertThat(ledger.status().caughtUp()).isTrue();
    assertThat(ledger.status().last()).isNotNull();
  }

  @Test
  void removalGoesUpAndIsThenForgotten() {
    port("eth0", "1000");
    assertConfirmed();
    db.remove("Port", Map.of("name", "eth0"));
    bell.ring();

    eventually(() -> assertThat(speedInCloud("eth0")).isEqualTo("none"));
    eventually(
        () ->
            assertThatThrownBy(() -> db.changes(1, 10))
                .hasMessageContaining("removals up to commit 2 are not kept"));
  }

  @Test
  void whatChangesInTheCloudIsHereAndDoesNotGoBack() {
    port("eth0", "1000");
    assertConfirmed();
    var batches = cloud.batches().size();

    cloud.edit("port#eth0", "speed", "2500");

    eventually(
        () -> {
          var item = db.get("Port", "port#eth0").orElseThrow();
          assertThat(item.text("speed")).isEqualTo("2500");
          assertThat(item.text("secret")).isEqualTo("own");
          assertThat(item.origin()).isEqualTo(Origin.REMOTE);
        });
    port("eth1", "10");
    assertConfirmed();
    assertThat(cloud.batches().subList(batches, cloud.batches().size()))
        .allSatisfy(b -> assertThat(b.toString()).doesNotContain("eth0"));
  }

  @Test
  void itemsGoOnlyTheWayTheirModelSays() {
    db.create("Event", Map.of("id", "1"));
    db.create("Order", Map.of("id", "1"));
    bell.ring();
    assertConfirmed();

    cloud.edit("event#1", "text", "forged");
    port("eth0", "1000");
    assertConfirmed();
    cloud.edit("port#eth0", "speed", "1");
    eventually(
        () -> assertThat(db.get("Port", "port#eth0").orElseThrow().text("speed")).isEqualTo("1"));

    assertThat(cloud.copies()).doesNotContainKey("order#1");
    assertThat(db.get("Event", "event#1").orElseThrow().text("text")).isEmpty();
  }

  @Test
  void whatWasMadeOfflineIsSentAfterARestart() {
    disconnect();
    port("eth0", "1000");
    db.remove("Port", Map.of("name", "eth0"));
    port("eth1", "1000");
    db.close();
    db = Databases.open(folder.resolve("db"), folder.resolve("schema.json5"));
    start();

    assertThat(ledger.status().waiting()).isEqualTo(2);
    connect("acc");

    assertConfirmed();
    assertThat(speedInCloud("eth1")).isEqualTo("1000");
  }

  @Test
  void lostConfirmationMeansTheSameBatchAgain() {
    var losses = new ArrayList<>(List.of(true, true));
    cloud.forgets = () -> !losses.isEmpty() && losses.removeFirst();

    port("eth0", "1000");
    assertConfirmed();

    assertThat(cloud.batches()).hasSizeGreaterThanOrEqualTo(3);
    assertThat(cloud.batches().get(1)).isEqualTo(cloud.batches().get(0));
  }

  @Test
  void largeAmountsGoInBatchesOfLimitedSize() {
    disconnect();
    for (var i = 0; i < 100; i++) {
      port("port" + i, "1".repeat(50));
    }
    connect("acc");

    assertConfirmed();

    assertThat(cloud.copies()).hasSize(100);
    assertThat(cloud.batches()).hasSizeGreaterThan(5).allMatch(b -> b.toString().length() < 2_500);
  }

  @Test
  void newIdentityBeginsAnew() {
    port("eth0", "1000");
    assertConfirmed();
    disconnect();
    var before = cloud.batches().size();

    connect("another account");

    eventually(() -> assertThat(cloud.batches()).hasSizeGreaterThan(before));
    assertConfirmed();
  }

  @Test
  void deviceThatLostItsDataGetsThemBack() {
    port("eth0", "1000");
    assertConfirmed();
    disconnect();
    db.close();
    db = Databases.open(folder.resolve("empty"), folder.resolve("schema.json5"));
    start();

    connect("acc");

    eventually(() -> assertThat(db.get("Port", "port#eth0")).isPresent());
  }

  @Test
  void nonsenseFromTheCloudIsPassedOver() {
    port("eth0", "1000");
    assertConfirmed();
    cloud.edit("port#eth0", "_stamp", "never");
    cloud.edit("port#eth0", "speed", "2");

    eventually(
        () -> assertThat(db.get("Port", "port#eth0").orElseThrow().text("speed")).isEqualTo("2"));
  }

  /// Both sides change the same few items while connections break and confirmations get lost; in
  /// the end both have the same.
  @Test
  void bothSidesAgreeInTheEnd() {
    var seed = System.nanoTime();
    var random = new Random(seed);
    var dice = new Random(seed + 1);
    cloud.breaks = () -> rolls(dice, 10);
    cloud.forgets = () -> rolls(dice, 10);
    for (var step = 0; step < 400; step++) {
      var name = "eth" + random.nextInt(5);
      switch (random.nextInt(6)) {
        case 0, 1 -> port(name, "device" + step);
        case 2 -> cloud.edit("port#" + name, "speed", "cloud" + step);
        case 3 -> {
          db.remove("Port", Map.of("name", name));
          bell.ring();
        }
        case 4 -> cloud.remove("port#" + name);
        default -> {
          if (line.broken() || random.nextInt(5) == 0) {
            disconnect();
            connect("acc");
          }
        }
      }
    }
    cloud.breaks = () -> false;
    cloud.forgets = () -> false;
    disconnect();
    connect("acc");

    eventually(
        () -> {
          assertThat(ledger.status().waiting()).as("seed %d", seed).isZero();
          assertThat(ledger.status().caughtUp()).as("seed %d", seed).isTrue();
          assertThat(here()).as("seed %d", seed).isEqualTo(there());
        });
  }

  private static boolean rolls(Random dice, int sides) {
    synchronized (dice) {
      return dice.nextInt(sides) == 0;
    }
  }

  private Map<String, String> here() {
    var all = new TreeMap<String, String>();
    db.find(Query.of("Port")).items().forEach(i -> all.put(i.key(), i.text("speed")));
    return all;
  }

  private Map<String, String> there() {
    var all = new TreeMap<String, String>();
    cloud
        .copies()
        .forEach(
            (key, copy) -> {
              if (!copy.removed()) {
                all.put(key, copy.item().path("speed").asText());
              }
            });
    return all;
  }
}
