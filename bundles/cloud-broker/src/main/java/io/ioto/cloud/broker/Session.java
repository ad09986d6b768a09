// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import io.ioto.api.mqtt.Message;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What the broker keeps for one device (MQTT 3.1.1 §3.1.2.4). Guarded by the lock of [Sessions].
final class Session {
  /// Packet identifiers follow from numbers, so a message keeps its identifier over a restart.
  private static final int IDENTIFIERS = 65_535;

  /// A message that waits in this session.
  ///
  /// @param number in the order of this session; 0 for one that is sent at most once
  record Waiting(Parcel parcel, long number, boolean again) {
    int identifier() {
      return (int) ((number - 1) % IDENTIFIERS) + 1;
    }
  }

  final String id;

  /// Whether it ends with the connection, and is on no disk.
  final boolean clean;

  /// Signalled when there may be something to send, and when the owner changes.
  final Condition ready;

  /// Held while a message of this device is being taken, so that they come one after the other.
  final ReentrantLock turn;

  final Map<String, Integer> subscriptions = new LinkedHashMap<>();

  /// The connection that it belongs to; null while the device is away.
  @Nullable Object owner;

  /// What is to be told when the connection ends without a DISCONNECT.
  @Nullable Message will;

  private final TreeMap<Long, Waiting> flying = new TreeMap<>();
  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
  private long bytes;
  private long last;
  private long sent;

  Session(String id, boolean clean, Condition ready, ReentrantLock turn) {
    this.id = id;
    this.clean = clean;
    this.ready = ready;
    this.turn = turn;
  }

  /// At what quality of service it gets messages of a topic: the highest of its subscriptions; -1
  /// for not at all.
  int granted(String topic) {
    var granted = -1;
    for (var subscription : subscriptions.entrySet()) {
      if (subscription.getValue() > granted && Topics.matches(subscription.getKey(), topic)) {
        granted = subscription.getValue();
      }
    }
    return granted;
  }

  int size() {
    return flying.size() + queue.size();
  }

  long bytes() {
    return bytes;
  }

  /// The number of its newest message.
  long last() {
    return last;
  }

  /// The highest number that was ever on its way to the device.
  long sent() {
    return sent;
  }

  /// As it was when the broker stopped.
  void restore(long last, long sent) {
    this.last = Math.max(this.last, last);
    this.sent = sent;
  }

  /// Puts a message behind the others.
  ///
  /// @param number 0 to give it none, -1 for the next one
  Waiting add(Parcel parcel, long number) {
    var place = number < 0 ? ++last : number;
    last = Math.max(last, place);
    var waiting = new Waiting(parcel, place, false);
    queue.addLast(waiting);
    bytes += parcel.size();
    return waiting;
  }

  /// Takes back what could not be kept.
  boolean remove(Waiting waiting) {
    var removed = queue.remove(waiting);
    if (removed) {
      bytes -= waiting.parcel().size();
    }
    return removed;
  }

  /// The next messages to send, in order; those to be acknowledged stay until they are.
  ///
  /// @param window how many may be on their way
  List<Waiting> take(int window) {
    var batch = new ArrayList<Waiting>();
    while (!queue.isEmpty() && queue.getFirst().parcel().durable) {
      var next = queue.getFirst();
      if (next.number() > 0) {
        // The distance keeps identifiers apart when a device leaves one unacknowledged for ever.
        if (flying.size() >= window
            || (!flying.isEmpty() && next.number() - flying.firstKey() >= IDENTIFIERS)) {
          break;
        }
        var again = next.number() <= sent;
        next = new Waiting(next.parcel(), next.number(), again);
        flying.put(next.number(), next);
        sent = Math.max(sent, next.number());
      } else {
        bytes -= next.parcel().size();
      }
      queue.removeFirst();
      batch.add(next);
    }
    return batch;
  }

  /// Takes out what the device has acknowledged; null when it acknowledged nothing that was on its
  /// way.
  @Nullable Waiting acknowledge(int identifier) {
    for (var waiting : flying.values()) {
      if (waiting.identifier() == identifier) {
        flying.remove(waiting.number());
        bytes -= waiting.parcel().size();
        return waiting;
      }
    }
    return null;
  }

  /// Takes out a message by its number.
  @Nullable Waiting acknowledge(long number) {
    for (var waiting : queue) {
      if (waiting.number() == number) {
        remove(waiting);
        return waiting;
      }
    }
    return null;
  }

  /// Puts what is on its way back to the front (§4.4), since the connection is gone; hands out
  /// what goes with it.
  List<Waiting> land() {
    for (var waiting : flying.descendingMap().values()) {
      queue.addFirst(waiting);
    }
    flying.clear();
    var dropped = queue.stream().filter(w -> w.number() == 0).toList();
    dropped.forEach(this::remove);
    return dropped;
  }

  /// All that waits, in order.
  List<Waiting> all() {
    var all = new ArrayList<>(flying.values());
    all.addAll(queue);
    return all;
  }
}
