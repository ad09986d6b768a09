// SPDX-License-Identifier: Apache-2.0
package io.ioto.rest;

import io.ioto.api.db.Db;
import io.ioto.api.db.DbException;
import io.ioto.api.db.Field;
import io.ioto.api.db.Item;
import io.ioto.api.db.Model;
import io.ioto.api.db.Write;
import io.ioto.api.db.Write.Condition;
import io.ioto.api.runtime.Seat;
import io.ioto.api.runtime.ServiceSeat;
import io.ioto.api.web.Exchange;
import io.ioto.api.web.Handler;
import io.ioto.api.web.HttpException;
import io.ioto.api.web.Router;
import io.ioto.api.web.Routes;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;

/// Publishes the operations. Answers are `{data: …}`; of `find` also `next`, to be sent with the
/// next request, while there is more. `get`, `create`, `update` and `upsert` answer with the
/// version as `ETag`; `update`, `upsert` and `remove` with `If-Match` are done to that version
/// only.
@Component(
    service = Routes.class,
    configurationPid = "io.ioto.rest",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class Rest implements Routes {
  /// See `settings.json5`.
  public @interface Config {
    boolean strict();

    long swap_drain();

    long swap_grace();

    int swap_waiting();
  }

  /// What a request asks of a model of the database.
  @FunctionalInterface
  private interface Operation {
    Answer on(Db db, Model model, Body body, Condition condition);
  }

  /// What is answered; by that time the database may be gone.
  ///
  /// @param version of the item; 0 for none
  private record Answer(Object content, long version) {
    static Answer of(Model model, Item item) {
      return new Answer(Map.of("data", shown(model, item)), item.sequence());
    }
  }

  private final boolean strict;
  private final ServiceSeat<Db> seat;

  @Activate
  public Rest(BundleContext context, Config config) throws InvalidSyntaxException {
    strict = config.strict();
    seat =
        new ServiceSeat<>(
            context,
            FrameworkUtil.createFilter("(objectClass=%s)".formatted(Db.class.getName())),
            new Seat.Patience(Duration.ofMillis(config.swap_grace()), config.swap_waiting()),
            Duration.ofMillis(config.swap_drain()));
  }

  @Override
  public void register(Router router) {
    router
        .get("/api/models", this::models)
        .get("/health/database", this::health)
        .post("/api/{model}/create", handler(Rest::create))
        .post("/api/{model}/get", handler(Rest::get))
        .post("/api/{model}/find", handler(Rest::find))
        .post("/api/{model}/update", handler(Rest::update))
        .post("/api/{model}/upsert", handler(Rest::upsert))
        .post("/api/{model}/remove", handler(Rest::remove));
  }

  @Deactivate
  public void close() {
    seat.close();
  }

  private Handler handler(Operation operation) {
    return exchange -> {
      // A slow client holds up no swap of the database, neither while it sends nor while it reads.
      Map<?, ?> given = empty(exchange) ? Map.of() : exchange.json(Map.class);
      var condition = condition(exchange);
      var answer =
          seat.call(db -> answer(db, operation, exchange.param("model"), given, condition));
      if (answer.version() > 0) {
        exchange.header("ETag", "\"%d\"".formatted(answer.version()));
      }
      exchange.header("Cache-Control", "no-store").json(answer.content());
    };
  }

  private static boolean empty(Exchange exchange) {
    return exchange.header("Transfer-Encoding").isEmpty()
        && exchange.header("Content-Length").orElse("0").equals("0");
  }

  private Answer answer(
      Db db, Operation operation, String name, Map<?, ?> given, Condition condition) {
    try {
      var model = model(db, name);
      return operation.on(db, model, new Body(model, given, strict), condition);
    } catch (DbException e) {
      throw status(e);
    }
  }

  /// The model of that name, in any case.
  private static Model model(Db db, String name) {
    var models = db.models();
    return models.stream()
        .filter(m -> m.name().equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(
            () ->
                new HttpException(
                    404,
                    "There is no model '%s'; there are %s"
                        .formatted(
                            name,
                            models.stream().map(Model::name).collect(Collectors.joining(", ")))));
  }

  private static HttpException status(DbException e) {
    var status =
        switch (e.reason()) {
          case UNKNOWN_MODEL, MISSING -> 404;
          case UNKNOWN_INDEX, INVALID, INCOMPLETE_KEY -> 400;
          case EXISTS, CONFLICT -> 409;
          case TOO_LARGE -> 413;
          case FULL -> 507;
          case READ_ONLY, CLOSED -> 503;
          case FEED_LOST -> 500;
        };
    var text = String.valueOf(e.getMessage());
    return new HttpException(
        status, text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1));
  }

  private static Answer create(Db db, Model model, Body body, Condition condition) {
    return Answer.of(model, db.create(model.name(), body.values()));
  }

  private static Answer get(Db db, Model model, Body body, Condition condition) {
    var match = body.values();
    var item = db.get(model.name(), match);
    if (item.isEmpty()) {
      throw new HttpException(
          404, "There is no %s '%s'".formatted(model.name(), db.key(model.name(), match)));
    }
    return Answer.of(model, item.get());
  }

  private static Answer find(Db db, Model model, Body body, Condition condition) {
    var page = db.find(body.query());
    var content = new LinkedHashMap<String, Object>();
    content.put("data", page.items().stream().map(item -> shown(model, item)).toList());
    if (page.next() != null) {
      content.put("next", page.next());
    }
    return new Answer(content, 0);
  }

  private static Answer update(Db db, Model model, Body body, Condition condition) {
    return change(db, model, body, condition, false);
  }

  private static Answer upsert(Db db, Model model, Body body, Condition condition) {
    return change(db, model, body, condition, true);
  }

  private static Answer change(
      Db db, Model model, Body body, Condition condition, boolean orCreate) {
    var write = new Write.Update(model.name(), body.values(), body.nulls(), condition, orCreate);
    return Answer.of(model, db.commit(write).item());
  }

  private static Answer remove(Db db, Model model, Body body, Condition condition) {
    var commit = db.commit(new Write.Remove(model.name(), body.values(), condition));
    return new Answer(Map.of("removed", commit.changes().size()), 0);
  }

  private static Condition condition(Exchange exchange) {
    var tag = exchange.header("If-Match");
    if (tag.isEmpty()) {
      return new Condition.Any();
    }
    if (tag.get().equals("*")) {
      return new Condition.Present();
    }
    try {
      return new Condition.Version(Long.parseLong(tag.get().replaceAll("^\"|\"$", "")));
    } catch (NumberFormatException e) {
      throw new HttpException(
          400, "If-Match is '%s'; expected the ETag of an item".formatted(tag.get()));
    }
  }

  /// What of an item may be seen.
  private static Map<String, Object> shown(Model model, Item item) {
    var shown = new LinkedHashMap<String, Object>();
    for (var field : model.fields()) {
      var value = item.values().get(field.name());
      if (value != null && !hidden(field)) {
        shown.put(field.name(), value);
      }
    }
    return shown;
  }

  static boolean hidden(Field field) {
    return field.hidden() || field.name().startsWith("_");
  }

  /// Yes or no, and nothing else: anybody may ask.
  private void health(Exchange exchange) {
    boolean writable = seat.call(db -> db.status().writable());
    exchange
        .status(writable ? 200 : 503)
        .header("Cache-Control", "no-store")
        .json(Map.of("writable", writable));
  }

  private void models(Exchange exchange) {
    List<Map<String, Object>> models =
        seat.call(db -> db.models().stream().map(Rest::shown).toList());
    exchange.json(Map.of("models", models));
  }

  private static Map<String, Object> shown(Model model) {
    var fields = new LinkedHashMap<String, Object>();
    for (var field : model.fields()) {
      if (!hidden(field)) {
        fields.put(field.name(), shown(field));
      }
    }
    return Map.of("name", model.name(), "fields", fields);
  }

  private static Map<String, Object> shown(Field field) {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("type", field.type().name().toLowerCase(Locale.ROOT));
    if (field.required()) {
      shown.put("required", true);
    }
    if (field.fallback() != null) {
      shown.put("default", field.fallback());
    }
    if (!field.options().isEmpty()) {
      shown.put("enum", field.options());
    }
    if (field.template() != null || field.generate() != null) {
      shown.put("made", true);
    }
    if (!field.description().isEmpty()) {
      shown.put("description", field.description());
    }
    return shown;
  }
}
