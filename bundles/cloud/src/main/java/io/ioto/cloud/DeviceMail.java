// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ioto.api.cloud.Inbox;
import io.ioto.api.db.Stamp;
import io.ioto.api.db.Values;
import io.ioto.api.mqtt.Message;
import io.ioto.json.Json5;
import io.ioto.json.JsonException;
import io.ioto.json.Mapper;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers what devices send to the cloud: changes of their items, and the question what has
/// changed here; see `docs/cloud-protocol.md`. What makes no sense is told in the log and
/// acknowledged, since it would make no more sense the next time.
@Component(service = {Inbox.class, DeviceMail.class})
public final class DeviceMail implements Inbox {
  private static final Logger log = LoggerFactory.getLogger(DeviceMail.class);
  private static final int PAGE = 200;

  /// Milliseconds of stamps that are no moments: as many again are left to be later.
  private static final long LATEST = 1L << 47;

  private final Replicas replicas;
  private final Courier courier;
  private final ObjectMapper mapper = Mapper.create();

  @Activate
  public DeviceMail(@Reference Replicas replicas, @Reference Courier courier) {
    this.replicas = replicas;
    this.courier = courier;
  }

  @Override
  public void receive(String device, Message message) {
    var topic = message.topic().substring("ioto/service/%s/".formatted(device).length());
    try {
      switch (topic) {
        case "db/syncToDynamo" -> take(device, read(message));
        case "db/syncDown" -> give(device, read(message));
        case "test/ping" -> log.debug("{} is there", device);
        default -> log.debug("nothing answers '{}' of {}", topic, device);
      }
    } catch (JsonException | IllegalArgumentException e) {
      log.warn("'{}' of {} is passed over: {}", topic, device, e.getMessage());
    }
  }

  private static JsonNode read(Message message) {
    var json = Json5.read(message.text(), message.topic());
    if (!json.isObject()) {
      throw new IllegalArgumentException("no JSON object");
    }
    return json;
  }

  private void take(String device, JsonNode json) {
    var changes = new ArrayList<Replicas.Change>();
    var rejected = new LinkedHashMap<String, Object>();
    for (var change : json.path("changes")) {
      try {
        changes.add(change(change));
      } catch (IllegalArgumentException e) {
        log.warn("a change of {} is rejected: {}", device, e.getMessage());
        rejected.put(change.path("key").asText(), String.valueOf(e.getMessage()));
      }
    }
    var taken = replicas.take(device, changes);
    taken.newer().forEach(this::send);
    taken
        .rejected()
        .forEach(
            (key, reason) -> {
              log.warn("{} of {} is rejected: {}", key, device, reason);
              rejected.put(key, reason);
            });
    var answer = new LinkedHashMap<String, Object>();
    answer.put("seq", json.path("seq").asLong());
    answer.put(
        "keys",
        changes.stream().map(Replicas.Change::key).filter(k -> !rejected.containsKey(k)).toList());
    if (!rejected.isEmpty()) {
      answer.put("rejected", rejected);
    }
    changes.stream()
        .map(Replicas.Change::stamp)
        .max(Stamp::compareTo)
        .ifPresent(stamp -> answer.put("updated", stamp.instant().toString()));
    answer(device, "SYNC", answer);
  }

  private Replicas.Change change(JsonNode json) {
    var key = json.path("key").asText();
    var item = json.path("item");
    if (key.isEmpty() || !item.isObject()) {
      throw new IllegalArgumentException("a change without 'key' or without 'item'");
    }
    var fields =
        new LinkedHashMap<>(mapper.convertValue(item, new TypeReference<Map<String, Object>>() {}));
    var model = String.valueOf(fields.remove("_type"));
    var removed = json.path("cmd").asText().equals("remove");
    var stamp = Stamp.parse(json.path("stamp").asText());
    if (stamp.millis() >= LATEST) {
      throw new IllegalArgumentException(
          "'stamp' is of the year %d".formatted(stamp.instant().atZone(ZoneOffset.UTC).getYear()));
    }
    // As deep as it will be in its record.
    var _ = Values.object(Map.of("values", Map.of("item", fields)));
    return new Replicas.Change(key, model, stamp, removed ? Map.of() : fields, removed);
  }

  /// Sends what was changed here, or, to a device that knows nothing, or more than there is,
  /// everything.
  private void give(String device, JsonNode json) {
    var after = json.path("version").asLong();
    // What changes from here on is sent by whoever changes it, and told again the next time.
    var latest = replicas.version();
    var version = after == 0 || after > latest ? everything(device, latest) : edits(device, after);
    answer(device, "SYNCDOWN", Map.of("version", version));
  }

  private long everything(String device, long latest) {
    var last = "";
    for (var page = replicas.list(device, last, PAGE);
        !page.isEmpty();
        page = replicas.list(device, last, PAGE)) {
      page.forEach(this::send);
      last = page.getLast().key();
    }
    return latest;
  }

  private long edits(String device, long after) {
    var version = after;
    for (var page = replicas.changes(device, version, PAGE);
        !page.isEmpty();
        page = replicas.changes(device, version, PAGE)) {
      page.stream().filter(Replica::edited).forEach(this::send);
      version = page.getLast().version();
    }
    return version;
  }

  /// Sends a version of an item to its device, now or when it comes.
  void send(Replica replica) {
    var item = new LinkedHashMap<>(replica.item());
    item.put("_type", replica.model());
    item.put("_stamp", replica.stamp().toString());
    item.put("_key", replica.key());
    answer(replica.device(), replica.removed() ? "REMOVE" : "UPSERT", item);
  }

  private void answer(String device, String kind, Map<String, Object> body) {
    var text = Json5.print(mapper.valueToTree(body));
    courier.publish(new Message("ioto/device/%s/sync/%s".formatted(device, kind), text));
  }
}
