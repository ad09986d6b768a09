// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ioto.api.ota.UpdateException;
import io.ioto.api.web.Exchange;
import io.ioto.api.web.Handler;
import io.ioto.api.web.HttpException;
import io.ioto.api.web.Router;
import io.ioto.api.web.Routes;
import io.ioto.json.Mapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/// What publishers call, who show their token, and what devices call about releases, who show
/// theirs; `docs/cloud-protocol.md` says what each call does.
@Component(service = Routes.class)
public final class ReleaseCalls implements Routes {
  private static final String FILES = "/api/tok/release/file/";
  private static final String OBJECT = "/api/tok/release/object/{hash}";
  private static final String BEARER = "bearer ";
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d{1,18})-(\\d{0,18})");

  /// Most files that are asked about in one call.
  private static final int HASHES = 10_000;

  private final Registry registry;
  private final Shelf shelf;
  private final Rollout rollout;
  private final Publisher publisher;
  private final ObjectMapper mapper = Mapper.create();

  @Activate
  public ReleaseCalls(
      @Reference Registry registry,
      @Reference Shelf shelf,
      @Reference Rollout rollout,
      @Reference Publisher publisher) {
    this.registry = registry;
    this.shelf = shelf;
    this.rollout = rollout;
    this.publisher = publisher;
  }

  @Override
  public void register(Router router) {
    router
        .post("/api/tok/release/missing", publishing(this::missing))
        .put(OBJECT, publishing(this::object))
        .post("/api/tok/release/publish", publishing(this::publish))
        .get(FILES, refusing(this::file))
        .post("/api/tok/provision/update", refusing(this::update))
        .post("/api/tok/provision/updateReport", refusing(this::report));
  }

  private Handler publishing(Handler handler) {
    return refusing(
        exchange -> {
          if (!publisher.knows(token(exchange))) {
            throw new HttpException(401, "The token is not that of the publisher");
          }
          handler.handle(exchange);
        });
  }

  private static Handler refusing(Handler handler) {
    return exchange -> {
      try {
        handler.handle(exchange);
      } catch (RegistryException e) {
        var status =
            switch (e.reason()) {
              case INVALID -> 400;
              case UNAUTHORISED -> 401;
              case UNKNOWN -> 404;
              case STATE, KEY -> 403;
            };
        throw new HttpException(status, String.valueOf(e.getMessage()));
      } catch (UpdateException e) {
        var status =
            switch (e.reason()) {
              case MALFORMED -> 400;
              case BUSY -> 503;
              case NO_SPACE, STORAGE -> 507;
              default -> 422;
            };
        throw new HttpException(status, e.line());
      }
    };
  }

  private void missing(Exchange exchange) {
    var hashes = new ArrayList<String>();
    object(exchange.json()).path("files").forEach(f -> hashes.add(f.asText()));
    if (hashes.size() > HASHES) {
      throw new HttpException(400, "At most %d files at a time".formatted(HASHES));
    }
    exchange.json(Map.of("missing", shelf.missing(hashes)));
  }

  private void object(Exchange exchange) throws IOException {
    var upload = exchange.upload();
    shelf.take(exchange.param("hash"), upload.file(), upload::move);
    exchange.json(Map.of());
  }

  private void publish(Exchange exchange) throws IOException {
    var json = object(exchange.json());
    var terms = json.path("terms");
    if (terms.isObject()) {
      // What is wrong with them is told before anything is published.
      Terms.ALL.changed(terms);
    }
    var metadata = new TreeMap<String, String>();
    json.path("metadata")
        .properties()
        .forEach(e -> metadata.put(e.getKey(), e.getValue().asText()));
    var number = terms.path("release").asLong();
    // Until it has its terms nobody gets it.
    var releases = shelf.publish(metadata);
    if (number > 0) {
      rollout.terms(number, terms);
    }
    rollout.published();
    exchange.json(Map.of("releases", releases));
  }

  private void update(Exchange exchange) {
    var json = object(exchange.json());
    var device = device(exchange, text(json, "id"));
    var running = json.path("release").asLong();
    var told = new LinkedHashMap<String, Object>();
    mapper
        .convertValue(json, new TypeReference<Map<String, Object>>() {})
        .forEach(
            (name, value) -> {
              if (value instanceof String || value instanceof Boolean || value instanceof Number) {
                told.put(name, value);
              }
            });
    told.remove("problem");
    rollout.checked(device.id(), running, json.path("problem").asText());
    var answer = new LinkedHashMap<String, Object>();
    rollout
        .choose(device, running, told)
        .ifPresent(
            release -> {
              answer.put("release", release.number());
              answer.put("version", release.number() + ".0.0");
            });
    exchange.json(answer);
  }

  private void report(Exchange exchange) {
    var json = object(exchange.json());
    var device = device(exchange, text(json, "id"));
    rollout.report(device.id(), json);
    exchange.json(Map.of());
  }

  private Device device(Exchange exchange, String id) {
    var device = registry.authorise(id, token(exchange));
    if (device.state() == Device.State.RELEASED) {
      throw new RegistryException(
          RegistryException.Reason.STATE, "Device %s has been released".formatted(id));
    }
    return device;
  }

  /// A file of the repository, or the part of it that is asked for.
  private void file(Exchange exchange) throws IOException {
    var _ = device(exchange, exchange.query("id").orElse(""));
    var path = exchange.path().substring(FILES.length());
    var file = shelf.find(path).orElseThrow(() -> new HttpException(404, "There is no " + path));
    var size = Files.size(file);
    var from = 0L;
    var to = size;
    var range = RANGE.matcher(exchange.header("Range").orElse(""));
    if (range.matches()) {
      from = Long.parseLong(range.group(1));
      if (!range.group(2).isEmpty()) {
        to = Math.min(size, Long.parseLong(range.group(2)) + 1);
      }
      if (from >= to) {
        exchange.header("Content-Range", "bytes */" + size);
        throw new HttpException(416, "The file has %d bytes".formatted(size));
      }
      exchange.status(206).header("Content-Range", "bytes %d-%d/%d".formatted(from, to - 1, size));
    }
    exchange
        .header("Content-Type", "application/octet-stream")
        .header("Content-Length", Long.toString(to - from))
        .header("Cache-Control", "no-store");
    if (!exchange.method().equals("HEAD")) {
      send(exchange, file, from, to);
    }
  }

  private static void send(Exchange exchange, Path file, long from, long to) throws IOException {
    try (var channel = FileChannel.open(file);
        var out = exchange.output()) {
      var buffer = ByteBuffer.allocate(64 << 10);
      for (var at = from; at < to; ) {
        buffer.clear().limit((int) Math.min(buffer.capacity(), to - at));
        var count = channel.read(buffer, at);
        if (count < 0) {
          throw new IOException("the file became shorter while it was sent");
        }
        out.write(buffer.array(), 0, count);
        at += count;
      }
    }
  }

  private static JsonNode object(JsonNode json) {
    if (!json.isObject()) {
      throw new HttpException(400, "The body is no JSON object");
    }
    return json;
  }

  private static String text(JsonNode json, String name) {
    var value = json.path(name);
    if (!value.isTextual()) {
      throw new HttpException(400, "'%s' is missing or no text".formatted(name));
    }
    return value.textValue();
  }

  private static String token(Exchange exchange) {
    var header = exchange.header("Authorization").orElse("");
    return header.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? header.substring(BEARER.length()).strip()
        : header.strip();
  }
}
