// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ioto.api.mqtt.Message;
import io.ioto.api.web.Exchange;
import io.ioto.api.web.Handler;
import io.ioto.api.web.HttpException;
import io.ioto.api.web.Page;
import io.ioto.api.web.Router;
import io.ioto.api.web.Routes;
import io.ioto.json.Mapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/// What people do here, on the page at `/` and below `/api`: see the devices, claim and release
/// them, see and change what they keep. All calls are POST with a JSON object; lists come page by
/// page, `{data, next}`, the `next` of one being the `after` of the following.
@Component(service = {Routes.class, Page.class})
public final class OperatorCalls implements Routes, Page {
  /// A device in a list.
  record Row(
      String id,
      String state,
      boolean online,
      String account,
      String registered,
      Map<String, Object> attributes,
      Standing release) {}

  /// An item in a list.
  record ItemRow(
      String key, String model, String stamp, boolean edited, Map<String, Object> item) {}

  /// Everything here belongs to one account until there are more.
  private static final String ACCOUNT = "main";

  private static final int PAGE = 100;

  private final Registry registry;
  private final Replicas replicas;
  private final DeviceMail mail;
  private final Courier courier;
  private final Rollout rollout;
  private final ObjectMapper mapper = Mapper.create();

  @Activate
  public OperatorCalls(
      @Reference Registry registry,
      @Reference Replicas replicas,
      @Reference DeviceMail mail,
      @Reference Courier courier,
      @Reference Rollout rollout) {
    this.registry = registry;
    this.replicas = replicas;
    this.mail = mail;
    this.courier = courier;
    this.rollout = rollout;
  }

  @Override
  public String title() {
    return "Device cloud";
  }

  @Override
  public String path() {
    return "/";
  }

  @Override
  public void register(Router router) {
    router
        .files("/", "site")
        .role("admin")
        .post("/api/device/find", this::devices)
        .post("/api/device/claim", refusing(this::claim))
        .post("/api/device/release", refusing(this::release))
        .post("/api/item/find", this::items)
        .post("/api/item/update", this::update)
        .post("/api/item/remove", this::remove);
  }

  /// Turns a refusal into a status.
  static Handler refusing(Handler handler) {
    return exchange -> {
      try {
        handler.handle(exchange);
      } catch (RegistryException e) {
        var status =
            switch (e.reason()) {
              case INVALID -> 400;
              case UNAUTHORISED -> 403;
              case UNKNOWN -> 404;
              case STATE, KEY -> 409;
            };
        throw new HttpException(status, String.valueOf(e.getMessage()));
      }
    };
  }

  private void devices(Exchange exchange) {
    var devices = registry.list(exchange.json().path("after").asText(), PAGE);
    var online = courier.online();
    var rows = devices.stream().map(device -> row(device, online)).toList();
    page(exchange, rows, devices.size() < PAGE ? "" : devices.getLast().id());
  }

  private Row row(Device device, Set<String> online) {
    return new Row(
        device.id(),
        device.state().name().toLowerCase(Locale.ROOT),
        online.contains(device.id()),
        device.account(),
        device.registered(),
        device.attributes(),
        rollout.standing(device.id()));
  }

  private void claim(Exchange exchange) {
    var device = registry.claim(text(exchange.json(), "id"), ACCOUNT);
    exchange.json(row(device, courier.online()));
  }

  /// The device is told before it is cut off; where it does not hear it, it asks when it is
  /// refused.
  private void release(Exchange exchange) {
    var device = registry.release(text(exchange.json(), "id"));
    if (courier.online().contains(device.id())) {
      courier.publish(
          new Message("ioto/device/%s/provision/release".formatted(device.id()), "released"));
    }
    courier.drop(device.id());
    exchange.json(row(device, Set.of()));
  }

  private void items(Exchange exchange) {
    var json = exchange.json();
    var replicas = this.replicas.list(text(json, "device"), json.path("after").asText(), PAGE);
    var rows =
        replicas.stream().filter(replica -> !replica.removed()).map(OperatorCalls::row).toList();
    page(exchange, rows, replicas.size() < PAGE ? "" : replicas.getLast().key());
  }

  private static ItemRow row(Replica replica) {
    return new ItemRow(
        replica.key(),
        replica.model(),
        replica.stamp().toString(),
        replica.edited(),
        replica.item());
  }

  private void update(Exchange exchange) {
    var json = exchange.json();
    if (!json.path("item").isObject()) {
      throw new HttpException(400, "'item' is missing or no object");
    }
    var fields =
        mapper.convertValue(json.path("item"), new TypeReference<Map<String, Object>>() {});
    var replica =
        replicas
            .edit(
                text(json, "device"),
                text(json, "key"),
                before -> {
                  var after = new LinkedHashMap<>(before);
                  after.putAll(fields);
                  return after;
                })
            .orElseThrow(OperatorCalls::missing);
    mail.send(replica);
    exchange.json(row(replica));
  }

  private void remove(Exchange exchange) {
    var json = exchange.json();
    var replica =
        replicas
            .remove(text(json, "device"), text(json, "key"))
            .orElseThrow(OperatorCalls::missing);
    mail.send(replica);
    exchange.json(Map.of());
  }

  private static HttpException missing() {
    return new HttpException(404, "There is no such item");
  }

  /// Answers with a page of a list.
  ///
  /// @param next where the following page begins; empty after the last
  static void page(Exchange exchange, List<?> rows, String next) {
    var answer = new LinkedHashMap<String, Object>();
    answer.put("data", rows);
    if (!next.isEmpty()) {
      answer.put("next", next);
    }
    exchange.header("Cache-Control", "no-store").json(answer);
  }

  /// A text that has to be there.
  static String text(JsonNode json, String name) {
    var value = json.path(name);
    if (!value.isTextual() || value.textValue().isEmpty()) {
      throw new HttpException(400, "'%s' is missing or no text".formatted(name));
    }
    return value.textValue();
  }
}
