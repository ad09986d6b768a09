// SPDX-License-Identifier: Apache-2.0
package io.ioto.journal;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.journal.SimulatedDisk.Fault;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Lets a disk fail at every operation there is, and holds what is read afterwards against what
/// was promised.
class JournalFaultTest {
  private static final Limits LIMITS =
      new Limits(1 << 20, 1 << 30, 1 << 20, 4096, Duration.ofMillis(1));

  /// Keeps what a journal holds: here, all payloads there ever were, in order.
  private static final class Ledger implements Replay {
    final List<String> texts = new ArrayList<>();

    @Override
    public void snapshot(int type, byte[] payload) {
      assertThat(type).isEqualTo(2);
      texts.add(new String(payload, StandardCharsets.UTF_8));
    }

    @Override
    public void record(int type, long sequence, byte[] payload) {
      assertThat(type).isEqualTo(1);
      texts.add(new String(payload, StandardCharsets.UTF_8));
      assertThat(sequence).isEqualTo(texts.size());
    }

    Snapshot state(int count) {
      return new Snapshot() {
        @Override
        public long sequence() {
          return count;
        }

        @Override
        public void write(Sink sink) {
          texts.subList(0, count).forEach(text -> sink.add(2, bytes(text)));
        }
      };
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// A record that says its number, of any length.
  private static String text(int number, Random random) {
    return number + ":" + "x".repeat(random.nextInt(10) == 0 ? random.nextInt(9000) : 40);
  }

  /// Appends, compacts and appends again; what was acknowledged goes to the list.
  private static void cycle(Journal journal, Ledger ledger, List<String> done, long seed) {
    var random = new Random(seed);
    for (var i = 0; i < 12; i++) {
      if (i == 5 || i == 9) {
        try {
          journal.compact(() -> ledger.state(ledger.texts.size()));
        } catch (JournalException _) {
          // It has no effect then.
        }
      }
      var text = text(ledger.texts.size() + 1, random);
      try {
        journal.append(1, bytes(text));
        ledger.texts.add(text);
        done.add(text);
      } catch (JournalException _) {
        // Not acknowledged.
      }
    }
  }

  private static long operationsOfACycle(long seed) {
    var disk = new SimulatedDisk(seed);
    var ledger = new Ledger();
    try (var journal = disk.open(LIMITS, ledger)) {
      cycle(journal, ledger, new ArrayList<>(), seed);
    }
    return disk.operations();
  }

  @Test
  void powerCutAtAnyOperationLosesNothingThatWasAcknowledged() {
    var rounds = 0;
    for (var seed = 1; seed <= 8; seed++) {
      var last = operationsOfACycle(seed);
      assertThat(last).isGreaterThan(40);
      for (var at = 1L; at <= last; at++) {
        var disk = new SimulatedDisk(seed * 1000L + at);
        disk.fail(at, Fault.CUT);
        var done = new ArrayList<String>();
        try (var journal = disk.open(LIMITS, new Ledger())) {
          cycle(journal, new Ledger(), done, seed);
        } catch (JournalException _) {
          assertThat(done).isEmpty();
        }
        // Twice: what was read once must be there the next time, whatever happened meanwhile.
        var left = disk.afterCut();
        var first = read(left);
        assertKept(first.texts, done, "cut at %d of seed %d".formatted(at, seed));
        assertThat(read(left.afterCut()).texts).isEqualTo(first.texts);
        rounds++;
      }
    }
    assertThat(rounds).isGreaterThan(300);
  }

  @Test
  void whatIsReadAfterAKillIsOnTheDiskEvenIfTheLastForceFailed() {
    for (var seed = 1; seed <= 6; seed++) {
      var last = operationsOfACycle(seed);
      for (var at = 12L; at <= last; at++) {
        var disk = new SimulatedDisk(seed * 1000L + at);
        disk.spoil();
        disk.fail(at, seed % 2 == 0 ? Fault.CUT : Fault.BROKEN);
        disk.fail(at + 1, Fault.CUT);
        var done = new ArrayList<String>();
        try (var journal = disk.open(LIMITS, new Ledger())) {
          cycle(journal, new Ledger(), done, seed);
        }
        var left = disk.afterKill();
        var found = new Ledger();
        var when = "killed at %d of seed %d".formatted(at, seed);
        try (var journal = left.open(LIMITS, found)) {
          assertKept(found.texts, done, when);
          if (at % 3 != 0) {
            journal.append(1, bytes("next"));
            found.texts.add("next");
          }
        }
        assertThat(read(left.afterCut()).texts).as(when).isEqualTo(found.texts);
      }
    }
  }

  /// All that was acknowledged is there, in order, and at most one that was under way.
  private static void assertKept(List<String> found, List<String> done, String when) {
    assertThat(found).as(when).hasSizeBetween(done.size(), done.size() + 1);
    assertThat(found.subList(0, done.size())).as(when).isEqualTo(done);
  }

  private static Ledger read(SimulatedDisk disk) {
    var ledger = new Ledger();
    try (var journal = disk.open(LIMITS, ledger)) {
      assertThat(journal.recovery().damage()).isNull();
      assertThat(journal.durable()).isEqualTo(ledger.texts.size());
      assertThat(disk.stored()).hasSize(1);
    }
    return ledger;
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"NO_SPACE", "BROKEN"})
  void errorAtAnyOperationLosesNothingAndIsRecoveredFrom(Fault fault) {
    for (var seed = 1; seed <= 6; seed++) {
      var last = operationsOfACycle(seed);
      // Those that open the empty folder make the opening fail, which the cuts test.
      for (var at = 12L; at <= last; at++) {
        var disk = new SimulatedDisk(seed * 1000L + at);
        disk.spoil();
        disk.fail(at, fault);
        var ledger = new Ledger();
        var done = new ArrayList<String>();
        try (var journal = disk.open(LIMITS, new Ledger())) {
          cycle(journal, ledger, done, seed);
          eventually(() -> assertThat(journal.trouble()).isEmpty());
          var text = "after";
          journal.append(1, bytes(text));
          done.add(text);
        }
        assertThat(read(disk.afterCut()).texts)
            .as("%s at %d of seed %d", fault, at, seed)
            .isEqualTo(done);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"NO_SPACE", "BROKEN"})
  void cutDuringTheRecoveryFromAnErrorLosesNothing(Fault fault) {
    for (var seed = 1; seed <= 40; seed++) {
      var random = new Random(seed);
      var disk = new SimulatedDisk(seed);
      var last = operationsOfACycle(seed);
      var at = 12 + random.nextInt((int) last - 12);
      disk.fail(at, fault);
      disk.fail(at + 1 + random.nextInt(10), random.nextInt(3) == 0 ? fault : Fault.CUT);
      disk.fail(at + 12 + random.nextInt(10), Fault.CUT);
      var done = new ArrayList<String>();
      try (var journal = disk.open(LIMITS, new Ledger())) {
        cycle(journal, new Ledger(), done, seed);
      }
      var found = read(disk.afterCut()).texts;
      assertKept(found, done, "seed " + seed);
    }
  }

  @Test
  void fullDiskMakesItReadOnlyUntilThereIsSpace() {
    var disk = new SimulatedDisk(1);
    try (var journal = disk.open(LIMITS, new Ledger())) {
      journal.append(1, bytes("before"));
      disk.fail(Fault.NO_SPACE);
      for (var i = 0; i < 50; i++) {
        try {
          // Some fit into what the file was made longer by.
          journal.append(1, new byte[500]);
        } catch (JournalException e) {
          assertThat(e.reason()).isEqualTo(JournalException.Reason.NO_SPACE);
        }
      }
      assertThat(journal.trouble()).isPresent();
      var known = journal.durable();
      disk.fail((Fault) null);
      eventually(() -> assertThat(journal.trouble()).isEmpty());
      assertThat(journal.append(1, bytes("after"))).isEqualTo(known + 1);
    }
  }

  @Test
  void recordBuiltUponOneThatFailedIsNotTaken() throws Exception {
    var disk = new SimulatedDisk(1);
    try (var journal = disk.open(LIMITS, new Ledger())) {
      disk.fail(Fault.BROKEN);
      var first = journal.submit(1, bytes("1"), 0);
      try {
        first.await();
        throw new AssertionError("must fail");
      } catch (JournalException e) {
        assertThat(e.reason()).isEqualTo(JournalException.Reason.DISK);
      }
      disk.fail((Fault) null);
      eventually(() -> assertThat(journal.trouble()).isEmpty());
      try {
        journal.submit(1, bytes("2"), 1);
        throw new AssertionError("must fail");
      } catch (JournalException e) {
        assertThat(e.reason()).isEqualTo(JournalException.Reason.LOST);
      }
      journal.submit(1, bytes("other"), 0).await();
    }
  }

  /// Builds each record upon the one before, as a database does, with many threads.
  private static final class Owner {
    final Journal journal;
    private final List<String> staged = new ArrayList<>();

    Owner(Journal journal) {
      this.journal = journal;
    }

    void append(String text) {
      Pending pending;
      synchronized (this) {
        try {
          pending = journal.submit(1, bytes(text), staged.size());
          staged.add(text);
        } catch (JournalException e) {
          // Nothing is under way then, so what is not on the disk was not kept.
          forget();
          throw e;
        }
      }
      try {
        pending.await();
      } catch (JournalException e) {
        synchronized (this) {
          if (staged.contains(text)) { // otherwise another has forgotten it, and may have gone on
            forget();
          }
        }
        throw e;
      }
    }

    private void forget() {
      staged.subList((int) journal.durable(), staged.size()).clear();
    }

    synchronized Snapshot snapshot() {
      var ledger = new Ledger();
      var known = (int) journal.durable();
      ledger.texts.addAll(staged.subList(0, known));
      return ledger.state(known);
    }
  }

  @Test
  void manyThreadsAndCompactionsAndErrorsAndACutLoseNothing() throws Exception {
    for (var seed = 1; seed <= 30; seed++) {
      var random = new Random(seed);
      var disk = new SimulatedDisk(seed);
      for (var i = 0; i < 3; i++) {
        disk.fail(15 + random.nextInt(150), random.nextBoolean() ? Fault.BROKEN : Fault.NO_SPACE);
      }
      disk.fail(100 + random.nextInt(150), Fault.CUT);
      var acknowledged = new ConcurrentLinkedQueue<String>();
      try (var journal = disk.open(LIMITS, new Ledger());
          var fibers = Executors.newVirtualThreadPerTaskExecutor()) {
        var owner = new Owner(journal);
        var tasks = new ArrayList<Future<?>>();
        for (var t = 0; t < 8; t++) {
          var name = "t" + t;
          tasks.add(
              fibers.submit(
                  () -> {
                    for (var i = 0; i < 60; i++) {
                      var text = name + "." + i;
                      try {
                        owner.append(text);
                        acknowledged.add(text);
                      } catch (JournalException _) {
                        // Not acknowledged.
                      }
                    }
                  }));
        }
        for (var i = 0; i < 5; i++) {
          try {
            journal.compact(owner::snapshot);
          } catch (JournalException _) {
            // It has no effect then.
          }
        }
        for (var task : tasks) {
          task.get();
        }
      }
      var found = read(disk.afterCut());
      assertThat(found.texts).as("seed %d", seed).containsAll(acknowledged);
      assertThat(found.texts).doesNotHaveDuplicates();
    }
  }
}
