// SPDX-License-Identifier: Apache-2.0
package io.ioto.mqtt;

import io.ioto.api.device.Resettable;
import io.ioto.api.mqtt.DeliveryException;
import io.ioto.api.mqtt.DeliveryException.Reason;
import io.ioto.api.mqtt.Message;
import io.ioto.api.mqtt.Outbox;
import io.ioto.api.mqtt.Qos;
import io.ioto.api.runtime.Signals;
import io.ioto.journal.Journal;
import io.ioto.journal.JournalException;
import io.ioto.journal.Limits;
import io.ioto.journal.Pending;
import io.ioto.journal.Replay;
import io.ioto.journal.Snapshot;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps messages in a journal until the broker has them, and in memory so that they need not be
/// read again. May be shared between threads.
@Component(
    service = {Outbox.class, JournalOutbox.class, Resettable.class},
    configurationPid = "io.ioto.mqtt.outbox",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class JournalOutbox implements Outbox, Resettable {
  /// See `settings.json5`.
  public @interface Config {
    long size();

    long message();
  }

  /// A message and its place in the order.
  record Entry(long sequence, Message message) {
    /// What it counts for in memory and on the disk.
    long size() {
      return OVERHEAD + message.topic().length() + message.payload().length;
    }
  }

  private static final Logger log = LoggerFactory.getLogger(JournalOutbox.class);
  private static final long OVERHEAD = 100;
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  // Types of records.
  private static final int MESSAGE = 1;
  private static final int DELIVERED = 2; // all up to a sequence

  /// Types of records in a snapshot: messages with their sequence.
  private static final int KEPT = 3;

  private final long size;
  private final long largest;
  private final Journal journal;
  private final Signals.Watch releases;

  // Guarded by this.
  private final TreeMap<Long, Entry> entries = new TreeMap<>();
  private long bytes;
  private Runnable listener = () -> {};
  private boolean compacting;

  @Activate
  public JournalOutbox(BundleContext context, @Reference Signals signals, Config config) {
    // Not asked of the device: that is replaced when its configuration changes, and the journal
    // would have to be closed and opened with it.
    this(
        Path.of(context.getProperty("ioto.state"), "mqtt"),
        signals,
        config.size(),
        config.message());
  }

  JournalOutbox(Path folder, Signals signals, long size, long largest) {
    this.size = size;
    this.largest = largest;
    var replay = new Reading();
    // Room for what has been delivered and is not compacted away yet.
    var limits =
        new Limits(
            Math.toIntExact(largest) + (1 << 17),
            4 * size + (16 << 20),
            2 * size + (1 << 20),
            Limits.DEFAULT.ahead(),
            Limits.DEFAULT.retry());
    journal = open(folder, limits, replay);
    if (!entries.isEmpty()) {
      log.info("{} messages wait for the broker", entries.size());
    }
    // What was meant for the account that had the device is not for the next one.
    releases = signals.watch("cloud:deprovisioned", _ -> reset());
  }

  /// Waits a moment for an outbox that another thread is just closing.
  private static Journal open(Path folder, Limits limits, Replay replay) {
    for (var deadline = System.nanoTime() + PATIENCE.toNanos(); ; ) {
      try {
        return Journal.open(folder, limits, replay);
      } catch (JournalException e) {
        if (e.reason() != JournalException.Reason.LOCKED || System.nanoTime() > deadline) {
          throw e;
        }
        LockSupport.parkNanos(10_000_000);
      }
    }
  }

  private final class Reading implements Replay {
    @Override
    public void snapshot(int type, byte[] payload) {
      if (type == KEPT) {
        var in = ByteBuffer.wrap(payload);
        add(new Entry(in.getLong(), decode(in)));
      }
    }

    @Override
    public void record(int type, long sequence, byte[] payload) {
      switch (type) {
        case MESSAGE -> add(new Entry(sequence, decode(ByteBuffer.wrap(payload))));
        case DELIVERED -> drop(ByteBuffer.wrap(payload).getLong());
        default -> log.warn("The outbox has a record of an unknown type {}", type);
      }
    }
  }

  private synchronized void add(Entry entry) {
    entries.put(entry.sequence(), entry);
    bytes += entry.size();
  }

  private synchronized void drop(long through) {
    var gone = entries.headMap(through, true);
    bytes -= gone.values().stream().mapToLong(Entry::size).sum();
    gone.clear();
  }

  private static byte[] encode(Message message) {
    var topic = message.topic().getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(3 + topic.length + message.payload().length)
        .put((byte) (message.retained() ? 1 : 0))
        .putShort((short) topic.length)
        .put(topic)
        .put(message.payload())
        .array();
  }

  private static Message decode(ByteBuffer in) {
    var retained = in.get() != 0;
    var topic = new byte[Short.toUnsignedInt(in.getShort())];
    in.get(topic);
    var payload = new byte[in.remaining()];
    in.get(payload);
    return new Message(
        new String(topic, StandardCharsets.UTF_8), payload, Qos.AT_LEAST_ONCE, retained);
  }

  @Override
  public void put(Message message) {
    if (message.qos() != Qos.AT_LEAST_ONCE) {
      throw new IllegalArgumentException("the outbox takes messages for at least once only");
    }
    if (message.payload().length > largest) {
      throw new DeliveryException(
          Reason.TOO_LARGE,
          "%s is larger than mqtt.outbox.message (%d)".formatted(message, largest));
    }
    var pending = submit(message, encode(message));
    try {
      pending.await();
    } catch (JournalException e) {
      withdraw(pending.sequence());
      throw refused(message, e);
    }
    Runnable told;
    synchronized (this) {
      told = listener;
    }
    told.run();
  }

  /// The order of the journal is that of the entries, so both are taken in one step.
  private synchronized Pending submit(Message message, byte[] encoded) {
    if (bytes + OVERHEAD + message.topic().length() + message.payload().length > size) {
      throw new DeliveryException(
          Reason.FULL,
          "%s: %d messages wait already, all that mqtt.outbox.size allows"
              .formatted(message, entries.size()));
    }
    try {
      var pending = journal.submit(MESSAGE, encoded, -1);
      add(new Entry(pending.sequence(), message));
      return pending;
    } catch (JournalException e) {
      throw refused(message, e);
    }
  }

  private synchronized void withdraw(long sequence) {
    var entry = entries.remove(sequence);
    if (entry != null) {
      bytes -= entry.size();
    }
  }

  private static DeliveryException refused(Message message, JournalException e) {
    var reason =
        switch (e.reason()) {
          case TOO_LARGE -> Reason.TOO_LARGE;
          case FULL -> Reason.FULL;
          case NO_SPACE, DISK, LOST, LOCKED, CLOSED -> Reason.STORAGE;
        };
    return new DeliveryException(reason, "%s: %s".formatted(message, e.getMessage()), e);
  }

  @Override
  public synchronized long waiting() {
    return entries.size();
  }

  /// Whoever sends hears of new messages by this; must not block.
  synchronized void listen(Runnable listener) {
    this.listener = listener;
  }

  /// The next message behind a place in the order that is on the disk.
  synchronized Optional<Entry> next(long after) {
    var next = entries.higherEntry(after);
    return next == null || next.getKey() > journal.durable()
        ? Optional.empty()
        : Optional.of(next.getValue());
  }

  /// Forgets all messages up to a place. That it is forgotten before it is on the disk costs a
  /// repetition at worst.
  void delivered(long through) {
    drop(through);
    try {
      journal.submit(DELIVERED, ByteBuffer.allocate(Long.BYTES).putLong(through).array(), -1);
    } catch (JournalException e) {
      log.debug("That messages were delivered is not kept: {}", e.getMessage());
    }
    compact();
  }

  /// Makes the file short again when most of it has been delivered.
  private void compact() {
    synchronized (this) {
      if (compacting || journal.grown() < Math.max(1 << 20, 2 * bytes)) {
        return;
      }
      compacting = true;
    }
    try {
      journal.compact(this::snapshot);
    } catch (JournalException e) {
      log.warn("The outbox could not be compacted: {}", e.getMessage());
    } finally {
      synchronized (this) {
        compacting = false;
      }
    }
  }

  private synchronized Snapshot snapshot() {
    var sequence = journal.durable();
    var kept = List.copyOf(entries.headMap(sequence, true).values());
    return new Snapshot() {
      @Override
      public long sequence() {
        return sequence;
      }

      @Override
      public void write(Sink sink) {
        kept.forEach(entry -> sink.add(KEPT, encode(entry)));
      }
    };
  }

  private static byte[] encode(Entry entry) {
    var message = encode(entry.message());
    return ByteBuffer.allocate(Long.BYTES + message.length)
        .putLong(entry.sequence())
        .put(message)
        .array();
  }

  /// Forgets all messages.
  @Override
  public void reset() {
    long last;
    synchronized (this) {
      if (entries.isEmpty()) {
        return;
      }
      log.warn("{} messages that the broker never had are forgotten", entries.size());
      last = entries.lastKey();
    }
    drop(last);
    journal.append(DELIVERED, ByteBuffer.allocate(Long.BYTES).putLong(last).array());
  }

  @Deactivate
  public void close() {
    releases.close();
    journal.close();
  }
}
