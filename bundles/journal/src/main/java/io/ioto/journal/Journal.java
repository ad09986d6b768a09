// SPDX-License-Identifier: Apache-2.0
package io.ioto.journal;

import io.ioto.journal.JournalException.Reason;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A file of records, numbered from 1 without gaps. May be shared between threads.
///
/// When the disk refuses a write or a force, everything that was not acknowledged fails, and the
/// journal takes nothing until the disk takes a write again, which it tries by itself. What was
/// acknowledged stays. A failed record may still be found after a crash, whole, if it was the last
/// thing that happened; one whose failure was followed by an append never is.
public final class Journal implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Journal.class);

  /// Most bytes written between two forces while a generation is made, so that a force of an
  /// append does not have to wait for all of it.
  private static final long STRIDE = 4 << 20;

  /// What the writing thread may still have to copy when it switches generations.
  private static final long REMAINDER = 128 << 10;

  private final Disk disk;
  private final Limits limits;
  private final Closeable owned;
  private final Recovery recovery;
  private final Thread writer;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition idle = lock.newCondition();

  // Guarded by the lock.
  private final ArrayDeque<Pending> queue = new ArrayDeque<>();
  private long queued; // bytes, in the file
  private long submitted;
  private @Nullable JournalException trouble;
  private @Nullable Compaction turn;
  private boolean compacting;
  private long numbered; // the highest generation that was begun
  private boolean closing;
  private volatile long durable;
  private volatile long end;
  private volatile long begun;
  private volatile long generation;

  // The writing thread's alone.
  private Disk.File file;
  private Output output;
  private boolean doubtful; // a force failed: what is behind `end` may or may not be on the disk
  private boolean unnamed; // the generation may not have its name after a power cut
  private String past; // the file before it

  private Journal(Disk disk, Limits limits, Closeable owned, Opening.Opened opened)
      throws IOException {
    this.disk = disk;
    this.limits = limits;
    this.owned = owned;
    recovery = opened.recovery();
    submitted = recovery.sequence();
    durable = recovery.sequence();
    generation = recovery.generation();
    begun = opened.begun();
    end = opened.end();
    file = opened.file();
    numbered = generation;
    past = Opening.name(generation);
    output = new Output(file, generation, end, limits.ahead());
    writer = Thread.ofPlatform().name("journal " + disk).daemon().unstarted(this::run);
  }

  /// Opens the journal in a folder of its own, which is made if it is missing, and tells what it
  /// holds.
  ///
  /// @throws JournalException `LOCKED`, `NO_SPACE` or `DISK`
  public static Journal open(Path folder, Limits limits, Replay replay) {
    try {
      return open(new FolderDisk(folder.toAbsolutePath().normalize()), limits, replay);
    } catch (IOException e) {
      throw JournalException.of("cannot open the journal in " + folder, e);
    }
  }

  static Journal open(Disk disk, Limits limits, Replay replay) {
    try {
      var owned = disk.lock();
      try {
        var journal = new Journal(disk, limits, owned, new Opening(disk).open(replay));
        journal.writer.start();
        return journal;
      } catch (IOException | RuntimeException e) {
        owned.close();
        throw e;
      }
    } catch (IOException e) {
      throw JournalException.of("cannot open the journal in " + disk, e);
    }
  }

  /// What was found when it was opened.
  public Recovery recovery() {
    return recovery;
  }

  /// The last record that is on the disk.
  public long durable() {
    return durable;
  }

  /// Size of the file, without what was made longer in advance.
  public long size() {
    return end;
  }

  /// Bytes of the file that came after its snapshot.
  public long grown() {
    return end - begun;
  }

  public long generation() {
    return generation;
  }

  /// Why it takes no records at present; empty while it does.
  public Optional<JournalException> trouble() {
    lock.lock();
    try {
      return Optional.ofNullable(trouble);
    } finally {
      lock.unlock();
    }
  }

  /// Appends a record and returns once it is on the disk; many at a time share one force.
  ///
  /// @param type 0 to 127, the owner's
  /// @return its sequence
  /// @throws JournalException when it is not on the disk
  public long append(int type, byte[] payload) {
    var pending = submit(type, payload, -1);
    pending.await();
    return pending.sequence();
  }

  /// Gives a record its place in the order, without waiting for the disk.
  ///
  /// @param after the record that this one builds upon, which must be the last one submitted, or
  ///     -1 for any
  /// @throws JournalException when it is not taken; `LOST` when the record before it was not kept
  public Pending submit(int type, byte[] payload, long after) {
    if (type < 0 || type > Byte.MAX_VALUE) {
      throw new IllegalArgumentException("type is %d; expected 0 to 127".formatted(type));
    }
    if (payload.length > limits.record()) {
      throw new JournalException(
          Reason.TOO_LARGE,
          "a record of %d bytes is over the limit of %d"
              .formatted(payload.length, limits.record()));
    }
    var bytes = Frame.size(payload.length);
    lock.lock();
    try {
      refuse();
      if (after >= 0 && after != submitted) {
        throw new JournalException(
            Reason.LOST, "record %d was not kept".formatted(Math.max(after, submitted)));
      }
      // A single record may always wait, however small the limit.
      if (queued > 0 && queued + bytes > limits.waiting()) {
        throw new JournalException(
            Reason.FULL, "%d bytes wait to be written, the most that may".formatted(queued));
      }
      if (end + queued + bytes > limits.file()) {
        throw new JournalException(
            Reason.FULL, "the file has %d bytes, the most it may".formatted(end));
      }
      var pending = new Pending(++submitted, type, payload);
      queue.add(pending);
      queued += bytes;
      work.signal();
      return pending;
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    while (true) {
      List<Pending> batch = List.of();
      Compaction next = null;
      lock.lock();
      try {
        if (trouble != null) {
          pause();
        } else {
          while (queue.isEmpty() && turn == null && !closing) {
            work.awaitUninterruptibly();
          }
          next = turn;
          turn = null;
          if (next == null) {
            batch = List.copyOf(queue);
            queue.clear();
          }
        }
        if (closing && batch.isEmpty() && next == null) {
          return;
        }
      } finally {
        lock.unlock();
      }
      try {
        if (next != null) {
          take(next);
        } else if (batch.isEmpty()) {
          recover();
        } else {
          write(batch);
        }
      } catch (RuntimeException | Error e) {
        // Nobody may wait for ever; what the file holds now is anybody's guess.
        doubtful = true;
        var reason = new JournalException(Reason.DISK, "writing failed: " + e, e);
        fail(reason, batch);
        if (next != null) {
          next.refuse(reason);
        }
      }
    }
  }

  private void pause() {
    try {
      for (var left = limits.retry().toNanos(); left > 0 && !closing; ) {
        left = work.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      // Nobody else has this thread.
      throw new IllegalStateException(e);
    }
  }

  private void write(List<Pending> batch) {
    var first = batch.getFirst().sequence();
    var forcing = false;
    try {
      for (var pending : batch) {
        var back = (int) (pending.sequence() - first);
        output.put(Frame.RECORD, pending.type, pending.sequence(), back, pending.payload);
      }
      output.write();
      forcing = true;
      output.force();
    } catch (IOException e) {
      doubtful |= forcing;
      fail(JournalException.of("cannot write to " + Opening.name(generation), e), batch);
      return;
    }
    lock.lock();
    try {
      durable = batch.getLast().sequence();
      queued -= output.position() - end;
      end = output.position();
    } finally {
      lock.unlock();
    }
    batch.forEach(pending -> pending.finish(null));
  }

  /// Refuses all that is not on the disk, and whatever comes.
  private void fail(JournalException reason, List<Pending> batch) {
    log.error("The journal in {} is read-only: {}", disk, reason.getMessage());
    var failed = new ArrayList<>(batch);
    Compaction waiting;
    lock.lock();
    try {
      trouble = reason;
      failed.addAll(queue);
      queue.clear();
      queued = 0;
      submitted = durable;
      waiting = turn;
      turn = null;
    } finally {
      lock.unlock();
    }
    failed.forEach(pending -> pending.finish(reason));
    if (waiting != null) {
      waiting.refuse(reason);
    }
  }

  /// Tries to make the disk take writes again.
  private void recover() {
    try {
      if (unnamed) {
        named();
      }
      if (doubtful) {
        rewrite();
      }
      output.cut(end);
      doubtful = true;
      output.force();
      doubtful = false;
    } catch (IOException e) {
      var reason = JournalException.of("cannot write to " + Opening.name(generation), e);
      lock.lock();
      try {
        trouble = reason;
      } finally {
        lock.unlock();
      }
      return;
    }
    lock.lock();
    try {
      trouble = null;
    } finally {
      lock.unlock();
    }
    log.info("The journal in {} takes records again", disk);
  }

  /// Copies what was acknowledged into a new generation: after a failed force nothing is known of
  /// the pages behind the last good one, nor of the page that both share.
  private void rewrite() throws IOException {
    try (var copy = new Compaction()) {
      copy.snapshot();
      copy.follow(end);
      change(copy);
      doubtful = false;
    }
  }

  /// Begins a new generation with the owner's state, while appends go on, and deletes the old one.
  /// Returns when it is done; one at a time.
  ///
  /// @param snapshot called after the place is marked from which records are copied, so it must
  ///     hand out a state with everything that is [#durable] at that time
  /// @throws JournalException when it could not be done; nothing has changed then
  public void compact(Supplier<Snapshot> snapshot) {
    lock.lock();
    try {
      refuse();
      if (compacting) {
        throw new IllegalStateException("a compaction is under way");
      }
      compacting = true;
    } finally {
      lock.unlock();
    }
    try (var made = new Compaction()) {
      var known = durable;
      var state = snapshot.get();
      if (state.sequence() < known) {
        throw new IllegalStateException(
            "the snapshot ends with record %d, but %d is on the disk"
                .formatted(state.sequence(), known));
      }
      made.snapshot(state);
      do {
        made.follow(made.limit());
        made.output.force();
      } while (made.limit() - made.from > REMAINDER);
      hand(made);
      made.done.await();
    } catch (IOException e) {
      throw JournalException.of("cannot write a new generation", e);
    } finally {
      lock.lock();
      try {
        compacting = false;
        idle.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /// Throws what stands against a write.
  private void refuse() {
    if (closing) {
      throw new JournalException(Reason.CLOSED, "the journal is closed");
    }
    if (trouble != null) {
      throw trouble.again();
    }
  }

  private void hand(Compaction made) {
    lock.lock();
    try {
      refuse();
      turn = made;
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  /// Does the last steps of a compaction, between two batches.
  private void take(Compaction made) {
    try {
      made.follow(made.limit());
      change(made);
      made.done.finish(null);
    } catch (JournalException e) {
      made.done.finish(e);
    } catch (IOException e) {
      var reason = JournalException.of("cannot write a new generation", e);
      if (unnamed) {
        fail(reason, List.of());
      }
      made.done.finish(reason);
    }
  }

  /// Makes a complete generation the one that counts.
  private void change(Compaction made) throws IOException {
    made.output.force();
    var before = file;
    past = Opening.name(generation);
    made.used = true;
    unnamed = true;
    lock.lock();
    try {
      generation = made.number;
      begun = made.begun;
      end = made.output.position();
    } finally {
      lock.unlock();
    }
    file = made.target;
    output = made.output;
    output.ahead(limits.ahead());
    before.close();
    named();
  }

  /// Gives a new generation its name, and brings that to the disk. Until then nothing may be
  /// acknowledged: a power cut might bring back the generation before.
  private void named() throws IOException {
    if (disk.names().contains(Opening.temporary(generation))) {
      disk.rename(Opening.temporary(generation), Opening.name(generation));
    }
    disk.force();
    unnamed = false;
    disk.delete(past);
  }

  /// A generation in the making.
  private final class Compaction implements AutoCloseable {
    final Pending done = new Pending(0, 0, new byte[0]);
    final long number;
    final Disk.File target;
    final Output output;
    private final long basis;
    // A handle of its own: an interrupt of the thread that compacts closes it.
    private final Disk.File source;
    private long from;
    private long contained;
    private long begun;
    private long forced;
    private boolean used;

    Compaction() throws IOException {
      lock.lock();
      try {
        number = ++numbered;
        basis = generation;
        from = end;
      } finally {
        lock.unlock();
      }
      source = disk.open(Opening.name(basis));
      try {
        target = disk.create(Opening.temporary(number));
        output = new Output(target, number, 0, 0);
      } catch (IOException e) {
        source.close();
        throw e;
      }
    }

    /// How far the generation before goes that is being copied.
    long limit() {
      lock.lock();
      try {
        if (generation != basis) {
          throw new JournalException(
              Reason.LOST, "%s was given up meanwhile".formatted(Opening.name(basis)));
        }
        return end;
      } finally {
        lock.unlock();
      }
    }

    /// Writes the owner's state.
    void snapshot(Snapshot state) throws IOException {
      contained = state.sequence();
      Opening.begin(output, contained);
      var parts = new long[1];
      try {
        state.write(
            (type, payload) -> {
              try {
                put(Frame.PART, type, ++parts[0], payload);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
      complete(parts[0]);
    }

    /// Copies the state with which the generation before began.
    void snapshot() throws IOException {
      from = Journal.this.begun;
      var input = new Input(source, 0, from, basis);
      var parts = 0L;
      while (input.advance()) {
        if (input.kind() == Frame.START) {
          contained = input.sequence();
          Opening.begin(output, contained);
        } else if (input.kind() == Frame.PART) {
          put(Frame.PART, input.type(), ++parts, input.payload());
        }
      }
      reached(input, from);
      complete(parts);
    }

    private void complete(long parts) throws IOException {
      Opening.complete(output, parts);
      begun = output.position();
    }

    /// Copies the records behind the snapshot.
    void follow(long to) throws IOException {
      var input = new Input(source, from, to, basis);
      while (input.advance()) {
        if (input.sequence() > contained) {
          put(Frame.RECORD, input.type(), input.sequence(), input.payload());
        }
      }
      reached(input, to);
      from = to;
    }

    private void reached(Input input, long place) throws IOException {
      if (input.position() != place) {
        throw new IOException(
            "%s cannot be read at %d".formatted(Opening.name(basis), input.position()));
      }
    }

    private void put(byte kind, int type, long sequence, byte[] payload) throws IOException {
      output.put(kind, type, sequence, 0, payload);
      if (output.position() - forced > STRIDE) {
        output.force();
        forced = output.position();
        if (abandoned()) {
          throw new IOException("given up");
        }
      }
    }

    private boolean abandoned() {
      lock.lock();
      try {
        return closing || generation != basis;
      } finally {
        lock.unlock();
      }
    }

    void refuse(JournalException reason) {
      done.finish(reason);
    }

    @Override
    public void close() {
      try {
        source.close();
        if (!used) {
          target.close();
          disk.delete(Opening.temporary(number));
        }
      } catch (IOException e) {
        log.warn("{} stays until the next start: {}", Opening.temporary(number), e.toString());
      }
    }
  }

  /// Writes what waits, and lets go of the files.
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      work.signal();
    } finally {
      lock.unlock();
    }
    var interrupted = false;
    while (writer.isAlive()) {
      try {
        writer.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    lock.lock();
    try {
      // One that was handed over too late for the writing thread.
      if (turn != null) {
        turn.refuse(new JournalException(Reason.CLOSED, "the journal is closed"));
        turn = null;
      }
      while (compacting) {
        idle.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
    try {
      file.close();
      owned.close();
    } catch (IOException e) {
      log.warn("Cannot close the journal in {}: {}", disk, e.toString());
    }
  }
}
