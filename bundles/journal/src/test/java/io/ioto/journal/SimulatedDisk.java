// SPDX-License-Identifier: Apache-2.0
package io.ioto.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A folder in memory that behaves as badly as a real one may. What was not forced is lost, kept
/// or torn at a power cut, each write by itself, names as well as bytes. A failed force drops some
/// of the writes for good although they can still be read, and the next force succeeds all the
/// same, as Linux does it. May be shared between threads.
public final class SimulatedDisk implements Disk {
  private static final int SECTOR = 512;

  /// What can go wrong with an operation.
  public enum Fault {
    /// The power fails before the operation is done; or half way, when it is a write.
    CUT,
    NO_SPACE,
    BROKEN
  }

  /// The bytes of a file, as they are read and as they are on the disk.
  private static final class Content {
    byte[] seen = new byte[0];
    byte[] stored = new byte[0];
    final List<Store> waiting = new ArrayList<>();
  }

  /// A write, or with null bytes a truncation, on its way to the disk.
  private static final class Store {
    final long at;
    final byte @Nullable [] bytes;

    Store(long at, byte @Nullable [] bytes) {
      this.at = at;
      this.bytes = bytes;
    }

    byte[] apply(byte[] content) {
      if (bytes == null) {
        return Arrays.copyOf(content, (int) at);
      }
      var end = (int) at + bytes.length;
      var changed = Arrays.copyOf(content, Math.max(content.length, end));
      System.arraycopy(bytes, 0, changed, (int) at, bytes.length);
      return changed;
    }
  }

  /// A change of names on its way to the disk.
  private record Naming(@Nullable String from, @Nullable String to, @Nullable Content content) {}

  private final Random random;
  private final Map<String, Content> seen = new TreeMap<>();
  private final Map<String, Content> stored = new TreeMap<>();
  private final List<Naming> waiting = new ArrayList<>();
  private final Map<Long, Fault> faults = new HashMap<>();
  private @Nullable Fault lasting;
  private long operations;
  private boolean cut;
  private boolean locked;
  private boolean spoiling;

  public SimulatedDisk(long seed) {
    random = new Random(seed);
  }

  /// Opens a journal on it.
  public Journal open(Limits limits, Replay replay) {
    return Journal.open(this, limits, replay);
  }

  /// Lets one operation fail, counted from the first one there ever was.
  public synchronized void fail(long operation, Fault fault) {
    faults.put(operation, fault);
  }

  /// Lets every operation that changes something fail, until told otherwise.
  public synchronized void fail(@Nullable Fault fault) {
    lasting = fault;
  }

  /// Lets sectors that could not be written lose what they held, until they are written again.
  /// Nothing helps if the power is cut before.
  public synchronized void spoil() {
    spoiling = true;
  }

  /// How many operations there have been: those that write, force or change names.
  public synchronized long operations() {
    return operations;
  }

  /// What the power cut left, with the power back.
  public synchronized SimulatedDisk afterCut() {
    var next = new SimulatedDisk(random.nextLong());
    waiting.forEach(this::maybe);
    stored.forEach(
        (name, content) -> {
          var left = new Content();
          left.stored = survive(content);
          left.seen = left.stored;
          next.stored.put(name, left);
          next.seen.put(name, left);
        });
    return next;
  }

  /// What the end of the process left, the power being on: all that it wrote can be read.
  public synchronized SimulatedDisk afterKill() {
    cut = true;
    var next = new SimulatedDisk(random.nextLong());
    next.seen.putAll(seen);
    next.stored.putAll(stored);
    next.waiting.addAll(waiting);
    return next;
  }

  private Content file(String name) {
    var content = seen.get(name);
    if (content == null) {
      throw new IllegalArgumentException(name);
    }
    return content;
  }

  private byte[] survive(Content content) {
    var bytes = content.stored;
    for (var store : content.waiting) {
      var chance = random.nextInt(4);
      if (store.bytes == null) {
        bytes = chance < 2 ? bytes : store.apply(bytes);
      } else if (chance == 0) {
        bytes = store.apply(bytes);
      } else if (chance < 3) { // some of its sectors
        for (var i = 0; i < store.bytes.length; i += SECTOR) {
          if (random.nextBoolean()) {
            var part = Arrays.copyOfRange(store.bytes, i, Math.min(i + SECTOR, store.bytes.length));
            if (random.nextInt(8) == 0) { // torn inside the sector
              part = Arrays.copyOf(part, random.nextInt(part.length + 1));
            }
            bytes = new Store(store.at + i, part).apply(bytes);
          }
        }
      }
    }
    return bytes;
  }

  /// Names change on the disk one by one, in any order that is possible.
  private void maybe(Naming naming) {
    if (random.nextBoolean()) {
      apply(naming, stored);
    }
  }

  private static void apply(Naming naming, Map<String, Content> names) {
    if (naming.content != null && naming.to != null) {
      names.put(naming.to, naming.content);
    } else if (naming.from != null && naming.to == null) {
      names.remove(naming.from);
    } else if (naming.from != null && naming.to != null) {
      var moved = names.remove(naming.from);
      if (moved != null) {
        names.put(naming.to, moved);
      }
    }
  }

