// SPDX-License-Identifier: Apache-2.0
package io.ioto.sync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ioto.api.db.Stamp;
import io.ioto.api.mqtt.Connection;
import io.ioto.api.mqtt.DeliveryException;
import io.ioto.api.mqtt.Handler;
import io.ioto.api.mqtt.Message;
import io.ioto.api.mqtt.Subscription;
import io.ioto.json.Json5;
import io.ioto.json.Mapper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BooleanSupplier;

/// The cloud's side of the protocol in memory, with connections that lose what they are told to
/// lose. What it sends to a device that is away waits, as with a persistent session.
final class FakeCloud {
  record Copy(Stamp stamp, JsonNode item, boolean removed, boolean edited, long version) {}

  private final Map<String, Copy> copies = new TreeMap<>();
  private final BlockingQueue<Message> session = new LinkedBlockingQueue<>();
  private final List<JsonNode> batches = new ArrayList<>();
  private long version;

  /// Asked for each message that goes up: whether it is taken but nobody learns of it.
  volatile BooleanSupplier breaks = () -> false;

  /// Asked for each confirmation: whether it gets lost.
  volatile BooleanSupplier forgets = () -> false;

  synchronized Map<String, Copy> copies() {
    return new TreeMap<>(copies);
  }

  synchronized List<JsonNode> batches() {
    return List.copyOf(batches);
  }

  /// Changes an item as a person at the cloud's pages would.
  synchronized void edit(String key, String field, String value) {
    var before = copies.get(key);
    if (before == null || before.removed()) {
      return;
    }
    var item = ((ObjectNode) before.item()).deepCopy().put(field, value);
    put(key, item, before.stamp(), false);
  }

  synchronized void remove(String key) {
    var before = copies.get(key);
    if (before != null && !before.removed()) {
      put(key, before.item(), before.stamp(), true);
    }
  }

  private void put(String key, JsonNode item, Stamp before, boolean removed) {
    var stamp = new Stamp(Math.max(System.currentTimeMillis(), before.millis() + 1), 0, "cloud");
    copies.put(key, new Copy(stamp, item, removed, true, ++version));
    send(key, copies.get(key));
  }

  private void send(String key, Copy copy) {
    var item = ((ObjectNode) copy.item()).deepCopy();
    item.put("_key", key).put("_stamp", copy.stamp().toString());
    tell(copy.removed() ? "REMOVE" : "UPSERT", item);
  }

  private void tell(String kind, JsonNode body) {
    session.add(new Message("ioto/device/D1/sync/" + kind, Json5.print(body)));
  }

  private synchronized void receive(Message message) {
    var json = Json5.read(message.text(), message.topic());
    if (message.topic().endsWith("/db/syncDown")) {
      var after = json.path("version").asLong();
      copies.forEach(
          (key, copy) -> {
            if (copy.version() > after && (after == 0 || copy.edited())) {
              send(key, copy);
            }
          });
      tell("SYNCDOWN", Mapper.create().createObjectNode().put("version", version));
      return;
    }
    batches.add(json);
    for (var change : json.path("changes")) {
      var key = change.path("key").asText();
      var stamp = Stamp.parse(change.path("stamp").asText());
      var before = copies.get(key);
      if (before == null || before.stamp().compareTo(stamp) < 0) {
        var removed = change.path("cmd").asText().equals("remove");
        copies.put(key, new Copy(stamp, change.path("item"), removed, false, ++version));
      } else if (before.stamp().compareTo(stamp) > 0) {
        send(key, before);
      }
    }
    if (!forgets.getAsBoolean()) {
      tell("SYNC", Mapper.create().createObjectNode().set("seq", json.path("seq")));
    }
  }

  /// A connection that lasts until it is closed or breaks.
  Line connect() {
    return new Line();
  }

  final class Line implements Connection, AutoCloseable {
    private volatile Thread reader = Thread.currentThread();
    private volatile boolean broken;

    @Override
    public void publish(Message message) {
      if (broken) {
        throw lost();
      }
      receive(message);
      if (breaks.getAsBoolean()) {
        broken = true;
        throw lost();
      }
    }

    private static DeliveryException lost() {
      return new DeliveryException(DeliveryException.Reason.LOST, "the connection is gone");
    }

    boolean broken() {
      return broken;
    }

    @Override
    public Subscription subscribe(String filter, Handler handler) {
      reader = Thread.ofVirtual().start(() -> read(handler));
      return new Subscription() {
        @Override
        public String filter() {
          return filter;
        }

        @Override
        public void close() {
          Line.this.close();
        }
      };
    }

    /// A message stays in the session until its handler has returned.
    private void read(Handler handler) {
      while (!Thread.currentThread().isInterrupted()) {
        try {
          var message = session.take();
          try {
            handler.handle(message);
          } catch (Exception e) {
            var rest = new ArrayList<Message>();
            session.drainTo(rest);
            session.add(message);
            session.addAll(rest);
          }
        } catch (InterruptedException _) {
          return;
        }
      }
    }

    @Override
    public Message request(String topic, byte[] payload, Duration timeout) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
      reader.interrupt();
      try {
        reader.join();
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
