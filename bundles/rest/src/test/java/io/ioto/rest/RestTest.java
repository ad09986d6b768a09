// SPDX-License-Identifier: Apache-2.0
package io.ioto.rest;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.api.db.Db;
import io.ioto.api.db.Query;
import io.ioto.api.db.Trigger;
import io.ioto.api.db.Write;
import io.ioto.api.runtime.Seat;
import io.ioto.api.runtime.ServiceSeat;
import io.ioto.api.runtime.VacantException;
import io.ioto.api.web.HttpException;
import io.ioto.api.web.Passwords;
import io.ioto.api.web.User;
import io.ioto.db.Store;
import io.ioto.testing.Sections;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.apache.felix.framework.FrameworkFactory;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Filter;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;

class RestTest {
  private static Framework framework;
  private static BundleContext context;

  @TempDir Path folder;
  private Store store;
  private ServiceRegistration<Db> registration;
  private Rest rest;

  @BeforeAll
  static void startFramework(@TempDir Path cache) throws Exception {
    framework =
        new FrameworkFactory().newFramework(Map.of("org.osgi.framework.storage", cache.toString()));
    framework.start();
    context = framework.getBundleContext();
    context.registerService(Passwords.class, new Hashes(), null);
  }

  @AfterAll
  static void stopFramework() throws Exception {
    framework.stop();
    framework.waitForStop(10_000);
  }

  @BeforeEach
  void open() throws Exception {
    Files.createDirectories(folder.resolve("config"));
    Files.copy(Path.of("../../runtime-config/schema.json5"), folder.resolve("config/schema.json5"));
    rest = rest("{}");
    publish();
  }

  private Rest rest(String settings) throws Exception {
    return new Rest(context, Sections.config(Rest.Config.class, "io.ioto.rest", folder, settings));
  }

  private void publish() {
    store = new Store(context, Sections.config(Store.Config.class, "io.ioto.db", folder, "{}"));
    registration = context.registerService(Db.class, store, null);
  }

  @AfterEach
  void close() {
    registration.unregister();
    store.close();
    rest.close();
  }

  private Called call(String model, String operation, String body) throws Exception {
    return Called.on(rest, model, operation, body);
  }

  private static Map<Object, Object> item(Called call) {
    return new HashMap<>((Map<?, ?>) call.data("data"));
  }

  private static void assertRefused(int status, String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(HttpException.class)
        .hasMessageContaining(message)
        .extracting(e -> ((HttpException) e).status())
        .isEqualTo(status);
  }

  @Test
  void itemIsMadeReadChangedAndRemoved() throws Exception {
    var made = call("Port", "create", "{name: 'eth0', speed: 100}");
    assertThat(made.headers).containsEntry("ETag", "\"1\"");
    var data = item(made);
    assertThat(data)
        .containsEntry("name", "eth0")
        .containsEntry("speed", 100L)
        .containsEntry("enable", true)
        .doesNotContainKeys("sk", "pk");
    var key = "{id: '%s'}".formatted(data.get("id"));

    assertThat(call("port", "get", key).data("data")).isEqualTo(data);
    var changed =
        call("Port", "update", "{id: '%s', speed: 10, status: null}".formatted(data.get("id")));
    assertThat(item(changed)).containsEntry("speed", 10L).doesNotContainKey("status");
    assertThat(call("Port", "remove", key).data("removed")).isEqualTo(1);
    assertThat(call("Port", "remove", key).data("removed")).isEqualTo(0);
    assertRefused(404, "There is no Port 'port#", () -> call("Port", "get", key));
    assertThat(item(call("Port", "upsert", "{id: 'x', name: 'eth1'}"))).containsEntry("id", "x");
  }

  @Test
  void findTakesFieldsOptionsAndConditions() throws Exception {
    for (var i = 0; i < 5; i++) {
      call("Port", "create", "{id: '%d', name: 'eth%d', speed: %d}".formatted(i, i, i * 10));
    }
    assertThat(names("")).hasSize(5);
    assertThat(names("{speed: 20}")).containsExactly("eth2");
    assertThat(names("{where: [['speed', '>=', 10], ['name', '!=', 'eth2']], reverse: true}"))
        .containsExactly("eth4", "eth3", "eth1");
    assertThat(names("{filter: 'th3'}")).containsExactly("eth3");
    assertThat(names("{where: [['description', 'exists', false]], limit: 1}")).hasSize(1);
    var page = call("Port", "find", "{limit: 3}");
    assertThat(
            ((List<?>)
                call("Port", "find", "{limit: 3, next: '%s'}".formatted(page.data("next")))
                    .data("data")))
        .hasSize(2);
    assertRefused(400, "limit is 'many'", () -> call("Port", "find", "{limit: 'many'}"));
    assertRefused(400, "where has", () -> call("Port", "find", "{where: [['speed']]}"));
    assertRefused(
        400, "no field 'sped'", () -> call("Port", "find", "{where: [['sped', '=', 1]]}"));
    assertRefused(
        400, "no field 'password'", () -> call("User", "find", "{where: [['password', '=', 1]]}"));
  }

