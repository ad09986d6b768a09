// SPDX-License-Identifier: Apache-2.0
package io.ioto.control;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.ioto.api.control.Command;
import io.ioto.api.control.CommandException;
import io.ioto.api.control.CommandRequest;
import io.ioto.api.runtime.Readiness;
import io.ioto.api.web.Listener;
import io.ioto.testing.Sections;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ControlTest {
  private static final CommandRequest NOTHING =
      new CommandRequest(Map.of(), InputStream.nullInputStream(), 0);

  private final Framework framework;
  private final List<ServiceRegistration<?>> registrations = new ArrayList<>();
  private final List<Control> controls = new ArrayList<>();

  @TempDir Path state;

  ControlTest(@TempDir Path cache) {
    framework =
        new FrameworkFactory()
            .newFramework(
                Map.of(
                    Constants.FRAMEWORK_STORAGE,
                    cache.resolve("felix").toString(),
                    "felix.service.urlhandlers",
                    "false",
                    "ioto.version",
                    "9.8.7"));
  }

  @BeforeAll
  void startFramework() throws Exception {
    framework.start();
  }

  @AfterAll
  void stopFramework() throws Exception {
    framework.stop();
    framework.waitForStop(10_000);
  }

  @BeforeEach
  void aCommandThatEchoes() {
    register(
        "POST /echo",
        request -> {
          var answer = JsonNodeFactory.instance.objectNode();
          request.query().forEach(answer::put);
          return answer
              .put("body", new String(request.body().readAllBytes(), StandardCharsets.UTF_8))
              .put("length", request.length());
        });
  }

  @AfterEach
  void close() throws IOException {
    for (var control : controls) {
      control.close();
    }
    registrations.forEach(ServiceRegistration::unregister);
    registrations.clear();
    controls.clear();
  }

  @Test
  void theSectionHasItsDefaults() {
    var settings = settings("{}");

    assertThat(settings)
        .isEqualTo(
            new Settings(
                256L << 20,
                16 << 10,
                16,
                java.time.Duration.ofSeconds(10),
                java.time.Duration.ofSeconds(30)));
  }

  @Test
  void aCommandGetsItsQueryAndBodyAndAnswersJson() throws Exception {
    open("{}");

    var answer =
        ask("POST /echo?a=1%202&b=%C3%A9&c HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body().toString())
        .contains("\"a\":\"1 2\"", "\"b\":\"é\"", "\"c\":\"\"")
        .contains("\"body\":\"hello\"", "\"length\":5");
  }

  @Test
  void aClientThatAsksFirstIsToldToContinue() throws Exception {
    open("{}");
    try (var socket = socket()) {
      socket.send("POST /echo HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");

      assertThat(socket.read(25)).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
      assertThat(socket.send("ok").answer().body().at("/body").asText()).isEqualTo("ok");
    }
  }

  @Test
  void aCommandsOwnErrorIsItsAnswer() throws Exception {
    register(
        "POST /no",
        _ -> {
          throw new CommandException(422, "UNRESOLVABLE", "needs \"x\"");
        });
    open("{}");

    var answer = ask("POST /no HTTP/1.1\r\n\r\n");

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.code()).isEqualTo("UNRESOLVABLE");
    assertThat(answer.message()).isEqualTo("needs \"x\"");
  }

  @Test
  void aCommandThatThrowsIsAnsweredWithTheIdOfItsLogEntry() throws Exception {
    register(
        "GET /bug",
        _ -> {
          throw new IllegalStateException("secret");
        });
    open("{}");

    var answer = ask("GET /bug HTTP/1.1\r\n\r\n");

    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.message())
        .matches("the command failed; the log says why, under id [0-9a-f]{8}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "GET /nothing HTTP/1.1\\n\\n | 404 | NO_COMMAND | there are: POST /echo",
        "GET /echo HTTP/1.1\\n\\n | 405 | WRONG_METHOD | /echo takes POST, not GET",
        "hello\\n\\n | 400 | BAD_REQUEST | expected a request line",
        "GET echo HTTP/1.1\\n\\n | 400 | BAD_REQUEST | not 'GET echo HTTP/1.1'",
        "POST /echo HTTP/2.0\\n\\n | 400 | BAD_REQUEST | expected a request line",
        "POST /echo HTTP/1.1\\n: x\\n\\n | 400 | BAD_REQUEST | expected a header",
        "POST /echo HTTP/1.1\\nA B: x\\n\\n | 400 | BAD_REQUEST | expected a header",
        "POST /echo HTTP/1.1\\nContent-Length: -1\\n\\n | 400 | BAD_REQUEST | not '-1'",
        "POST /echo HTTP/1.1\\nContent-Length: 1\\ncontent-length: 2\\n\\n"
            + " | 400 | BAD_REQUEST | two values",
        "POST /echo HTTP/1.1\\nTransfer-Encoding: chunked\\n\\n | 411 | NO_LENGTH | Content-Length",
        "POST /echo HTTP/1.1\\nContent-Length: 101\\n\\n | 413 | TOO_LARGE | allows 100",
        "POST /echo?a=%4 HTTP/1.1\\n\\n | 400 | BAD_REQUEST | two hex digits",
        "POST /%ff HTTP/1.1\\n\\n | 400 | BAD_REQUEST | is not UTF-8",
        "POST /echo HTTP/1.1\\nContent-Length: 9\\n\\nabc"
            + " | 400 | BAD_REQUEST | ended after 3 of 9 bytes",
        "POST /echo HTTP/1.1\\nContent-Le | 400 | BAD_REQUEST | ended in the header",
      })
  void aMalformedRequestIsToldWhatIsWrong(String request, int status, String code, String message)
      throws Exception {
    open("{limits: {body: 100}}");
    try (var socket = socket()) {
      var answer = socket.send(request.replace("\\n", "\r\n")).end().answer();

      assertThat(answer.status()).isEqualTo(status);
      assertThat(answer.code()).isEqualTo(code);
      assertThat(answer.message()).contains(message);
    }
  }

  @Test
  void anEndlessHeaderIsRefusedAtItsLimit() throws Exception {
    open("{limits: {header: '1k'}}");

    for (var request :
        List.of(
            "GET /" + "x".repeat(2_000),
            "GET / HTTP/1.1\r\nA: " + "x".repeat(2_000),
            "GET / HTTP/1.1\r\n" + "A: x\r\n".repeat(400))) {
      assertThat(ask(request).status()).isEqualTo(431);
    }
  }

  @Test
  void aBodyThatIsTooLargeIsRefusedWhileTheClientStillSends() throws Exception {
    open("{limits: {body: '10mb'}}");

    var answer =
        ask(
            "POST /echo HTTP/1.1\r\nContent-Length: %d\r\n\r\n".formatted(11 << 20)
                + "x".repeat(9 << 20));

    assertThat(answer.status()).isEqualTo(413);
  }

  @Test
  void aSilentClientIsCutOff() throws Exception {
    open("{idle: '100 ms'}");
    try (var socket = socket()) {
      assertThat(socket.send("POST /echo HT").rest()).isEmpty();
    }
  }

  @Test
  void aClientMayBeSilentForEverWhereThatIsAllowed() throws Exception {
    open("{idle: 'never', drain: 'never'}");
    try (var socket = socket()) {
      socket.send("POST /echo HT").send("TP/1.1\r\n\r\n");
      assertThat(socket.answer().status()).isEqualTo(200);
    }
  }

  @Test
  void aCommandMayTakeLongerThanAClientMayBeSilent() throws Exception {
    register(
        "GET /slow",
        _ -> {
          assertThat(new CountDownLatch(1).await(400, TimeUnit.MILLISECONDS)).isFalse();
          return JsonNodeFactory.instance.objectNode();
        });
    open("{idle: '100 ms'}");

    assertThat(ask("GET /slow HTTP/1.1\r\n\r\n").status()).isEqualTo(200);
  }

  @Test
  void connectionsBeyondTheLimitAreRefused() throws Exception {
    open("{limits: {connections: 2}}");
    try (var second = socket()) {
      try (var _ = socket()) {
        assertThat(ask("").code()).isEqualTo("BUSY");
      }
      eventually(() -> assertThat(ask("GET /status HTTP/1.1\r\n\r\n").status()).isEqualTo(404));
      second.send("POST /echo HTTP/1.1\r\n\r\n");
      assertThat(second.answer().status()).isEqualTo(200);
    }
  }

  @Test
  void theSocketIsPrivateAndGoesWithItsOwner() throws Exception {
    var control = open("{}");

    assertThat(Files.getPosixFilePermissions(path()).toString())
        .isEqualTo("[OWNER_READ, OWNER_WRITE]");
    control.close();

    assertThat(state).isEmptyDirectory();
  }

  @Test
  void aSocketLeftByACrashIsReplaced() throws Exception {
    Files.createDirectory(state.resolve(".control"));
    Files.createFile(state.resolve(".control/s"));
    Files.createFile(state.resolve(".control/p"));
    Files.createFile(path());

    open("{}");

    assertThat(ask("POST /echo HTTP/1.1\r\n\r\n").status()).isEqualTo(200);
    assertThat(state.resolve(".control")).doesNotExist();
  }

  @Test
  void aSuccessorTakesThePlaceAndTheOldOneLeavesItAlone() throws Exception {
    var old = open("{}");
    try (var before = socket()) {
      open("{limits: {body: 1}}");
      assertThat(
              before.send("POST /echo HTTP/1.1\r\nContent-Length: 2\r\n\r\nab").answer().status())
          .isEqualTo(200);
    }
    assertThat(ask("POST /echo HTTP/1.1\r\nContent-Length: 2\r\n\r\nab").status()).isEqualTo(413);

    old.close();

    assertThat(ask("POST /echo HTTP/1.1\r\n\r\n").status()).isEqualTo(200);
    assertThat(state.resolve(".control")).doesNotExist();
  }

  @Test
  void aSuccessorThatFailsHandsThePlaceBack() throws Exception {
    open("{limits: {body: 1}}");
    var failed = open("{}");

    failed.close();

    assertThat(ask("POST /echo HTTP/1.1\r\nContent-Length: 2\r\n\r\nab").status()).isEqualTo(413);
    assertThat(state.resolve(".control")).doesNotExist();
  }

  @Test
  void aStateFolderTooDeepForASocketGetsOneElsewhere() throws Exception {
    state = Files.createDirectories(state.resolve("d".repeat(120)));

    var first = open("{}");
    var path = Path.of(Files.readString(state.resolve("control.path")).strip());
    assertThat(Socket.ask(path, "POST /echo HTTP/1.1\r\n\r\n").status()).isEqualTo(200);
    var second = open("{}");
    assertThat(state.resolve("control.path")).content().isEqualTo(path + "\n");
    first.close();
    assertThat(Socket.ask(path, "POST /echo HTTP/1.1\r\n\r\n").status()).isEqualTo(200);
    second.close();

    assertThat(state).isEmptyDirectory();
    assertThat(path.getParent()).doesNotExist();
  }

  @Test
  void aRunningCommandIsWaitedForWhenItsProviderGoes() throws Exception {
    var entered = new CountDownLatch(1);
    var leave = new CountDownLatch(1);
    var registration =
        register(
            "GET /slow",
            _ -> {
              entered.countDown();
              leave.await();
              return JsonNodeFactory.instance.objectNode();
            });
    open("{}");
    try (var socket = socket()) {
      socket.send("GET /slow HTTP/1.1\r\n\r\n");
      entered.await();
      registrations.remove(registration);
      var gone = new FutureTask<>(registration::unregister, null);
      Thread.ofVirtual().start(gone);
      assertThatThrownBy(() -> gone.get(50, TimeUnit.MILLISECONDS)).isNotNull();
      leave.countDown();

      assertThat(socket.answer().status()).isEqualTo(200);
      gone.get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void closingWaitsForARunningCommandAndCutsOffAnIdleClient() throws Exception {
    var entered = new CountDownLatch(1);
    var leave = new CountDownLatch(1);
    register(
        "GET /slow",
        _ -> {
          entered.countDown();
          leave.await();
          return JsonNodeFactory.instance.objectNode().put("ok", true);
        });
    var control = open("{drain: 'never'}");
    try (var busy = socket();
        var idle = socket()) {
      busy.send("GET /slow HTTP/1.1\r\n\r\n");
      entered.await();
      var closed =
          new FutureTask<Void>(
              () -> {
                control.close();
                return null;
              });
      Thread.ofVirtual().start(closed);
      eventually(() -> assertThat(path()).doesNotExist());
      leave.countDown();

      assertThat(busy.answer().body().at("/ok").asBoolean()).isTrue();
      assertThat(idle.rest()).isEmpty();
      closed.get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void closingForGoodDoesNotWaitForCommandsThatNobodyAnswersAnyMore() throws Exception {
    register("GET /gone", _ -> JsonNodeFactory.instance.objectNode());
    var control = open("{drain: 'never'}");
    registrations.removeLast().unregister();
    try (var waiting = socket()) {
      waiting.send("GET /gone HTTP/1.1\r\n\r\n");
      var closed =
          new FutureTask<Void>(
              () -> {
                control.close(true);
                return null;
              });
      eventually(() -> assertThat(control.waiting()).isOne());
      Thread.ofVirtual().start(closed);

      assertThat(waiting.answer().status()).isEqualTo(503);
      closed.get(5, TimeUnit.SECONDS);
    }
  }

  @Test
  void aCommandWithoutAProperRouteIsPassedOver() throws Exception {
    register("/echo", _ -> JsonNodeFactory.instance.objectNode());
    open("{}");

    assertThat(ask("GET /x HTTP/1.1\r\n\r\n").message()).endsWith("there are: POST /echo");
  }

  @Test
  void statusSaysWhatRunsAndWhatIsMissing() throws Exception {
    var status = new StatusCommand(context());
    assertThat(status.run(NOTHING).at("/missing/0").asText()).isEqualTo("the readiness service");
    registrations.add(context().registerService(Readiness.class, ready("web is down"), null));
    registrations.add(
        context().registerService(Listener.class, () -> URI.create("http://x:1"), null));

    var answer = status.run(NOTHING);

    assertThat(answer.at("/name").asText()).isEqualTo("ioto");
    assertThat(answer.at("/version").asText()).isEqualTo("9.8.7");
    assertThat(answer.at("/pid").asLong()).isEqualTo(ProcessHandle.current().pid());
    assertThat(answer.at("/startedAt").asText()).startsWith("20").endsWith("Z");
    assertThat(answer.at("/state").asText()).isEqualTo("starting");
    assertThat(answer.at("/missing/0").asText()).isEqualTo("web is down");
    assertThat(answer.at("/urls/0").asText()).isEqualTo("http://x:1");
    assertThat(answer.at("/bundles/0/state").asText()).isEqualTo("active");
    assertThat(answer.at("/memory/heapUsed").asLong())
        .isPositive()
        .isLessThanOrEqualTo(answer.at("/memory/heapCommitted").asLong());
  }

  @Test
  void statusIsReadyOnceNothingIsMissing() {
    registrations.add(context().registerService(Readiness.class, ready(), null));

    assertThat(new StatusCommand(context()).run(NOTHING).at("/state").asText()).isEqualTo("ready");
  }

  private static Readiness ready(String... missing) {
    return new Readiness() {
      @Override
      public List<String> missing() {
        return List.of(missing);
      }

      @Override
      public List<String> missing(Bundle bundle) {
        return missing();
      }
    };
  }

  private Settings settings(String section) {
    return Settings.of(
        Sections.config(Control.Config.class, "io.ioto.control", state, section), false);
  }

  private Control open(String section) throws IOException {
    var control = new Control(context(), state, settings(section));
    controls.add(control);
    return control;
  }

  private BundleContext context() {
    return framework.getBundleContext();
  }

  private ServiceRegistration<?> register(String route, Command command) {
    var properties = FrameworkUtil.asDictionary(Map.of(Command.ROUTE, route));
    var registration = context().registerService(Command.class, command, properties);
    registrations.add(registration);
    return registration;
  }

  private Path path() {
    return state.resolve("control.sock");
  }

  private Socket socket() throws IOException {
    return new Socket(path());
  }

  private Socket.Answer ask(String request) throws IOException {
    return Socket.ask(path(), request);
  }
}
