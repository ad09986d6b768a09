// SPDX-License-Identifier: Apache-2.0
package io.ioto.itests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.bench.Gateway;
import io.ioto.bench.Jars;
import io.ioto.bench.Load;
import io.ioto.bench.SwapBench;
import io.ioto.json.Json5;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.BundleActivator;

/// What is wrong is refused with a reason that helps, and what ran before runs on.
class BadInputIT {
  private static final String APP = "io.ioto.empty";

  private final Path temporary;

  BadInputIT(@TempDir Path temporary) {
    this.temporary = temporary;
  }

  /// Every bad bundle at one gateway that answers requests all the while.
  @Test
  void badBundlesAreRefusedWhileTheOldOnesServe() throws Exception {
    var setup = configured("deploy: { timeout: '2 secs' }");
    try (var gateway = Gateway.start(setup)) {
      var before = Status.of(gateway);
      var app = Jars.find(setup.home().resolve("bundles"), APP);
      try (var load = new Load(setup.url(), SwapBench.targets(setup.url()), 4)) {
        assertRefused(
            gateway,
            "UNRESOLVABLE",
            "no.such.thing",
            Jars.edition(
                app,
                Map.of("Bundle-Version", "0.1.9", "Import-Package", "no.such.thing"),
                Map.of()));
        assertRefused(
            gateway,
            "UNRESOLVABLE",
            "no.such.thing",
            Bad.bundle("lonely", "Import-Package", "no.such.thing;version=\"[1,2)\""));
        assertRefused(gateway, "NO_BUNDLE", "Bundle-SymbolicName", Jars.bundle(Map.of(), Map.of()));
        assertRefused(gateway, "NO_JAR", "", Arrays.copyOf(app, app.length / 2));
        assertRefused(gateway, "NO_JAR", "", "no jar at all".getBytes(UTF_8));
        assertRefused(gateway, "NO_JAR", "", new byte[0]);
        assertRefusedWhenStarted(gateway, "FAILED", "the moon is not full", Bad.Throws.class);
        assertRefusedWhenStarted(gateway, "TIMEOUT", "2", Bad.Hangs.class);
        assertThat(Status.of(gateway)).isEqualTo(before);

        // Nobody can stop such a thread; the gateway must live with it.
        assertRefusedWhenStarted(gateway, "TIMEOUT", "cannot be ended", Bad.Spins.class);
        assertThat(gateway.control().post("/deploy", Jars.version(app, "0.1.10")).status())
            .isEqualTo(200);
        var result = load.stop();
        assertThat(result.problems()).isEmpty();
        assertThat(result.requests()).isPositive();
      }
      assertThat(new String(gateway.ask("/api/empty/status").orElseThrow(), UTF_8))
          .contains("0.1.10");
      // The process ends all the same, and says that something did not stop.
      assertThat(gateway.terminate()).isEqualTo(1);
      try (var next = Gateway.start(setup)) {
        var after = new TreeMap<>(before.bundles());
        after.put(APP, "0.1.10");
        assertThat(Status.of(next).bundles()).isEqualTo(after);
      }
    } finally {
      setup.delete();
    }
  }

  private void assertRefusedWhenStarted(
      Gateway gateway, String code, String reason, Class<? extends BundleActivator> activator)
      throws IOException, InterruptedException {
    var app = Jars.find(gateway.setup().home().resolve("bundles"), APP);
    assertReply(
        code, reason, gateway.control().post("/deploy", Bad.edition(app, "0.1.9", activator)));
  }

  /// Refused by the plan, by the deployment, and on the command line.
  private void assertRefused(Gateway gateway, String code, String reason, byte[] jar)
      throws IOException, InterruptedException {
    assertReply(code, reason, gateway.control().post("/plan", jar));
    assertReply(code, reason, gateway.control().post("/deploy", jar));
    var file = Files.write(temporary.resolve("bad.jar"), jar);
    var ended = gateway.run("deploy", file.toString());
    assertThat(ended.exit()).as(ended.output()).isEqualTo(1);
    assertThat(ended.output()).contains(code).contains(reason);
  }

  private static void assertReply(String code, String reason, io.ioto.bench.Control.Reply reply) {
    assertThat(reply.status()).as(reply.body()).isBetween(400, 599);
    var error = Json5.read(reply.body(), "reply").get("error");
    assertThat(error.get("code").asText()).as(reply.body()).isEqualTo(code);
    assertThat(error.get("message").asText()).contains(reason).isNotBlank();
  }