  private List<Object> names(String body) throws Exception {
    return ((List<?>) call("Port", "find", body).data("data"))
        .stream().<Object>map(item -> ((Map<?, ?>) item).get("name")).toList();
  }

  @Test
  void mistakesAreToldApart() throws Exception {
    assertRefused(
        404, "There is no model 'Prot'; there are Command", () -> call("Prot", "find", "{}"));
    assertRefused(400, "Port.name is missing", () -> call("Port", "create", "{}"));
    assertRefused(
        400,
        "Port.duplex is 'none'; expected one of half, full",
        () -> call("Port", "create", "{name: 'a', duplex: 'none'}"));
    assertRefused(
        400,
        "Port has no field 'sped'; it has id,",
        () -> call("Port", "create", "{name: 'a', sped: 1}"));
    assertRefused(
        400, "User.password cannot be named here", () -> call("User", "find", "{password: 'x'}"));
    assertRefused(400, "id", () -> call("Port", "get", "{name: 'a'}"));
    call("Port", "create", "{id: '1', name: 'a'}");
    assertRefused(
        409,
        "There is Port 'port#1' already",
        () -> call("Port", "create", "{id: '1', name: 'b'}"));
    assertRefused(409, "name 'a' already", () -> call("Port", "create", "{id: '2', name: 'a'}"));
    assertRefused(
        404, "There is no Port 'port#3'", () -> call("Port", "update", "{id: '3', speed: 1}"));
    rest.close();
    rest = rest("{strict: false}");
    call("Port", "create", "{id: '4', name: 'd', sped: 1}");
  }

  @Test
  void rolesAreRequired() throws Exception {
    assertRefused(401, "Log in first", () -> Called.as("", rest, "Port", "find", "{}"));
    assertRefused(
        403,
        "'somebody' may not see user; it takes the role 'admin'",
        () -> Called.as("user", rest, "User", "find", "{}"));
    Called.as("user", rest, "Port", "create", "{name: 'a'}");
    rest.close();
    rest = rest("{roles: {'*': {read: 'public', write: 'user'}}}");
    Called.as("public", rest, "port", "find", "{}");
    assertRefused(
        403,
        "may not change port; it takes the role 'user'",
        () -> Called.as("public", rest, "port", "create", "{name: 'b'}"));
    assertThatThrownBy(() -> rest("{roles: {'*': 1}}"))
        .hasMessageContaining("expected a role, or {read: ROLE, write: ROLE}");
  }

  @Test
  void passwordsAreHashedAndRolesNotGivenAway() throws Exception {
    call("User", "create", "{id: '1', username: 'ann', password: 'secret', role: 'super'}");
    assertThat(store.get("User", "user#1").orElseThrow().text("password"))
        .isEqualTo("hash of secret");
    call("User", "update", "{id: '1', password: 'other'}");
    assertThat(store.get("User", "user#1").orElseThrow().text("password"))
        .isEqualTo("hash of other");
    var admin = "admin";
    assertRefused(
        403,
        "This takes the role 'super'",
        () -> Called.as(admin, rest, "User", "create", "{username: 'b', role: 'super'}"));
    assertRefused(
        403,
        "This takes the role 'super'",
        () -> Called.as(admin, rest, "User", "update", "{id: '1', password: 'mine'}"));
    assertRefused(403, "This takes", () -> Called.as(admin, rest, "User", "remove", "{id: '1'}"));
    assertRefused(400, "empty", () -> call("User", "create", "{username: 'c', password: ''}"));
  }

  @Test
  void usersOfTheDatabaseMayLogInAndThereIsAFirstOne() throws Exception {
    var logins =
        new Logins(
            context, Sections.config(Logins.Config.class, "io.ioto.rest.users", folder, "{}"));
    eventually(() -> assertThat(logins.find("admin")).isPresent());
    assertThat(logins.find("admin").orElseThrow())
        .matches(a -> a.user().equals(new User("admin", Set.of("admin"))))
        .matches(a -> a.password().startsWith("hash of "));
    assertThat(logins.find("nobody")).isEmpty();
    store.create("User", Map.of("username", "without password"));
    assertThat(logins.find("without password")).isEmpty();
    logins.close();
    new Logins(context, Sections.config(Logins.Config.class, "io.ioto.rest.users", folder, "{}"))
        .close();
    assertThat(store.count(Query.of("User"))).isEqualTo(2);
  }

