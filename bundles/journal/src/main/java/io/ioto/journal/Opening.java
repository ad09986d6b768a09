// SPDX-License-Identifier: Apache-2.0
package io.ioto.journal;

import io.ioto.journal.Recovery.Damage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds the generation that counts, reads it, and leaves the folder with that one alone, whole
/// and forced.
final class Opening {
  private static final Logger log = LoggerFactory.getLogger(Opening.class);
  private static final long PAGE = 4096;
  private static final Pattern NAME = Pattern.compile("journal\\.([0-9]{1,18})");

  /// @param end where the records end
  /// @param begun where the snapshot ends
  record Opened(Disk.File file, long begun, long end, Recovery recovery) {}

  /// What was read of a file.
  ///
  /// @param begun where the snapshot ends; -1 when it is not whole
  /// @param last where the records of the last force begin
  /// @param stop where reading stopped
  /// @param lost set when records behind that place show that what is missing had been forced
  private record Contents(
      long base,
      long begun,
      long last,
      long stop,
      long sequence,
      long records,
      long torn,
      boolean lost) {
    boolean sound() {
      return begun >= 0 && !lost;
    }
  }

  private static final Replay NOBODY =
      new Replay() {
        @Override
        public void snapshot(int type, byte[] payload) {}

        @Override
        public void record(int type, long sequence, byte[] payload) {}
      };

  private final Disk disk;

  Opening(Disk disk) {
    this.disk = disk;
  }

  static String name(long generation) {
    return "journal." + generation;
  }

  static String temporary(long generation) {
    return name(generation) + ".tmp";
  }

  private static String damaged(long generation) {
    return name(generation) + ".damaged";
  }

