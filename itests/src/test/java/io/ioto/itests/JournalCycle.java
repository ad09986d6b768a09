// SPDX-License-Identifier: Apache-2.0
package io.ioto.itests;

import io.ioto.journal.Journal;
import io.ioto.journal.JournalException;
import io.ioto.journal.Limits;
import io.ioto.journal.Replay;
import io.ioto.journal.Snapshot;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// The life of a journal as a process: opened, appended to, compacted, appended to, closed. Each
/// record holds the number of its attempt; what becomes of it is printed as soon as it is known:
/// `ack NUMBER`, `no NUMBER`.
public final class JournalCycle {
  static final Limits LIMITS = new Limits(1 << 20, 1 << 30, 1 << 20, 32_768, Duration.ofMillis(1));

  /// How many records a life adds.
  static final int RECORDS = 6;

  private static final int COMPACTED = 4;
  private static final long PATIENCE = 10_000_000_000L;

  /// The numbers a journal holds.
  record Numbers(List<Integer> kept) implements Replay, Snapshot {
    @Override
    public void snapshot(int type, byte[] payload) {
      kept.add(ByteBuffer.wrap(payload).getInt());
    }

    @Override
    public void record(int type, long sequence, byte[] payload) {
      snapshot(type, payload);
    }

    @Override
    public long sequence() {
      return kept.size();
    }

    @Override
    public void write(Sink sink) {
      kept.forEach(number -> sink.add(1, bytes(number)));
    }
  }

  private JournalCycle() {}

  private static byte[] bytes(int number) {
    // More than a page, so that a record may be torn.
    return ByteBuffer.allocate(5_000).putInt(number).array();
  }

  /// Lives through it.
  ///
  /// @param args the folder
  public static void main(String[] args) {
    for (var opened = false; !opened; ) {
      opened = live(Path.of(args[0]));
    }
  }

  /// @return false when it cannot be opened, since the disk refuses
  private static boolean live(Path folder) {
    var numbers = new Numbers(new ArrayList<>());
    Journal journal;
    try {
      journal = Journal.open(folder, LIMITS, numbers);
    } catch (JournalException e) {
      System.out.println("shut " + e.getMessage());
      return false;
    }
    try (journal) {
      var last = numbers.kept().isEmpty() ? 0 : numbers.kept().getLast();
      for (var n = 1; n <= RECORDS; n++) {
        if (n == COMPACTED) {
          compact(journal, numbers);
        }
        append(journal, numbers, last + n);
      }
    }
    return true;
  }

  private static void compact(Journal journal, Numbers numbers) {
    try {
      journal.compact(() -> numbers);
    } catch (JournalException e) {
      System.out.println("whole " + e.getMessage());
      await(journal);
    }
  }

  private static void append(Journal journal, Numbers numbers, int attempt) {
    try {
      journal.append(1, bytes(attempt));
      numbers.kept().add(attempt);
      System.out.println("ack " + attempt);
    } catch (JournalException e) {
      System.out.println("no " + attempt);
      await(journal);
    }
  }

  /// Waits until the journal takes records again.
  private static void await(Journal journal) {
    for (var end = System.nanoTime() + PATIENCE; journal.trouble().isPresent(); ) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("stays read-only", journal.trouble().get());
      }
      LockSupport.parkNanos(1_000_000);
    }
  }
}