  @Test
  void changesOfAQueryAreSentWhileItIsWatched() throws Exception {
    var trigger = context.registerService(Trigger.class, rest, null);
    call("Port", "create", "{id: '1', name: 'a', speed: 10}");
    var stream = new Stream();
    var fibers = Executors.newVirtualThreadPerTaskExecutor();
    try {
      var _ =
          fibers.submit(
              () -> {
                Called.watch(rest, "Port", "{where: [['speed', '>=', 10]]}", stream);
                return null;
              });
      assertSent(stream, "items {\"data\":[{\"id\":\"1\"");
      call("Event", "create", "{message: 'not of this model'}");
      call("Port", "create", "{id: '2', name: 'b', speed: 20}");
      assertSent(stream, "put {\"data\":{\"id\":\"2\"");
      call("Port", "update", "{id: '1', speed: 1}");
      assertSent(stream, "removed {\"data\":{\"id\":\"1\"");

      // The database is swapped; the stream goes on.
      registration.unregister();
      store.close();
      publish();
      call("Port", "remove", "{id: '2'}");
      assertSent(stream, "removed {\"data\":{\"id\":\"2\"");
      assertThat(stream.sent).noneMatch(event -> event.contains("not of this model"));
    } finally {
      fibers.shutdownNow();
    }
    trigger.unregister();
    assertRefused(
        400, "'index' cannot be watched", () -> Called.watch(rest, "Port", "{index: 'x'}", stream));
    assertRefused(400, "query is no JSON object", () -> Called.watch(rest, "Port", "{", stream));
  }

  private static void assertSent(Stream stream, String beginning) {
    eventually(() -> assertThat(stream.sent).anyMatch(event -> event.startsWith(beginning)));
  }

  @Test
  void clientThatIsTooSlowIsCutOff() {
    var watch = new Watch(store.model("Port").orElseThrow(), Query.of("Port"), 2);
    for (var i = 0; i < 3; i++) {
      watch.changed(store.commit(Write.put("Port", Map.of("name", "p" + i))));
    }
    var seat = new ServiceSeat<Db>(context, filter(), Seat.Patience.DEFAULT, Duration.ZERO);
    assertThatThrownBy(() -> watch.run(seat, new Stream(), Object::toString))
        .isInstanceOf(CancellationException.class)
        .hasMessage("the client is too slow");
    seat.close();
  }

  private static Filter filter() {
    try {
      return context.createFilter("(objectClass=%s)".formatted(Db.class.getName()));
    } catch (InvalidSyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /// Hashes at no cost.
  private static final class Hashes implements Passwords {
    @Override
    public String hash(String password) {
      if (password.isEmpty()) {
        throw new IllegalArgumentException("the password is empty");
      }
      return "hash of " + password;
    }

    @Override
    public boolean matches(String password, String hash) {
      return hash.equals(hash(password));
    }
  }

  @Test
  void versionMayBeDemanded() throws Exception {
    var tag = call("Port", "create", "{id: '1', name: 'a'}").headers.get("ETag");
    var body = "{id: '1', speed: 5}";
    var match = Map.of("If-Match", String.valueOf(tag));
    Called.on(rest, "Port", "update", body, match);
    assertRefused(409, "is version 2", () -> Called.on(rest, "Port", "update", body, match));
    assertRefused(409, "is version 2", () -> Called.on(rest, "Port", "remove", body, match));
    assertRefused(
        400,
        "If-Match is 'x'",
        () -> Called.on(rest, "Port", "update", body, Map.of("If-Match", "x")));
    Called.on(rest, "Port", "update", body, Map.of("If-Match", "*"));
  }

  @Test
  void healthTellsWhetherItTakesWrites() throws Exception {
    var health = Called.get(rest, "/health/database");
    assertThat(health.status).isEqualTo(200);
    assertThat(health.data("writable")).isEqualTo(true);
  }

  @Test
  void hiddenFieldsDoNotGoOut() throws Exception {
    store.create("User", Map.of("username", "ann", "password", "secret"));
    assertThat(call("User", "find", "{}").data("data").toString())
        .contains("ann")
        .doesNotContain("secret");
    assertThat(Called.get(rest, "/api/models").data("models").toString())
        .contains("username")
        .contains("user, admin")
        .doesNotContain("password");
  }

  @Test
  void modelsTellWhatIsForWhoeverAsks() throws Exception {
    assertThat(permitted("super", "User")).containsExactly(true, true);
    assertThat(permitted("user", "User")).containsExactly(false, false);
    assertThat(permitted("user", "Port")).containsExactly(true, true);
  }

  /// Whether a model may be seen, and changed.
  private List<Object> permitted(String role, String name) throws Exception {
    var models = (List<?>) Called.get(role, rest, "/api/models").data("models");
    return models.stream()
        .map(m -> (Map<?, ?>) m)
        .filter(m -> name.equals(m.get("name")))
        .flatMap(m -> List.of("read", "write").stream().map(m::get))
        .collect(Collectors.toList());
  }

  @Test
  void requestsWaitForADatabaseThatIsSwapped() throws Exception {
    call("Port", "create", "{name: 'a'}");
    try (var fibers = Executors.newVirtualThreadPerTaskExecutor()) {
      registration.unregister();
      store.close();
      var waiting = fibers.submit(() -> call("Port", "create", "{name: 'b'}"));
      publish();
      waiting.get();
    }
    assertThat(store.count(Query.of("Port"))).isEqualTo(2);

    rest.close();
    rest = rest("{swap: {grace: '1 ms'}}");
    registration.unregister();
    assertThatThrownBy(() -> call("Port", "find", "{}")).isInstanceOf(VacantException.class);
    registration = context.registerService(Db.class, store, null);
  }
}
