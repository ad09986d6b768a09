// SPDX-License-Identifier: Apache-2.0
package io.ioto.db;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.api.db.Change;
import io.ioto.api.db.DbException;
import io.ioto.api.db.Filter;
import io.ioto.api.db.Item;
import io.ioto.api.db.Origin;
import io.ioto.api.db.Query;
import io.ioto.api.db.Write;
import io.ioto.api.db.Write.Condition;
import io.ioto.journal.SimulatedDisk;
import io.ioto.journal.SimulatedDisk.Fault;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Holds the database against a map that does the same, over crashes of a disk that loses and
/// tears what was not forced.
class CrashTest {
  @TempDir Path folder;
  private Fixture fixture;

  @BeforeEach
  void fixture() {
    fixture = new Fixture(folder);
  }

  /// What there should be: the speed of each port.
  private record Model(TreeMap<String, Long> speeds) {
    Model() {
      this(new TreeMap<>());
    }

    Model(Model other) {
      this(new TreeMap<>(other.speeds));
    }

    void apply(Write write) {
      switch (write) {
        case Write.Put put -> speeds.put(name(put.values()), (Long) put.values().get("speed"));
        case Write.Update update -> {
          if (!speeds.containsKey(name(update.values()))) {
            throw new IllegalStateException("missing");
          }
          speeds.put(name(update.values()), (Long) update.values().get("speed"));
        }
        case Write.Remove remove -> speeds.remove(name(remove.match()));
        default -> throw new IllegalArgumentException();
      }
    }

    private static String name(Map<String, Object> values) {
      return (String) values.getOrDefault("name", "");
    }
  }

  private static List<Write> writes(Random random) {
    var writes = new ArrayList<Write>();
    for (var i = random.nextInt(4); i >= 0; i--) {
      var name = "p" + random.nextInt(12);
      var values = Map.of("name", name, "speed", random.nextLong(1000));
      writes.add(
          switch (random.nextInt(4)) {
            case 0 -> Write.update("Port", values);
            case 1 -> Write.remove("Port", Map.of("name", name));
            default -> Write.put("Port", values);
          });
    }
    return writes;
  }

  private static Map<String, Long> speeds(Store db) {
    var speeds = new TreeMap<String, Long>();
    db.find(Query.of("Port")).items().forEach(i -> speeds.put(i.text("name"), i.integer("speed")));
    return speeds;
  }

  /// Every index says the same as the items.
  private static void assertConsistent(Store db) {
    var items = db.find(Query.of("Port")).items();
    var changes = db.changes(0, 10_000);
    assertThat(changes.stream().filter(c -> c instanceof Change.Put).map(Change::key))
        .containsExactlyInAnyOrderElementsOf(items.stream().map(Item::key).toList());
    assertThat(changes).extracting(Change::sequence).isSorted();
  }

  @Test
  void nothingAcknowledgedIsLostAndNoCommitIsHalfDone() {
    for (var seed = 0; seed < 40; seed++) {
      var random = new Random(seed);
      var disk = new SimulatedDisk(seed);
      var sure = new Model();
      for (var crash = 0; crash < 6; crash++) {
        var db = fixture.open(disk);
        assertThat(speeds(db)).isEqualTo(sure.speeds);
        assertConsistent(db);
        disk.fail(disk.operations() + 1 + random.nextInt(60), Fault.CUT);
        var perhaps = new Model(sure);
        try {
          for (var step = 0; ; step++) {
            if (step % 11 == 10) {
              db.compact();
            }
            var writes = writes(random);
            perhaps = new Model(sure);
            var possible = true;
            try {
              writes.forEach(perhaps::apply);
            } catch (IllegalStateException _) {
              possible = false;
            }
            try {
              db.commit(writes, Origin.LOCAL);
              assertThat(possible).isTrue();
              sure = perhaps;
            } catch (DbException e) {
              if (e.reason() == DbException.Reason.READ_ONLY) {
                throw e;
              }
              assertThat(e.reason()).isEqualTo(DbException.Reason.MISSING);
              assertThat(possible).isFalse();
              perhaps = sure;
            }
            assertThat(speeds(db)).isEqualTo(sure.speeds);
          }
        } catch (DbException _) {
          // The power is off; what is seen is still what was acknowledged.
          assertThat(speeds(db)).isEqualTo(sure.speeds);
        }
        db.close();
        disk = disk.afterCut();
        var again = fixture.open(disk);
        var found = speeds(again);
        again.close();
        disk = disk.afterKill();
        if (!found.equals(sure.speeds)) {
          assertThat(found).as("seed %d crash %d", seed, crash).isEqualTo(perhaps.speeds);
          sure = perhaps;
        }
      }
    }
  }

