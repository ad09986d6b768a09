// SPDX-License-Identifier: Apache-2.0
package io.ioto.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.api.db.Db;
import io.ioto.api.db.Query;
import io.ioto.api.runtime.VacantException;
import io.ioto.api.web.HttpException;
import io.ioto.db.Store;
import io.ioto.testing.Sections;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.apache.felix.framework.FrameworkFactory;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
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
        400,
        "User.password cannot be named here",
        () -> call("User", "create", "{username: 'a', password: 'x'}"));
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