  @Test
  void portInUseEndsTheStartWithReason() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var fresh = quick();
      var setup =
          new Gateway.Setup(
              fresh.home(),
              fresh.state(),
              taken.getLocalPort(),
              fresh.arguments(),
              fresh.environment());
      assertEndsWith(setup, "127.0.0.1:" + taken.getLocalPort(), "in use");
    }
  }

  /// The script finds its tools on a path of our own, so that it meets no other JDK.
  @Test
  void jdkThatIsTooOldIsNamedWithWhatToDo() throws Exception {
    var jdk = Files.createDirectories(temporary.resolve("jdk-17"));
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"17.0.9\"\n");
    var java = Files.createDirectories(jdk.resolve("bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\necho must not be started >&2\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();
    var tools = Files.createDirectories(temporary.resolve("tools"));
    for (var tool : List.of("dirname", "readlink", "sed", "cat", "sh")) {
      var file =
          Files.writeString(
              tools.resolve(tool), "#!/bin/sh\nexec /usr/bin/%s \"$@\"\n".formatted(tool));
      assertThat(file.toFile().setExecutable(true)).isTrue();
    }
    var setup =
        quick()
            .environment("JAVA_HOME", jdk.toString())
            .environment("PATH", tools.toString())
            .environment("IOTO_JDKS", "");

    assertEndsWith(setup, "needs a JDK 25 or newer", jdk + " (17)", "JAVA_HOME");
  }

  /// Modes do not stop root, so the folder is one that cannot be, and one that nobody can make.
  @ParameterizedTest
  @CsvSource({"file", "/proc/ioto"})
  void stateFolderThatCannotBeWrittenEndsTheStartWithReason(String name) throws Exception {
    var state = temporary.resolve(name);
    if (!state.startsWith("/proc")) {
      Files.writeString(state, "not a folder");
    }
    var fresh = quick();
    fresh.delete();
    var setup =
        new Gateway.Setup(
            fresh.home(), state, fresh.port(), fresh.arguments(), fresh.environment());
    try (var gateway = Gateway.launch(setup)) {
      assertThat(gateway.awaitExit()).as(gateway.output()).isEqualTo(1);
      assertThat(gateway.output()).contains(state.toString()).doesNotContain("\tat ");
    }
  }

  @Test
  void secondGatewayOnOneStateFolderIsRefused() throws Exception {
    var setup = quick();
    try (var gateway = Gateway.start(setup)) {
      var second =
          new Gateway.Setup(
              setup.home(),
              setup.state(),
              Gateway.freePort(),
              setup.arguments(),
              setup.environment());
      assertEndsWith(second, setup.state().toString(), "in use by the gateway");
      Status.of(gateway).assertComplete(gateway);
      assertThat(gateway.ask("/")).isPresent();
      assertThat(gateway.terminate()).isZero();
    } finally {
      setup.delete();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "deploy: { timeout: '2 secs'            | local.json5:2:",
        "deploy: { timeout: true }              | local.json5:1:",
        "deploy: { timeout: '2 parsecs' }       | local.json5:1:",
        "web: { limits: { body: 'enormous' } }  | local.json5:1:",
      })
  void badConfigurationEndsTheStartWithItsPlace(String text, String place) throws Exception {
    assertEndsWith(configured(text), place);
  }

  @Test
  void unknownPropertyIsWarnedAboutWithSuggestion() throws Exception {
    var setup = configured("deploy: { timeuot: '2 secs' }");
    try (var gateway = Gateway.start(setup)) {
      assertThat(gateway.awaitLine(l -> l.contains("timeuot")))
          .contains("local.json5:1:")
          .contains("timeout");
      Status.of(gateway).assertComplete(gateway);
    } finally {
      setup.delete();
    }
  }

  @Test
  void badConfigurationIsRefusedLiveAndTheOldOneStays() throws Exception {
    var setup = configured("console: { password: 'first' }");
    var file = setup.state().resolve("config/local.json5");
    try (var gateway = Gateway.start(setup);
        var web = new Web(setup.url())) {
      for (var bad :
          List.of(
              Map.entry("{ console: { password: 'second'", "local.json5:2:"),
              Map.entry("{ console: { password: 'second', requireTls: 'maybe' } }", ":1:46: "),
              Map.entry(
                  "{ console: { password: 'second' },\n deploy: { timeout: '1 parsec' } }",
                  "local.json5:2:"))) {
        var before = gateway.output().length();
        Files.writeString(file, bad.getKey() + "\n");
        gateway.awaitLine(l -> gateway.output().indexOf(bad.getValue(), before) > 0);
        assertThat(web.login("/system/console/bundles", "admin", "first").statusCode())
            .as(bad.getKey())
            .isEqualTo(200);
      }
      Files.writeString(file, "{ console: { password: 'second' } }");
      io.ioto.testing.Eventually.eventually(
          () ->
              assertThat(web.login("/system/console/bundles", "admin", "second").statusCode())
                  .isEqualTo(200));
      Status.of(gateway).assertComplete(gateway);
    } finally {
      setup.delete();
    }
  }

  /// A fresh gateway with options that make its start short.
  private static Gateway.Setup quick() throws IOException {
    return Gateway.Setup.fresh().environment("IOTO_JVM", "small");
  }

  /// A fresh gateway with the distribution's configuration and a `local.json5` of its own.
  private static Gateway.Setup configured(String local) throws IOException {
    var setup = quick();
    var config = Files.createDirectories(setup.state().resolve("config"));
    try (var files = Files.list(setup.home().resolve("runtime-config"))) {
      for (var file : files.toList()) {
        Files.copy(file, config.resolve(file.getFileName()));
      }
    }
    Files.writeString(config.resolve("local.json5"), "{ " + local + " }\n");
    return setup.with("--profile", "dev", "--config", config.toString());
  }

  private static void assertEndsWith(Gateway.Setup setup, String... words)
      throws IOException, InterruptedException {
    try (var gateway = Gateway.launch(setup)) {
      assertThat(gateway.awaitExit()).as(gateway.output()).isEqualTo(1);
      assertThat(gateway.output()).contains(words).doesNotContain("\tat ");
    }
  }
}
