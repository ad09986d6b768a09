// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import io.ioto.api.mqtt.DeliveryException;
import io.ioto.api.mqtt.Message;
import io.ioto.cloud.broker.Session.Waiting;
import io.ioto.journal.Journal;
import io.ioto.journal.JournalException;
import io.ioto.journal.Pending;
import io.ioto.journal.Replay;
import io.ioto.journal.Snapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All sessions, what waits in them and the retained messages, in memory and in a journal. What
/// others are told of is on the disk first; what a crash may repeat, such as that a device has
/// acknowledged something, is written without waiting. May be shared between threads.
final class Sessions implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Sessions.class);

  /// Smallest growth of the journal that is worth a new generation.
  private static final long COMPACT = 8 << 20;

  /// A session that a connection has taken over.
  ///
  /// @param present whether it was there before (§3.2.2.2)
  /// @param previous the connection that had it until now
  record Taken(Session session, boolean present, @Nullable Object previous) {}

  /// A session that is no more.
  ///
  /// @param owner the connection that had it
  record Dropped(Session session, @Nullable Object owner) {}

  private final Settings.Limits limits;
  private final Refusals refusals;
  private final Journal journal;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock.
  private final Map<String, Session> sessions = new HashMap<>();
  private final Map<String, Parcel> retained = new LinkedHashMap<>();
  private long waitingBytes;
  private long retainedBytes;
  private long order;
  private @Nullable Thread compaction;
  private boolean closed;

  /// Opens the journal and reads what it holds.
  ///
  /// @throws JournalException when it cannot be opened
  Sessions(Path folder, Settings.Limits limits, Refusals refusals) {
    this.limits = limits;
    this.refusals = refusals;
    journal = Journal.open(folder, io.ioto.journal.Limits.DEFAULT, new Reading());
    var damage = journal.recovery().damage();
    if (damage != null) {
      log.error("Messages of devices are lost from record {} on: {}", damage.lost(), damage);
    }
    for (var session : sessions.values()) {
      if (session.owner != null) {
        // It was connected when the process died: all that waits may have been sent.
        session.restore(session.last(), session.last());
        session.owner = null;
      }
    }
    log.debug("{} sessions, {} retained messages", sessions.size(), retained.size());
  }

  /// Gives a device its session, and the session to a connection.
  ///
  /// @param owner the connection
  /// @throws Breach when there is no room for it
  /// @throws JournalException when the disk refuses
  Taken connect(String id, boolean clean, Access access, @Nullable Message will, Object owner)
      throws Breach {
    var dropped = clean ? drop(id) : null;
    var pending = new ArrayList<Pending>();
    Taken taken;
    lock.lock();
    try {
      var before = sessions.get(id);
      if (before == null && sessions.size() >= limits.sessions()) {
        throw new Breach(
            Refusal.UNAVAILABLE, "there are %d sessions, the most".formatted(sessions.size()));
      }
      if (!clean) {
        pending.add(submit(Records.ONLINE, Records.online(id, will)));
      }
      taken =
          before == null || before.clean || clean
              ? replace(before, id, clean, dropped)
              : resume(before, access, pending);
      taken.session().owner = owner;
      taken.session().will = will;
    } finally {
      lock.unlock();
    }
    try {
      pending.forEach(Pending::await);
    } catch (JournalException e) {
      release(taken, owner);
      throw e;
    }
    return taken;
  }

  /// A new session in the place of one that has ended.
  private Taken replace(
      @Nullable Session before, String id, boolean clean, @Nullable Dropped dropped) {
    var ended = before == null ? dropped : end(before);
    // The turn goes on: the connection before may still be inside the cloud.
    var turn = ended == null ? new ReentrantLock() : ended.session().turn;
    var session = new Session(id, clean, lock.newCondition(), turn);
    sessions.put(id, session);
    return new Taken(session, false, ended == null ? null : ended.owner());
  }

  /// Takes a session from its connection, with all that waits in it.
  private Dropped end(Session session) {
    if (sessions.remove(session.id, session)) {
      forget(session.all());
    }
    var owner = session.owner;
    session.owner = null;
    session.ready.signalAll();
    return new Dropped(session, owner);
  }

  /// The session of before, without what the device may not have any more.
  private Taken resume(Session session, Access access, List<Pending> pending) {
    var previous = session.owner;
    forget(session.land());
    var foreign =
        session.subscriptions.keySet().stream().filter(f -> !access.maySubscribe(f)).toList();
    if (!foreign.isEmpty()) {
      pending.add(submit(Records.UNSUBSCRIBED, Records.unsubscribed(session.id, foreign)));
      session.subscriptions.keySet().removeAll(foreign);
    }
    session.ready.signalAll();
    return new Taken(session, true, previous);
  }

  /// Gives up a session that did not get to the disk: it must not take messages that are to be.
  private void release(Taken taken, Object owner) {
    var session = taken.session();
    lock.lock();
    try {
      if (session.owner == owner) {
        session.owner = null;
      }
      if (!taken.present() && sessions.remove(session.id, session)) {
        forget(session.all());
      }
    } finally {
      lock.unlock();
    }
  }

  /// Whether a session still belongs to a connection.
  boolean owns(Session session, Object owner) {
    lock.lock();
    try {
      return session.owner == owner;
    } finally {
      lock.unlock();
    }
  }

  /// A connection is gone; without effect when its session has another one by now.
  ///
  /// @param told whether the will has been seen to, or was not to be told
  /// @return whether the device is away now
  boolean disconnect(Session session, Object owner, boolean told) {
    lock.lock();
    try {
      if (session.owner != owner) {
        return false;
      }
      session.owner = null;
      session.ready.signalAll();
      forget(session.land());
      if (session.clean) {
        forget(session.all());
        sessions.remove(session.id, session);
      } else {
        later(Records.OFFLINE, Records.number(session.id, session.sent()));
        if (told) {
          told(session);
        }
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// The wills of devices that were connected when the broker stopped.
  Map<Session, Message> wills() {
    lock.lock();
    try {
      var wills = new LinkedHashMap<Session, Message>();
      for (var session : sessions.values()) {
        if (session.will != null && session.owner == null) {
          wills.put(session, session.will);
        }
      }
      return wills;
    } finally {
      lock.unlock();
    }
  }

  /// The will of a session that is still this one need not be told any more.
  void willTold(Session session, Message will) {
    lock.lock();
    try {
      if (session.will != null
          && session.will.equals(will)
          && sessions.get(session.id) == session) {
        told(session);
      }
    } finally {
      lock.unlock();
    }
  }

  private void told(Session session) {
    if (session.will != null) {
      session.will = null;
      later(Records.WILL_TOLD, Records.session(session.id));
    }
  }

  /// Adds subscriptions, and puts the retained messages of each into the session (§3.8.4).
  ///
  /// @param filters with the quality of service asked for; all of them permitted
  /// @return for each whether it was taken; there may be as many as there may
  /// @throws JournalException when the disk refuses
  Map<String, Boolean> subscribe(Session session, Object owner, Map<String, Integer> filters) {
    var taken = new LinkedHashMap<String, Boolean>();
    var pending = new ArrayList<Pending>();
    var given = new LinkedHashMap<Parcel, Map<Session, Waiting>>();
    lock.lock();
    try {
      if (session.owner != owner) {
        return Map.of();
      }
      var added = new LinkedHashMap<String, Integer>();
      for (var filter : filters.entrySet()) {
        var known = session.subscriptions.containsKey(filter.getKey());
        var room = known || session.subscriptions.size() < limits.subscriptions();
        taken.put(filter.getKey(), room);
        if (room) {
          session.subscriptions.put(filter.getKey(), filter.getValue());
          added.put(filter.getKey(), filter.getValue());
        }
      }
      if (!added.isEmpty() && !session.clean) {
        pending.add(submit(Records.SUBSCRIBED, Records.subscribed(session.id, added)));
      }
      for (var kept : retained.values()) {
        var granted = -1;
        for (var filter : added.entrySet()) {
          if (kept.durable && Topics.matches(filter.getKey(), kept.topic)) {
            granted = Math.max(granted, filter.getValue());
          }
        }
        if (granted >= 0) {
          var parcel = new Parcel(kept.topic, kept.payload, Math.min(granted, kept.qos), true);
          if (hasRoom(session, parcel)) {
            given.put(parcel, give(parcel, List.of(session), pending));
          } else {
            refusals.count(Refusal.DROPPED, session.id, "no room for a retained message");
          }
        }
      }
    } finally {
      lock.unlock();
    }
    try {
      pending.forEach(Pending::await);
    } catch (JournalException e) {
      given.values().forEach(waiting -> undo(waiting, null, null));
      throw e;
    }
    lock.lock();
    try {
      given.keySet().forEach(parcel -> parcel.durable = true);
      session.ready.signalAll();
    } finally {
      lock.unlock();
    }
    return taken;
  }

  /// Ends subscriptions.
  ///
  /// @throws JournalException when the disk refuses
  void unsubscribe(Session session, Object owner, List<String> filters) {
    Optional<Pending> pending;
    lock.lock();
    try {
      if (session.owner != owner || !session.subscriptions.keySet().removeAll(filters)) {
        return;
      }
      pending =
          session.clean
              ? Optional.empty()
              : Optional.of(
                  submit(Records.UNSUBSCRIBED, Records.unsubscribed(session.id, filters)));
    } finally {
      lock.unlock();
    }
    pending.ifPresent(Pending::await);
  }

  /// Puts a message into all sessions that are subscribed to its topic; see
  /// [io.ioto.api.cloud.Broker#publish].
  void publish(Message message) {
    var parcel =
        new Parcel(message.topic(), message.payload(), Records.level(message.qos()), false);
    // Beside topic and payload a packet has less than ten bytes.
    if (parcel.topic.length() + parcel.payload.length + 10 > limits.packet()) {
      throw new DeliveryException(
          DeliveryException.Reason.TOO_LARGE,
          "%s: expected a packet of %d bytes at most".formatted(message, limits.packet()));
    }
    var pending = new ArrayList<Pending>();
    var full = new ArrayList<String>();
    Map<Session, Waiting> given = Map.of();
    @Nullable Parcel before = null;
    @Nullable Parcel kept = null;
    try {
      lock.lock();
      try {
        var targets = targets(parcel, full);
        if (targets.isEmpty() && !full.isEmpty()) {
          throw full(message, full, 0);
        }
        if (message.retained() && !Access.service(message.topic())) {
          kept = parcel;
          before = retain(parcel, pending);
        }
        given = give(parcel, targets, pending);
      } finally {
        lock.unlock();
      }
      pending.forEach(Pending::await);
    } catch (JournalException e) {
      undo(given, kept, before);
      throw delivery(message, e);
    }
    lock.lock();
    try {
      parcel.durable = true;
      given.keySet().forEach(session -> session.ready.signalAll());
    } finally {
      lock.unlock();
    }
    compactWhenGrown();
    if (!full.isEmpty()) {
      throw full(message, full, given.size());
    }
  }

  private static DeliveryException full(Message message, List<String> full, int others) {
    return new DeliveryException(
        DeliveryException.Reason.FULL,
        "%s: no room in the sessions of %s; %d others have it"
            .formatted(message, full.stream().limit(10).collect(Collectors.joining(", ")), others));
  }

  private static DeliveryException delivery(Message message, JournalException e) {
    var reason =
        switch (e.reason()) {
          case FULL -> DeliveryException.Reason.FULL;
          case TOO_LARGE -> DeliveryException.Reason.TOO_LARGE;
          default -> DeliveryException.Reason.STORAGE;
        };
    return new DeliveryException(reason, "%s: %s".formatted(message, e.getMessage()), e);
  }

  /// Who gets a message.
  ///
  /// @param full takes those who should and have no room
  private List<Session> targets(Parcel parcel, List<String> full) {
    var targets = new ArrayList<Session>();
    for (var session : candidates(parcel.topic)) {
      var granted = Math.min(session.granted(parcel.topic), parcel.qos);
      if (granted < 0 || (granted == 0 && session.owner == null)) {
        continue;
      }
      if (hasRoom(session, parcel)) {
        targets.add(session);
      } else if (granted > 0) {
        full.add(session.id);
      } else {
        refusals.count(Refusal.DROPPED, session.id, "no room for a message at most once");
      }
    }
    return targets;
  }

  private Collection<Session> candidates(String topic) {
    if (Access.broadcast(topic)) {
      return sessions.values();
    }
    var owner = Access.owner(topic).map(sessions::get);
    return owner.isPresent() ? List.of(owner.get()) : List.of();
  }

  private boolean hasRoom(Session session, Parcel parcel) {
    var size = parcel.size();
    // A single message may always wait, however small the limit.
    return session.size() < limits.queue()
        && (session.size() == 0 || session.bytes() + size <= limits.queued())
        && waitingBytes + size <= limits.waiting();
  }

  /// Puts a message into sessions and its record into the journal.
  private Map<Session, Waiting> give(Parcel parcel, List<Session> targets, List<Pending> pending) {
    if (targets.isEmpty()) {
      return Map.of();
    }
    var numbers = new LinkedHashMap<String, Long>();
    for (var session : targets) {
      if (!session.clean && Math.min(session.granted(parcel.topic), parcel.qos) > 0) {
        numbers.put(session.id, session.last() + 1);
      }
    }
    if (!numbers.isEmpty()) {
      pending.add(submit(Records.MESSAGE, Records.message(parcel, numbers)));
    }
    parcel.order = ++order;
    parcel.users = targets.size();
    waitingBytes += parcel.size();
    var given = new LinkedHashMap<Session, Waiting>();
    for (var session : targets) {
      var once = Math.min(session.granted(parcel.topic), parcel.qos) == 0;
      given.put(session, session.add(parcel, once ? 0 : -1));
    }
    return given;
  }

  /// Keeps a message for later subscribers, or forgets the one that is kept (§3.3.1.3).
  ///
  /// @return the one before
  private @Nullable Parcel retain(Parcel parcel, List<Pending> pending) {
    var before = retained.get(parcel.topic);
    var size = parcel.payload.length == 0 ? 0 : parcel.size();
    var grown = retainedBytes + size - (before == null ? 0 : before.size());
    if (size > 0
        && (grown > limits.retainedSize()
            || (before == null && retained.size() >= limits.retained()))) {
      throw new DeliveryException(
          DeliveryException.Reason.FULL,
          "%s: %d retained messages with %d bytes are kept; there is no room for more"
              .formatted(parcel.topic, retained.size(), retainedBytes));
    }
    pending.add(
        submit(Records.RETAINED, Records.retained(parcel.topic, parcel.qos, parcel.payload)));
    keep(parcel.topic, size == 0 ? null : parcel);
    return before;
  }

  private void keep(String topic, @Nullable Parcel parcel) {
    var before = parcel == null ? retained.remove(topic) : retained.put(topic, parcel);
    retainedBytes += (parcel == null ? 0 : parcel.size()) - (before == null ? 0 : before.size());
  }

  /// Takes back what did not get to the disk.
  private void undo(Map<Session, Waiting> given, @Nullable Parcel kept, @Nullable Parcel before) {
    lock.lock();
    try {
      given.forEach(
          (session, waiting) -> {
            if (session.remove(waiting)) {
              forget(List.of(waiting));
            }
          });
      if (kept != null) {
        var current = retained.get(kept.topic);
        if (current == kept || (current == null && kept.payload.length == 0)) {
          keep(kept.topic, before);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /// The next messages to send; waits for them.
  ///
  /// @return none when the session belongs to another connection
  List<Waiting> take(Session session, Object owner) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (session.owner == owner) {
        var batch = session.take(limits.inflight());
        if (!batch.isEmpty()) {
          batch.stream().filter(w -> w.number() == 0).forEach(w -> forget(List.of(w)));
          return batch;
        }
        session.ready.await();
      }
      return List.of();
    } finally {
      lock.unlock();
    }
  }

  /// A device has taken a message (§4.3.2).
  void acknowledge(Session session, Object owner, int identifier) {
    lock.lock();
    try {
      var waiting = session.owner == owner ? session.acknowledge(identifier) : null;
      if (waiting == null) {
        return;
      }
      forget(List.of(waiting));
      session.ready.signalAll();
      if (!session.clean) {
        later(Records.ACKNOWLEDGED, Records.number(session.id, waiting.number()));
      }
    } finally {
      lock.unlock();
    }
    compactWhenGrown();
  }

  /// Forgets a session.
  ///
  /// @return null when there was none
  /// @throws JournalException when the disk refuses; it is still there then
  @Nullable Dropped drop(String id) {
    Session session;
    @Nullable Pending pending;
    lock.lock();
    try {
      session = sessions.get(id);
      if (session == null) {
        return null;
      }
      pending = session.clean ? null : submit(Records.DROPPED, Records.session(id));
    } finally {
      lock.unlock();
    }
    if (pending != null) {
      pending.await();
    }
    lock.lock();
    try {
      return end(session);
    } finally {
      lock.unlock();
    }
  }

  /// Whether a device has a connection.
  boolean connected(String id) {
    lock.lock();
    try {
      var session = sessions.get(id);
      return session != null && session.owner != null;
    } finally {
      lock.unlock();
    }
  }

  /// How many messages wait for a device.
  int waiting(String id) {
    lock.lock();
    try {
      var session = sessions.get(id);
      return session == null ? 0 : session.size();
    } finally {
      lock.unlock();
    }
  }

  private void forget(List<Waiting> gone) {
    for (var waiting : gone) {
      if (--waiting.parcel().users == 0) {
        waitingBytes -= waiting.parcel().size();
      }
    }
  }

  private Pending submit(int type, byte[] record) {
    return journal.submit(type, record, -1);
  }

  /// Writes what may get lost: the device is then told, or asked, once more.
  private void later(int type, byte[] record) {
    try {
      submit(type, record);
    } catch (JournalException e) {
      log.debug("A record of type {} is not written: {}", type, e.getMessage());
    }
  }

  private void compactWhenGrown() {
    lock.lock();
    try {
      if (compaction == null
          && !closed
          && journal.grown() > Math.max(COMPACT, 2 * (waitingBytes + retainedBytes))) {
        compaction = Thread.ofVirtual().name("broker-compact").start(this::compact);
      }
    } finally {
      lock.unlock();
    }
  }

  private void compact() {
    try {
      journal.compact(this::snapshot);
    } catch (JournalException e) {
      log.warn("The journal of the broker keeps growing for now: {}", e.getMessage());
    } finally {
      lock.lock();
      try {
        compaction = null;
      } finally {
        lock.unlock();
      }
    }
  }

  /// A record of a snapshot.
  private interface Part {
    void write(Snapshot.Sink sink);
  }

  private static Part part(int type, byte[] payload) {
    return sink -> sink.add(type, payload);
  }

  private Snapshot snapshot() {
    Pending mark;
    List<Part> parts;
    lock.lock();
    try {
      mark = submit(Records.MARK, new byte[0]);
      parts = parts();
    } finally {
      lock.unlock();
    }
    // All that the parts contain must be on the disk: what fails would get in with them.
    mark.await();
    return new Snapshot() {
      @Override
      public long sequence() {
        return mark.sequence();
      }

      @Override
      public void write(Sink sink) {
        parts.forEach(part -> part.write(sink));
      }
    };
  }

  private List<Part> parts() {
    var parts = new ArrayList<Part>();
    var parcels = new HashMap<Parcel, Map<String, Long>>();
    for (var session : sessions.values()) {
      if (session.clean) {
        continue;
      }
      var id = session.id;
      parts.add(part(Records.SESSION, Records.session(id, session.last(), session.sent())));
      if (session.owner != null || session.will != null) {
        parts.add(part(Records.ONLINE, Records.online(id, session.will)));
      }
      if (session.owner == null) {
        parts.add(part(Records.OFFLINE, Records.number(id, session.sent())));
      }
      parts.add(part(Records.SUBSCRIBED, Records.subscribed(id, session.subscriptions)));
      for (var waiting : session.all()) {
        if (waiting.number() > 0) {
          parcels
              .computeIfAbsent(waiting.parcel(), _ -> new LinkedHashMap<>())
              .put(id, waiting.number());
        }
      }
    }
    parcels.entrySet().stream()
        .sorted(Comparator.comparingLong(e -> e.getKey().order))
        .map(e -> part(Records.MESSAGE, Records.message(e.getKey(), e.getValue())))
        .forEach(parts::add);
    for (var kept : retained.values()) {
      parts.add(part(Records.RETAINED, Records.retained(kept.topic, kept.qos, kept.payload)));
    }
    return parts;
  }

  /// Writes what waits to be written, and closes the journal.
  @Override
  public void close() {
    Thread working;
    lock.lock();
    try {
      closed = true;
      working = compaction;
    } finally {
      lock.unlock();
    }
    journal.close();
    if (working != null) {
      try {
        working.join();
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// Builds the sessions anew from the journal.
  private final class Reading implements Replay {
    @Override
    public void snapshot(int type, byte[] payload) {
      apply(type, payload);
    }

    @Override
    public void record(int type, long sequence, byte[] payload) {
      apply(type, payload);
    }

    private void apply(int type, byte[] payload) {
      lock.lock();
      try (var in = Records.read(payload)) {
        switch (type) {
          case Records.SESSION -> session(in.readUTF()).restore(in.readLong(), in.readLong());
          case Records.ONLINE -> {
            var session = session(in.readUTF());
            session.owner = this;
            session.will = Records.will(in);
          }
          case Records.OFFLINE -> {
            var session = session(in.readUTF());
            session.owner = null;
            session.restore(0, in.readLong());
          }
          case Records.WILL_TOLD -> session(in.readUTF()).will = null;
          case Records.SUBSCRIBED -> {
            var session = session(in.readUTF());
            for (var left = in.readInt(); left > 0; left--) {
              session.subscriptions.put(in.readUTF(), (int) in.readByte());
            }
          }
          case Records.UNSUBSCRIBED -> {
            var session = session(in.readUTF());
            for (var left = in.readInt(); left > 0; left--) {
              session.subscriptions.remove(in.readUTF());
            }
          }
          case Records.MESSAGE -> message(in);
          case Records.ACKNOWLEDGED -> {
            var waiting = session(in.readUTF()).acknowledge(in.readLong());
            if (waiting != null) {
              forget(List.of(waiting));
            }
          }
          case Records.DROPPED -> {
            var dropped = sessions.remove(in.readUTF());
            if (dropped != null) {
              forget(dropped.all());
            }
          }
          case Records.RETAINED -> {
            var topic = in.readUTF();
            var qos = in.readByte();
            var bytes = Records.bytes(in);
            var parcel = new Parcel(topic, bytes, qos, false);
            parcel.durable = true;
            keep(topic, bytes.length == 0 ? null : parcel);
          }
          case Records.MARK -> {}
          default -> throw new IOException("no record has type " + type);
        }
      } catch (IOException e) {
        throw new UncheckedIOException("The journal of the broker is of another version", e);
      } finally {
        lock.unlock();
      }
    }

    private void message(java.io.DataInputStream in) throws IOException {
      var topic = in.readUTF();
      var qos = in.readByte();
      var kept = in.readBoolean();
      var parcel = new Parcel(topic, Records.bytes(in), qos, kept);
      parcel.order = ++order;
      parcel.durable = true;
      for (var left = in.readInt(); left > 0; left--) {
        // A session that is not there was dropped between the two halves of a failed write.
        var session = sessions.get(in.readUTF());
        var number = in.readLong();
        if (session != null) {
          session.add(parcel, number);
          parcel.users++;
        }
      }
      if (parcel.users > 0) {
        waitingBytes += parcel.size();
      }
    }

    private Session session(String id) {
      return Objects.requireNonNull(
          sessions.computeIfAbsent(
              id, name -> new Session(name, false, lock.newCondition(), new ReentrantLock())));
    }
  }
}
