// SPDX-License-Identifier: Apache-2.0
package io.ioto.sync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ioto.api.db.Change;
import io.ioto.api.db.Db;
import io.ioto.api.db.DbException;
import io.ioto.api.db.Origin;
import io.ioto.api.db.Write;
import io.ioto.api.device.Identity;
import io.ioto.api.mqtt.Connection;
import io.ioto.api.mqtt.DeliveryException;
import io.ioto.api.mqtt.Message;
import io.ioto.api.mqtt.Subscription;
import io.ioto.json.Json5;
import io.ioto.json.JsonException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends what was changed here and takes what was changed in the cloud, while there is a
/// connection. What the cloud has not confirmed is sent again, by this or by the next one.
@Component(
    service = {},
    configurationPid = "io.ioto.sync",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class Uplink implements AutoCloseable {
  /// See `settings.json5`.
  public @interface Config {
    long limits_batch();

    long resend();
  }

  /// How much is sent at a time, and how long its confirmation is waited for.
  record Settings(long batch, Duration resend) {
    static Settings of(Config config) {
      return new Settings(config.limits_batch(), Duration.ofMillis(config.resend()));
    }
  }

  private static final Logger log = LoggerFactory.getLogger(Uplink.class);
  private static final int PAGE = 500;
  private static final Duration REST = Duration.ofSeconds(1);

  private final Db db;
  private final Connection connection;
  private final String device;
  private final Ledger ledger;
  private final Bell bell;
  private final Settings settings;
  private final Wire wire = new Wire();
  private final BlockingQueue<Long> confirmed = new ArrayBlockingQueue<>(16);
  private final Subscription subscription;
  private final Thread worker;
  private long batch = ThreadLocalRandom.current().nextInt(1, 1 << 30);

  @Activate
  public Uplink(
      @Reference Db db,
      @Reference Connection connection,
      @Reference Identity identity,
      @Reference Ledger ledger,
      @Reference Bell bell,
      Config config) {
    this(db, connection, identity, ledger, bell, Settings.of(config));
  }

  Uplink(
      Db db,
      Connection connection,
      Identity identity,
      Ledger ledger,
      Bell bell,
      Settings settings) {
    this.db = db;
    this.connection = connection;
    device = identity.id();
    this.ledger = ledger;
    this.bell = bell;
    this.settings = settings;
    ledger.connected(identity);
    subscription = connection.subscribe("ioto/device/%s/sync/+".formatted(device), this::take);
    worker = Thread.ofVirtual().name("sync-up").start(this::work);
  }

  private void work() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        try {
          if (ledger.asking()) {
            ask();
          }
          if (!sendPage()) {
            bell.await();
          }
        } catch (DbException | UncheckedIOException e) {
          rest(e);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (DeliveryException e) {
      // The connection is gone, and this component with it in a moment.
      log.debug("stops sending: {}", e.getMessage());
    }
  }

  private void rest(RuntimeException failure) throws InterruptedException {
    if (failure instanceof DbException e && e.reason() == DbException.Reason.FEED_LOST) {
      log.warn("everything is sent anew: {}", e.getMessage());
      ledger.repeat();
    } else {
      log.warn("sends nothing at present: {}", failure.getMessage());
      Thread.sleep(REST);
    }
  }

  /// Asks for what has changed in the cloud.
  private void ask() {
    var json = JsonNodeFactory.instance.objectNode();
    json.put("version", ledger.received());
    ledger.last().ifPresent(last -> json.put("timestamp", last.toString()));
    connection.publish(new Message(service("db/syncDown"), Json5.print(json)));
  }

  /// Sends the next changes and waits until the cloud has them.
  ///
  /// @return false when there are none
  private boolean sendPage() throws InterruptedException {
    var from = ledger.sent();
    var changes = db.changes(from, PAGE);
    if (changes.isEmpty()) {
      return false;
    }
    var part = new ArrayList<ObjectNode>();
    var size = 0L;
    for (var change : changes) {
      if (!Ledger.leaves(db, change)) {
        continue;
      }
      var json = json(change);
      var bytes = Json5.print(json).length();
      if (!part.isEmpty() && size + bytes > settings.batch()) {
        send(part);
        part.clear();
        size = 0;
      }
      part.add(json);
      size += bytes;
    }
    if (!part.isEmpty()) {
      send(part);
    }
    ledger.sent(from, changes.getLast().sequence());
    return true;
  }

  private ObjectNode json(Change change) {
    return wire.change(change, db.model(change.model()).orElseThrow());
  }

  private void send(List<ObjectNode> changes) throws InterruptedException {
    var json = JsonNodeFactory.instance.objectNode();
    json.put("seq", ++batch);
    json.putArray("changes").addAll(changes);
    var message = new Message(service("db/syncToDynamo"), Json5.print(json));
    do {
      try {
        connection.publish(message);
      } catch (DeliveryException e) {
        switch (e.reason()) {
          case TOO_LARGE -> {
            log.error(
                "{} is too large to be sent and stays here: {}",
                changes.getFirst().path("key").asText(),
                e.getMessage());
            return;
          }
          case TIMEOUT -> log.debug("batch {} is published again: {}", batch, e.getMessage());
          case LOST, REFUSED, FULL, STORAGE, INTERRUPTED -> throw e;
        }
      }
    } while (!awaitConfirmed());
  }

  private boolean awaitConfirmed() throws InterruptedException {
    var end = System.nanoTime() + settings.resend().toNanos();
    for (var left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
      var number = confirmed.poll(left, TimeUnit.NANOSECONDS);
      if (number != null && number == batch) {
        return true;
      }
    }
    return false;
  }

  private String service(String topic) {
    return "$aws/rules/IotoDevice/ioto/service/%s/%s".formatted(device, topic);
  }

  /// Takes a message of the cloud. What makes no sense is told and passed over; what cannot be
  /// written now comes again.
  private void take(Message message) throws InterruptedException {
    var kind = message.topic().substring(message.topic().lastIndexOf('/') + 1);
    try {
      var json = Json5.read(message.text(), message.topic());
      switch (kind) {
        case "SYNC" -> confirm(json);
        case "SYNCDOWN" -> ledger.received(json.path("version").asLong());
        case "INSERT", "MODIFY", "UPSERT" -> accept(wire.accept(json, false));
        case "REMOVE" -> accept(wire.accept(json, true));
        default -> log.warn("nothing is known of {}", message.topic());
      }
    } catch (JsonException | IllegalArgumentException e) {
      log.warn("{} is passed over: {}", message.topic(), e.getMessage());
    }
  }

  private void confirm(JsonNode json) {
    json.path("rejected")
        .properties()
        .forEach(e -> log.error("the cloud rejects {}: {}", e.getKey(), e.getValue().asText()));
    // A number that nobody waits for any more may be lost.
    var _ = confirmed.offer(json.path("seq").asLong());
  }

  private void accept(Write write) {
    var model = db.model(write.model());
    if (model.isEmpty() || !model.get().sync().down()) {
      log.warn("a version of '{}' is not taken: such items do not come down", write.model());
      return;
    }
    try {
      db.commit(List.of(write), Origin.REMOTE);
    } catch (DbException e) {
      switch (e.reason()) {
        case READ_ONLY, FULL, CLOSED -> throw e;
        case UNKNOWN_MODEL,
            UNKNOWN_INDEX,
            INVALID,
            INCOMPLETE_KEY,
            EXISTS,
            MISSING,
            CONFLICT,
            TOO_LARGE,
            FEED_LOST ->
            log.error("a version from the cloud is not taken: {}", e.getMessage());
      }
    }
  }

  @Deactivate
  @Override
  public void close() {
    worker.interrupt();
    subscription.close();
    try {
      worker.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    ledger.disconnected();
  }
}
