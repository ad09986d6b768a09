// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.api.db.Stamp;
import io.ioto.api.db.StampClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReplicasTest {
  private final MemoryStore store = new MemoryStore();
  private final Replicas replicas =
      new Replicas(
          store, new StampClock(() -> Instant.ofEpochMilli(1000), "cloud", Duration.ofSeconds(10)));

  private static Replicas.Change change(String key, long millis, String name) {
    return new Replicas.Change(
        key, "Port", new Stamp(millis, 0, "D1"), Map.of("name", name), false);
  }

  @Test
  void laterVersionStaysInWhateverOrderTheyCome() {
    replicas.take("D1", List.of(change("port#1", 20, "new")));

    var newer = replicas.take("D1", List.of(change("port#1", 10, "old"))).newer();

    assertThat(newer)
        .singleElement()
        .satisfies(r -> assertThat(r.item()).containsEntry("name", "new"));
    assertThat(replicas.get("D1", "port#1").orElseThrow().item()).containsEntry("name", "new");
  }

  @Test
  void sameVersionTwiceChangesNothing() {
    replicas.take("D1", List.of(change("port#1", 20, "one")));
    var version = replicas.get("D1", "port#1").orElseThrow().version();

    assertThat(replicas.take("D1", List.of(change("port#1", 20, "one"))).newer()).isEmpty();
    assertThat(replicas.get("D1", "port#1").orElseThrow().version()).isEqualTo(version);
  }

  @Test
  void batchLargerThanACommitIsTakenWholeAndTheLaterOfTwoWins() {
    var batch = new ArrayList<Replicas.Change>();
    IntStream.range(0, 120).forEach(i -> batch.add(change("port#" + i, 10, "n" + i)));
    batch.add(change("port#119", 30, "latest"));
    batch.add(change("port#119", 20, "late"));

    replicas.take("D1", batch);

    assertThat(replicas.list("D1", "", 1000)).hasSize(120);
    assertThat(replicas.get("D1", "port#119").orElseThrow().item()).containsEntry("name", "latest");
    assertThat(replicas.list("D2", "", 1000)).isEmpty();
  }

  @Test
  void editIsLaterThanWhatItEditsEvenWhenTheDeviceClockIsAhead() {
    replicas.take("D1", List.of(change("port#1", 5_000, "device")));

    var edited =
        replicas
            .edit(
                "D1",
                "port#1",
                item -> {
                  var copy = new HashMap<>(item);
                  copy.put("name", "cloud");
                  return copy;
                })
            .orElseThrow();

    assertThat(edited.stamp()).isGreaterThan(new Stamp(5_000, 0, "D1"));
    assertThat(edited.item())
        .containsEntry("name", "cloud")
        .containsEntry("updated", "1970-01-01T00:00:05.000Z");
    assertThat(edited.edited()).isTrue();
  }

  @Test
  void clockThatIsFarAheadIsNotFollowedAndItsVersionsAreKeptAndEdited() {
    replicas.take("D1", List.of(change("port#1", 1L << 42, "future")));
    replicas.take("D2", List.of(change("port#1", 10, "present")));

    var future = replicas.edit("D1", "port#1", item -> Map.of("name", "edited")).orElseThrow();
    var present = replicas.edit("D2", "port#1", item -> Map.of("name", "edited")).orElseThrow();

    assertThat(future.stamp()).isEqualTo(new Stamp(1L << 42, 1, "cloud"));
    assertThat(present.stamp().millis()).isEqualTo(1000);
    assertThat(replicas.take("D1", List.of(change("port#1", 1L << 42, "late"))).newer()).hasSize(1);
  }

  @Test
  void changeThatIsTooLargeForTheStoreIsNamedAndTheOthersAreTaken() {
    store.largest = 1_000;
    var batch = new ArrayList<Replicas.Change>();
    IntStream.range(0, 20).forEach(i -> batch.add(change("port#" + i, 10, "n" + i)));
    batch.add(7, change("port#large", 10, "x".repeat(1_000)));

    var taken = replicas.take("D1", batch);

    assertThat(taken.rejected()).containsOnlyKeys("port#large");
    assertThat(replicas.list("D1", "", 1000)).hasSize(20);
  }

  @Test
  void removalIsKeptSoThatAnOlderVersionDoesNotBringTheItemBack() {
    replicas.take("D1", List.of(change("port#1", 10, "one")));
    replicas.remove("D1", "port#1");

    replicas.take("D1", List.of(change("port#1", 15, "late")));

    assertThat(replicas.get("D1", "port#1").orElseThrow().removed()).isTrue();
    assertThat(replicas.remove("D1", "port#1")).isEmpty();
    assertThat(replicas.edit("D1", "none", item -> item)).isEmpty();
  }

  @Test
  void changesComeOnceEachInTheirOrder() {
    replicas.take("D1", List.of(change("port#1", 10, "a")));
    replicas.take("D1", List.of(change("port#2", 10, "b")));
    var known = replicas.get("D1", "port#2").orElseThrow().version();
    replicas.take("D1", List.of(change("port#3", 10, "c")));
    replicas.take("D1", List.of(change("port#1", 20, "d")));

    assertThat(replicas.changes("D1", known, 10))
        .extracting(Replica::key)
        .containsExactly("port#3", "port#1");
  }

  @Test
  void twoThatChangeOneItemAtOnceBothCount() {
    replicas.take("D1", List.of(change("port#1", 10, "one")));
    store.beforeCommit = () -> replicas.take("D1", List.of(change("port#1", 2_000, "device")));

    replicas.edit("D1", "port#1", item -> Map.of("name", item.get("name") + " edited"));

    assertThat(replicas.get("D1", "port#1").orElseThrow().item())
        .containsEntry("name", "device edited");
  }
}
