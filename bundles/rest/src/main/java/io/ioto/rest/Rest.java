// SPDX-License-Identifier: Apache-2.0
package io.ioto.rest;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ioto.api.db.Commit;
import io.ioto.api.db.Db;
import io.ioto.api.db.DbException;
import io.ioto.api.db.Item;
import io.ioto.api.db.Model;
import io.ioto.api.db.Trigger;
import io.ioto.api.db.Write;
import io.ioto.api.db.Write.Condition;
import io.ioto.api.runtime.Seat;
import io.ioto.api.runtime.ServiceSeat;
import io.ioto.api.web.Exchange;
import io.ioto.api.web.Handler;
import io.ioto.api.web.HttpException;
import io.ioto.api.web.Passwords;
import io.ioto.api.web.Router;
import io.ioto.api.web.Routes;
import io.ioto.json.JsonException;
import io.ioto.json.Mapper;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
/// only. Who may do what is told by `rest.roles`.
@Component(
    service = {Routes.class, Trigger.class},
    configurationPid = "io.ioto.rest",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class Rest implements Routes, Trigger {
  /// See `settings.json5`.
  public @interface Config {
    String roles();

    boolean strict();

    int limits_watch();

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
      return new Answer(Map.of("data", Shown.item(model, item)), item.sequence());
    }
  }

  private final boolean strict;
  private final int watching;
  private final Roles roles;
  private final ServiceSeat<Db> seat;
  private final ServiceSeat<Passwords> passwords;
  private final ObjectMapper mapper = Mapper.create();
  private final Set<Watch> watches = ConcurrentHashMap.newKeySet();

  @Activate
  public Rest(BundleContext context, Config config) throws InvalidSyntaxException {
    strict = config.strict();
    watching = config.limits_watch();
    roles = new Roles(config.roles());
    seat = seat(context, config, Db.class);
    passwords = seat(context, config, Passwords.class);
  }

  private static <T> ServiceSeat<T> seat(BundleContext context, Config config, Class<T> type)
      throws InvalidSyntaxException {
    return new ServiceSeat<>(
        context,
        FrameworkUtil.createFilter("(objectClass=%s)".formatted(type.getName())),
        new Seat.Patience(Duration.ofMillis(config.swap_grace()), config.swap_waiting()),
        Duration.ofMillis(config.swap_drain()));
  }

  @Override
  public void register(Router router) {
    router
        .get("/api/models", this::models)
        .get("/health/database", this::health)
        .get("/api/{model}/watch", this::watch)
        .post("/api/{model}/get", handler(false, Rest::get))
        .post("/api/{model}/find", handler(false, Rest::find))
        .post("/api/{model}/create", handler(true, Rest::create))
        .post("/api/{model}/update", handler(true, Rest::update))
        .post("/api/{model}/upsert", handler(true, Rest::upsert))
        .post("/api/{model}/remove", handler(true, Rest::remove));
  }

  @Deactivate
  public void close() {
    seat.close();
    passwords.close();
  }

  private Handler handler(boolean write, Operation operation) {
    return exchange -> {
      roles.check(exchange, exchange.param("model"), write);
      // A slow client holds up no swap of the database, neither while it sends nor while it reads.
      Map<?, ?> given = empty(exchange) ? Map.of() : exchange.json(Map.class);
      var condition = condition(exchange);
      var answer = seat.call(db -> answer(db, operation, exchange, given, condition));
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
      Db db, Operation operation, Exchange exchange, Map<?, ?> given, Condition condition) {
    try {
      var model = model(db, exchange.param("model"));
      var body = new Body(model, given, strict, this::hash, exchange::can);
      return operation.on(db, model, body, condition);
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
    var match = body.match();
    var item = db.get(model.name(), match);
    if (item.isEmpty()) {
      throw new HttpException(
          404, "There is no %s '%s'".formatted(model.name(), db.key(model.name(), match)));
    }
    return Answer.of(model, item.get());
  }

  private static Answer find(Db db, Model model, Body body, Condition condition) {
    return new Answer(Shown.page(model, db.find(body.query())), 0);
  }

  private static Answer update(Db db, Model model, Body body, Condition condition) {
    return change(db, model, body, condition, false);
  }

  private static Answer upsert(Db db, Model model, Body body, Condition condition) {
    return change(db, model, body, condition, true);
  }

  private static Answer change(
      Db db, Model model, Body body, Condition condition, boolean orCreate) {
    var values = body.values();
    db.get(model.name(), values).ifPresent(item -> body.checkRole(item.text("role")));
    var write = new Write.Update(model.name(), values, body.nulls(), condition, orCreate);
    return Answer.of(model, db.commit(write).item());
  }

  private static Answer remove(Db db, Model model, Body body, Condition condition) {
    var match = body.match();
    db.get(model.name(), match).ifPresent(item -> body.checkRole(item.text("role")));
    var commit = db.commit(new Write.Remove(model.name(), match, condition));
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

  /// Yes or no, and nothing else: anybody may ask.
  private void health(Exchange exchange) {
    boolean writable = seat.call(db -> db.status().writable());
    exchange
        .status(writable ? 200 : 503)
        .header("Cache-Control", "no-store")
        .json(Map.of("writable", writable));
  }

  /// What there is, and what of it is for whoever asks: pages show no button that would be refused.
  private void models(Exchange exchange) {
    roles.check(exchange, Roles.OTHERS, false);
    List<Map<String, Object>> models =
        seat.call(
            db ->
                db.models().stream()
                    .map(
                        model ->
                            Shown.model(
                                model,
                                exchange.can(roles.role(model.name(), false)),
                                exchange.can(roles.role(model.name(), true))))
                    .toList());
    exchange.json(Map.of("models", models));
  }

  /// The query stands in the address, as `?query={…}` in the words of `find`.
  private void watch(Exchange exchange) {
    roles.check(exchange, exchange.param("model"), false);
    var text = exchange.query("query");
    Map<?, ?> given = text.isEmpty() ? Map.of() : parse(text.get());
    var watch =
        seat.call(
            db -> {
              var model = model(db, exchange.param("model"));
              var query = new Body(model, given, strict, this::hash, exchange::can).query();
              if (query.index() != null) {
                throw new HttpException(400, "'index' cannot be watched");
              }
              return new Watch(model, query, watching);
            });
    // From before the first look on, so that nothing is missed.
    watches.add(watch);
    try {
      watch.run(seat, exchange.events(), this::text);
    } catch (DbException e) {
      throw status(e);
    } finally {
      watches.remove(watch);
    }
  }

  private Map<?, ?> parse(String text) {
    try {
      return mapper.readValue(text, Map.class);
    } catch (JacksonException | JsonException e) {
      throw new HttpException(400, "query is no JSON object: " + e.getMessage());
    }
  }

  private String text(Object content) {
    try {
      return mapper.writeValueAsString(content);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @Override
  public void changed(Commit commit) {
    watches.forEach(watch -> watch.changed(commit));
  }

  /// What is kept of a password that somebody chose.
  private String hash(String password) {
    try {
      return passwords.call(present -> present.hash(password));
    } catch (IllegalArgumentException e) {
      throw new HttpException(400, String.valueOf(e.getMessage()));
    }
  }
}