  Opened open(Replay replay) throws IOException {
    for (var name : disk.names()) {
      if (name.startsWith("journal.") && name.endsWith(".tmp")) {
        disk.delete(name);
      }
    }
    var generations = generations();
    if (generations.isEmpty()) {
      return first();
    }
    var chosen = choose(generations);
    var file = disk.open(name(chosen));
    try {
      return open(file, chosen, generations, replay);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private Opened open(Disk.File file, long chosen, List<Long> generations, Replay replay)
      throws IOException {
    var contents = read(file, chosen, replay);
    var newest = generations.getFirst();
    Opened opened;
    if (contents.sound()) {
      settle(file, contents);
      opened = new Opened(file, contents.begun(), contents.stop(), recovery(chosen, contents));
    } else {
      opened = mend(file, chosen, newest + 1, contents);
    }
    for (var other : generations) {
      if (other > chosen) {
        opened = passedOver(opened, other);
      } else if (other < chosen) {
        disk.delete(name(other));
      }
    }
    disk.force();
    return opened;
  }

  /// Brings to the disk what was read. The last force may not have happened or have failed, in
  /// which case another force alone does nothing: only what is written again is forced again.
  private static void settle(Disk.File file, Contents contents) throws IOException {
    file.truncate(contents.stop());
    var buffer = ByteBuffer.allocate(64 << 10);
    // A write that failed half way may have spoilt the whole page it was in.
    for (var at = contents.last() & -PAGE; at < contents.stop(); at += buffer.limit()) {
      buffer.put(0, new byte[buffer.capacity()]);
      buffer.clear().limit((int) Math.min(buffer.capacity(), contents.stop() - at));
      var read = 0;
      while (buffer.hasRemaining() && read >= 0) {
        read = file.read(buffer, at + buffer.position());
      }
      // What is missing is the padding of the last record.
      file.write(buffer.clear().limit((int) Math.min(buffer.capacity(), contents.stop() - at)), at);
    }
    file.force(true);
  }

  private List<Long> generations() throws IOException {
    return disk.names().stream()
        .map(NAME::matcher)
        .filter(m -> m.matches())
        .map(m -> Long.valueOf(m.group(1)))
        .sorted(Comparator.reverseOrder())
        .toList();
  }

  /// The newest generation whose snapshot is whole, or, failing all, the newest.
  private long choose(List<Long> generations) throws IOException {
    if (generations.size() > 1) {
      for (var generation : generations) {
        try (var file = disk.open(name(generation))) {
          if (read(file, generation, NOBODY).begun() >= 0) {
            return generation;
          }
        }
      }
    }
    return generations.getFirst();
  }

  private Opened first() throws IOException {
    var file = disk.create(temporary(1));
    var output = new Output(file, 1, 0, 0);
    begin(output, 0);
    complete(output, 0);
    output.force();
    disk.rename(temporary(1), name(1));
    disk.force();
    return new Opened(file, output.position(), output.position(), new Recovery(1, 0, 0, 0, null));
  }

  static void begin(Output output, long base) throws IOException {
    output.put(Frame.START, 0, base, 0, Frame.MAGIC.getBytes(StandardCharsets.US_ASCII));
  }

  static void complete(Output output, long parts) throws IOException {
    output.put(Frame.COMPLETE, 0, parts, 0, new byte[0]);
  }

  private static Recovery recovery(long generation, Contents contents) {
    if (contents.torn() > 0) {
      log.warn(
          "journal.{}: {} bytes of an unfinished write at its end are cut off; nothing of it was acknowledged",
          generation,
          contents.torn());
    }
    return new Recovery(generation, contents.sequence(), contents.records(), contents.torn(), null);
  }

  private Contents read(Disk.File file, long generation, Replay replay) throws IOException {
    var size = file.size();
    var input = new Input(file, 0, size, generation);
    var base = 0L;
    var parts = 0L;
    var begun = -1L;
    var last = 0L;
    var records = 0L;
    var start = false;
    while (input.advance()) {
      var kind = input.kind();
      if (!start) {
        if (kind != Frame.START || !Arrays.equals(input.payload(), magic())) {
          break;
        }
        start = true;
        base = input.sequence();
      } else if (begun < 0 && kind == Frame.PART && input.sequence() == parts + 1) {
        parts++;
        replay.snapshot(input.type(), input.payload());
      } else if (begun < 0 && kind == Frame.COMPLETE && input.sequence() == parts) {
        begun = input.position() + Frame.size(0);
        last = begun;
      } else if (begun >= 0 && kind == Frame.RECORD && input.sequence() == base + records + 1) {
        records++;
        if (input.back() == 0) {
          last = input.position();
        }
        replay.record(input.type(), input.sequence(), input.payload());
      } else {
        break;
      }
    }
    var stop = input.position();
    var sequence = base + records;
    var torn = input.blank() ? 0 : size - stop;
    var lost = torn > 0 && acknowledged(new Input(file, stop, size, generation), sequence + 1);
    return new Contents(base, begun, last, stop, sequence, records, torn, lost);
  }

  private static byte[] magic() {
    return Frame.MAGIC.getBytes(StandardCharsets.US_ASCII);
  }

  /// Whether a record that can be read further on says that the missing one had been forced.
  private static boolean acknowledged(Input input, long missing) throws IOException {
    do {
      if (input.advance()
          && input.kind() == Frame.RECORD
          && input.sequence() - input.back() > missing) {
        return true;
      }
    } while (input.skip());
    return false;
  }

  /// Writes what can be read into a new generation and puts the damaged file aside.
  private Opened mend(Disk.File file, long generation, long next, Contents contents)
      throws IOException {
    var damage =
        new Damage(
            damaged(generation),
            contents.stop(),
            contents.sequence() + 1,
            contents.begun() < 0
                ? "its snapshot ends in the middle"
                : "acknowledged records are unreadable from %d on"
                    .formatted(contents.sequence() + 1));
    log.error(
        "journal.{} is damaged at byte {}: {}; kept as {}, going on with what comes before",
        generation,
        damage.offset(),
        damage.reason(),
        damage.file());
    var target = disk.create(temporary(next));
    var output = new Output(target, next, 0, 0);
    begin(output, contents.base());
    var begun = copy(file, generation, contents, output);
    output.force();
    disk.rename(temporary(next), name(next));
    disk.force();
    file.close();
    putAside(generation);
    return new Opened(
        target,
        begun,
        output.position(),
        new Recovery(next, contents.sequence(), contents.records(), contents.torn(), damage));
  }

  private static long copy(Disk.File file, long generation, Contents contents, Output output)
      throws IOException {
    var input = new Input(file, 0, contents.stop(), generation);
    var parts = 0L;
    var begun = -1L;
    while (input.advance()) {
      switch (input.kind()) {
        case Frame.PART -> output.put(Frame.PART, input.type(), ++parts, 0, input.payload());
        case Frame.COMPLETE -> {
          complete(output, parts);
          begun = output.position();
        }
        case Frame.RECORD ->
            output.put(Frame.RECORD, input.type(), input.sequence(), 0, input.payload());
        default -> {}
      }
    }
    if (begun < 0) {
      complete(output, parts);
      begun = output.position();
    }
    return begun;
  }

  /// A newer generation than the one that counts can only be there when it was destroyed later.
  private Opened passedOver(Opened opened, long generation) throws IOException {
    var recovery = opened.recovery();
    @Nullable Damage damage = recovery.damage();
    if (damage == null) {
      damage =
          new Damage(
              damaged(generation),
              0,
              recovery.sequence() + 1,
              "generation %d is unreadable, going on with %d"
                  .formatted(generation, recovery.generation()));
      log.error("{}; kept as {}", damage.reason(), damage.file());
    }
    putAside(generation);
    return new Opened(
        opened.file(),
        opened.begun(),
        opened.end(),
        new Recovery(
            recovery.generation(),
            recovery.sequence(),
            recovery.records(),
            recovery.torn(),
            damage));
  }

  /// Keeps one damaged file at most: the newest.
  private void putAside(long generation) throws IOException {
    for (var name : disk.names()) {
      if (name.startsWith("journal.") && name.endsWith(".damaged")) {
        disk.delete(name);
      }
    }
    disk.rename(name(generation), damaged(generation));
  }
}