  /// Counts an operation; tells what goes wrong with it.
  private @Nullable Fault operation() throws IOException {
    if (cut) {
      throw new IOException("the power is off");
    }
    operations++;
    var fault = faults.getOrDefault(operations, lasting);
    cut = fault == Fault.CUT;
    return fault;
  }

  private static void check(@Nullable Fault fault) throws IOException {
    switch (fault) {
      case null -> {}
      case CUT -> throw new IOException("the power is off");
      case NO_SPACE -> throw new IOException("No space left on device");
      case BROKEN -> throw new IOException("Input/output error");
    }
  }

  private synchronized void name(Naming naming) throws IOException {
    var fault = operation();
    if (fault == null || (fault == Fault.CUT && random.nextBoolean())) {
      apply(naming, seen);
      waiting.add(naming);
    }
    check(fault);
  }

  @Override
  public synchronized List<String> names() throws IOException {
    if (cut) {
      throw new IOException("the power is off");
    }
    return List.copyOf(seen.keySet());
  }

  @Override
  public File create(String name) throws IOException {
    var content = new Content();
    name(new Naming(null, name, content));
    return new Open(content);
  }

  @Override
  public synchronized File open(String name) throws IOException {
    if (cut || !seen.containsKey(name)) {
      throw new IOException(cut ? "the power is off" : "no such file: " + name);
    }
    return new Open(file(name));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    synchronized (this) {
      if (!seen.containsKey(from)) {
        throw new IOException("no such file: " + from);
      }
    }
    name(new Naming(from, to, null));
  }

  @Override
  public void delete(String name) throws IOException {
    name(new Naming(name, null, null));
  }

  @Override
  public synchronized void force() throws IOException {
    var fault = operation();
    if (fault == Fault.CUT) {
      var kept = random.nextInt(waiting.size() + 1);
      waiting.subList(0, kept).forEach(naming -> apply(naming, stored));
      waiting.subList(0, kept).clear();
    }
    check(fault);
    waiting.forEach(naming -> apply(naming, stored));
    waiting.clear();
  }

  @Override
  public synchronized Closeable lock() {
    if (locked) {
      throw new JournalException(JournalException.Reason.LOCKED, "locked");
    }
    locked = true;
    return () -> {
      synchronized (this) {
        locked = false;
      }
    };
  }

  @Override
  public String toString() {
    return "simulation";
  }

  /// All names that count after a power cut, for tests of what is left behind.
  synchronized Set<String> stored() {
    return new HashSet<>(stored.keySet());
  }

  private final class Open implements File {
    private final Content content;

    Open(Content content) {
      this.content = content;
    }

    @Override
    public long size() {
      synchronized (SimulatedDisk.this) {
        return content.seen.length;
      }
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      synchronized (SimulatedDisk.this) {
        if (cut) {
          throw new IOException("the power is off");
        }
        var count = Math.min(into.remaining(), content.seen.length - (int) position);
        if (count <= 0) {
          return -1;
        }
        into.put(content.seen, (int) position, count);
        return count;
      }
    }

    @Override
    public void write(ByteBuffer from, long position) throws IOException {
      synchronized (SimulatedDisk.this) {
        var fault = operation();
        var bytes = new byte[from.remaining()];
        from.get(bytes);
        if (fault != null) {
          bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
        }
        change(new Store(position, bytes));
        check(fault);
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      synchronized (SimulatedDisk.this) {
        check(operation());
        change(new Store(size, null));
      }
    }

    private void change(Store store) {
      content.seen = store.apply(content.seen);
      content.waiting.add(store);
    }

    @Override
    public void force(boolean length) throws IOException {
      synchronized (SimulatedDisk.this) {
        var fault = operation();
        if (fault != null) {
          if (fault != Fault.CUT) {
            drop();
          }
          check(fault);
        }
        var bytes = content.stored;
        var longest = length ? Integer.MAX_VALUE : bytes.length;
        for (var store : content.waiting) {
          bytes = store.apply(bytes);
        }
        if (bytes.length > longest) {
          // Without its length, what was written behind the old end cannot be found again.
          bytes = Arrays.copyOf(bytes, longest);
        }
        content.stored = bytes;
        content.waiting.clear();
      }
    }

    /// What is dropped here never gets to the disk, whoever forces it later.
    private void drop() {
      for (var store : List.copyOf(content.waiting)) {
        if (store.bytes != null && random.nextBoolean()) {
          content.waiting.remove(store);
          if (!spoiling) {
            continue;
          }
          var end = (int) Math.min(store.at, content.stored.length);
          var spoilt = content.stored.clone();
          for (var i = (int) (store.at / SECTOR * SECTOR); i < end; i++) {
            spoilt[i] ^= 0x55;
          }
          content.stored = spoilt;
        }
      }
    }

    @Override
    public void close() {}
  }
}
