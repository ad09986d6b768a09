// SPDX-License-Identifier: Apache-2.0
package io.ioto.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  private static final Limits LIMITS =
      new Limits(100_000, 1 << 20, 200_000, 4096, Duration.ofMillis(1));

  @TempDir Path folder;

  private static final class Found implements Replay {
    final List<String> snapshot = new ArrayList<>();
    final List<String> records = new ArrayList<>();

    @Override
    public void snapshot(int type, byte[] payload) {
      snapshot.add(type + " " + new String(payload, StandardCharsets.UTF_8));
    }

    @Override
    public void record(int type, long sequence, byte[] payload) {
      records.add(type + " " + sequence + " " + new String(payload, StandardCharsets.UTF_8));
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private Journal open(Replay replay) {
    return Journal.open(folder.resolve("a/journal"), LIMITS, replay);
  }

  private List<String> files() throws IOException {
    try (var files = Files.list(folder.resolve("a/journal"))) {
      return files.map(f -> String.valueOf(f.getFileName())).sorted().toList();
    }
  }

  private static Snapshot state(long sequence, String... texts) {
    return new Snapshot() {
      @Override
      public long sequence() {
        return sequence;
      }

      @Override
      public void write(Sink sink) {
        for (var text : texts) {
          sink.add(7, bytes(text));
        }
      }
    };
  }

  @Test
  void recordsAreThereWhenItIsOpenedAgain() throws IOException {
    try (var journal = open(new Found())) {
      assertThat(journal.append(1, bytes("one"))).isEqualTo(1);
      assertThat(journal.append(127, new byte[0])).isEqualTo(2);
      assertThat(journal.append(0, bytes("x".repeat(99_999)))).isEqualTo(3);
      assertThat(journal.durable()).isEqualTo(3);
    }
    var found = new Found();
    try (var journal = open(found)) {
      assertThat(found.records).containsExactly("1 1 one", "127 2 ", "0 3 " + "x".repeat(99_999));
      assertThat(journal.recovery()).isEqualTo(new Recovery(1, 3, 3, 0, null));
      assertThat(journal.append(1, bytes("four"))).isEqualTo(4);
    }
    assertThat(files()).containsExactly("journal.1", "lock");
    for (var name : files()) {
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(folder.resolve("a/journal").resolve(name))))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void manyAppendsShareAForceAndKeepTheirOrder() throws Exception {
    try (var journal = open(new Found());
        var fibers = Executors.newVirtualThreadPerTaskExecutor()) {
      var tasks = new ArrayList<Callable<Long>>();
      for (var i = 0; i < 500; i++) {
        var text = "record " + i;
        tasks.add(() -> journal.append(1, bytes(text)));
      }
      var sequences = new ArrayList<Long>();
      for (var done : fibers.invokeAll(tasks)) {
        sequences.add(done.get());
      }
      assertThat(sequences).doesNotHaveDuplicates().allMatch(s -> s >= 1 && s <= 500);
    }
    var found = new Found();
    open(found).close();
    assertThat(found.records).hasSize(500);
  }

  @Test
  void compactionBeginsANewFileWithTheStateAndWhatCameSince() throws IOException {
    try (var journal = open(new Found())) {
      journal.append(1, bytes("one"));
      journal.append(1, bytes("two"));
      var before = journal.size();
      journal.compact(
          () -> {
            // Appended between the mark and the end of the compaction: must not be lost.
            journal.append(1, bytes("three"));
            return state(2, "sum");
          });
      journal.append(1, bytes("four"));
      assertThat(journal.generation()).isEqualTo(2);
      assertThat(journal.size()).isGreaterThan(before);
      assertThat(journal.grown()).isLessThan(before);
    }
    assertThat(files()).containsExactly("journal.2", "lock");
    var found = new Found();
    try (var journal = open(found)) {
      assertThat(found.snapshot).containsExactly("7 sum");
      assertThat(found.records).containsExactly("1 3 three", "1 4 four");
      assertThat(journal.recovery().sequence()).isEqualTo(4);
    }
  }

  @Test
  void snapshotThatLacksWhatIsOnTheDiskIsRefused() {
    try (var journal = open(new Found())) {
      journal.append(1, bytes("one"));
      assertThatThrownBy(() -> journal.compact(() -> state(0)))
          .hasMessage("the snapshot ends with record 0, but 1 is on the disk");
      journal.compact(() -> state(1));
    }
  }

  @Test
  void secondOwnerIsKeptOut() {
    try (var _ = open(new Found())) {
      assertThatThrownBy(() -> open(new Found()))
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("is open elsewhere");
    }
    open(new Found()).close();
  }

  @Test
  void whatIsOverALimitIsRefusedAndTheRestGoesOn() {
    try (var journal = open(new Found())) {
      assertThatThrownBy(() -> journal.append(1, new byte[100_001]))
          .hasMessage("a record of 100001 bytes is over the limit of 100000");
      assertThatThrownBy(
              () -> {
                for (var i = 0; i < 11; i++) {
                  journal.append(1, new byte[100_000]);
                }
              })
          .hasMessageContaining("the most it may")
          .extracting(e -> ((JournalException) e).reason())
          .isEqualTo(JournalException.Reason.FULL);
      var known = journal.durable();
      journal.compact(() -> state(known));
      journal.append(1, new byte[100_000]);
    }
  }

  @Test
  void closedJournalTakesNothing() {
    var journal = open(new Found());
    var last = journal.submit(1, bytes("last"), -1);
    journal.close();
    last.await();
    assertThatThrownBy(() -> journal.append(1, bytes("x"))).hasMessage("the journal is closed");
    assertThatThrownBy(() -> journal.compact(() -> state(1))).hasMessage("the journal is closed");
    var found = new Found();
    open(found).close();
    assertThat(found.records).containsExactly("1 1 last");
  }

  @Test
  void interruptedCallersStillLearnWhetherItIsOnTheDisk() {
    try (var journal = open(new Found())) {
      Thread.currentThread().interrupt();
      journal.append(1, bytes("one"));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(journal.durable()).isEqualTo(1);
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> journal.compact(() -> state(1)))
          .isInstanceOf(JournalException.class);
      assertThat(Thread.interrupted()).isTrue();
      journal.append(1, bytes("two"));
      journal.compact(() -> state(2));
    }
  }

  @Test
  void tornEndIsCutOffWhereverItIsTorn() throws IOException {
    var text = "x".repeat(60);
    var file = folder.resolve("a/journal/journal.1");
    try (var journal = open(new Found())) {
      for (var i = 0; i < 3; i++) {
        journal.append(1, bytes(text));
      }
    }
    var whole = Files.readAllBytes(file);
    var record = (int) Frame.size(60);
    var end = 0;
    try (var journal = open(new Found())) {
      end = (int) journal.size();
    }
    for (var cut = end - record; cut < end; cut++) {
      Files.write(file, java.util.Arrays.copyOf(whole, cut));
      var found = new Found();
      try (var journal = open(found)) {
        // The zeros at the end of the last record are not missed.
        var complete = cut >= end - record + Frame.HEADER + 60;
        assertThat(found.records).as("cut at %d", cut).hasSize(complete ? 3 : 2);
        assertThat(journal.recovery().damage()).isNull();
        var torn = complete || cut == end - record ? 0 : cut - (end - record);
        assertThat(journal.recovery().torn()).isEqualTo(torn);
        journal.append(1, bytes("next"));
      }
      var again = new Found();
      open(again).close();
      assertThat(again.records.getLast()).endsWith("next");
    }
  }

  @Test
  void damageToWhatWasAcknowledgedIsToldAndTheFileKept() throws IOException {
    var file = folder.resolve("a/journal/journal.1");
    long second;
    try (var journal = open(new Found())) {
      journal.append(1, bytes("one"));
      second = journal.size();
      journal.append(1, bytes("two"));
      journal.append(1, bytes("three"));
    }
    var bytes = Files.readAllBytes(file);
    bytes[(int) second + Frame.HEADER + 1] ^= 1;
    Files.write(file, bytes);

    var found = new Found();
    try (var journal = open(found)) {
      assertThat(found.records).containsExactly("1 1 one");
      var damage = Objects.requireNonNull(journal.recovery().damage());
      assertThat(damage.offset()).isEqualTo(second);
      assertThat(damage.lost()).isEqualTo(2);
      assertThat(damage.file()).isEqualTo("journal.1.damaged");
      assertThat(folder.resolve("a/journal").resolve(damage.file())).hasBinaryContent(bytes);
      assertThat(journal.append(1, bytes("other"))).isEqualTo(2);
    }
    assertThat(files()).containsExactly("journal.1.damaged", "journal.2", "lock");
    var again = new Found();
    try (var journal = open(again)) {
      assertThat(again.records).containsExactly("1 1 one", "1 2 other");
      assertThat(journal.recovery().damage()).isNull();
    }
  }

  @Test
  void damagedSnapshotGivesWhatCanBeRead() throws IOException {
    long begun;
    try (var journal = open(new Found())) {
      journal.append(1, bytes("one"));
      journal.compact(() -> state(1, "a", "b", "c"));
      begun = journal.size();
      journal.append(1, bytes("two"));
    }
    var file = folder.resolve("a/journal/journal.2");
    var bytes = Files.readAllBytes(file);
    bytes[(int) begun - 50] ^= 1; // in the last part
    Files.write(file, bytes);
    var found = new Found();
    try (var journal = open(found)) {
      assertThat(found.snapshot).containsExactly("7 a", "7 b");
      assertThat(found.records).isEmpty();
      assertThat(journal.recovery().damage()).isNotNull();
      journal.append(1, bytes("x"));
    }
    var again = new Found();
    try (var journal = open(again)) {
      assertThat(again.snapshot).containsExactly("7 a", "7 b");
      assertThat(again.records).hasSize(1);
      assertThat(journal.recovery().damage()).isNull();
    }
  }

  @Test
  void fileThatIsNoJournalIsPutAside() throws IOException {
    Files.createDirectories(folder.resolve("a/journal"));
    Files.writeString(folder.resolve("a/journal/journal.5"), "something else altogether");
    try (var journal = open(new Found())) {
      assertThat(journal.recovery().damage()).isNotNull();
      journal.append(1, bytes("one"));
    }
    assertThat(files()).containsExactly("journal.5.damaged", "journal.6", "lock");
  }

  @Test
  void limitsThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> new Limits(0, 1, 1, 0, Duration.ofSeconds(1)))
        .hasMessageContaining("record 0");
    assertThatThrownBy(() -> new Limits(1, 1, 1, 0, Duration.ZERO))
        .hasMessageContaining("retry is PT0S");
  }
}