  @Test
  void errorsOfTheDiskMakeItReadOnlyAndAreRecoveredFrom() {
    for (var seed = 0; seed < 20; seed++) {
      var random = new Random(seed);
      var disk = new SimulatedDisk(seed);
      disk.spoil();
      var db = fixture.open(disk);
      var sure = new Model();
      for (var round = 0; round < 8; round++) {
        disk.fail(
            disk.operations() + 1 + random.nextInt(8),
            random.nextBoolean() ? Fault.NO_SPACE : Fault.BROKEN);
        for (var step = 0; step < 8; step++) {
          var write = Write.put("Port", Map.of("name", "p" + step, "speed", random.nextLong(99)));
          try {
            db.commit(write);
            sure.apply(write);
          } catch (DbException e) {
            assertThat(e.reason()).isEqualTo(DbException.Reason.READ_ONLY);
          }
          assertThat(speeds(db)).isEqualTo(sure.speeds);
        }
        eventually(() -> assertThat(db.status().writable()).isTrue());
      }
      db.close();
      var again = fixture.open(disk.afterCut());
      assertThat(speeds(again)).isEqualTo(sure.speeds);
      again.close();
    }
  }

  @Test
  void manyWritersDoNotOverwriteOneAnother() throws Exception {
    for (var seed = 0; seed < 5; seed++) {
      var random = new Random(seed);
      var disk = new SimulatedDisk(seed);
      var db = fixture.open(disk);
      for (var i = 0; i < 4; i++) {
        db.create("Port", Map.of("name", "p" + i, "speed", 0));
      }
      for (var i = 0; i < 3; i++) {
        disk.fail(disk.operations() + 5 + random.nextInt(60), Fault.BROKEN);
      }
      var counted = new ConcurrentHashMap<String, Long>();
      try (var fibers = Executors.newVirtualThreadPerTaskExecutor()) {
        var tasks = new ArrayList<Future<?>>();
        for (var t = 0; t < 8; t++) {
          var name = "p" + t % 4;
          tasks.add(
              fibers.submit(
                  () -> {
                    for (var i = 0; i < 40; i++) {
                      increment(db, name, counted);
                    }
                  }));
        }
        db.compact();
        for (var task : tasks) {
          task.get();
        }
      }
      assertThat(speeds(db)).isEqualTo(counted);
      db.close();
      var again = fixture.open(disk.afterCut());
      assertThat(speeds(again)).as("seed %d", seed).isEqualTo(counted);
      again.close();
    }
  }

  /// Adds one, by comparing and setting; a write that failed for good is not counted.
  private static void increment(Store db, String name, Map<String, Long> counted) {
    while (true) {
      var item = db.get("Port", "port#" + name).orElseThrow();
      var next = item.integer("speed") + 1;
      try {
        db.commit(
            new Write.Update(
                "Port",
                Map.of("name", name, "speed", next),
                Set.of(),
                new Condition.Fits(Filter.equal("speed", next - 1)),
                false));
        counted.merge(name, 1L, Long::sum);
        return;
      } catch (DbException e) {
        if (e.reason() != DbException.Reason.CONFLICT) {
          assertThat(e.reason()).isEqualTo(DbException.Reason.READ_ONLY);
          eventually(() -> assertThat(db.status().writable()).isTrue());
        }
      }
    }
  }
}
