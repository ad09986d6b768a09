// SPDX-License-Identifier: Apache-2.0
package io.ioto.itests;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.api.ota.HealthCheck;
import io.ioto.bench.Gateway;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;

/// Releases are built, signed and published by the tool, and brought into a gateway that runs.
class UpdateIT {
  /// Has an objection to every release.
  public static final class Sick implements BundleActivator {
    @Override
    public void start(BundleContext context) {
      context.registerService(
          HealthCheck.class,
          () -> List.of("the valve is stuck"),
          FrameworkUtil.asDictionary(Map.of(HealthCheck.NAME, "valve")));
    }

    @Override
    public void stop(BundleContext context) {}
  }

  /// Takes everybody with it.
  public static final class Deadly implements BundleActivator {
    static final int EXIT = 77;

    @Override
    public void start(BundleContext context) {
      Runtime.getRuntime().halt(EXIT);
    }

    @Override
    public void stop(BundleContext context) {}
  }

  @TempDir Path folder;
  private Gateway.Setup setup;
  private Workshop workshop;

  UpdateIT() throws IOException {
    setup = Gateway.Setup.fresh();
  }

  @BeforeEach
  void configure() throws Exception {
    workshop = Workshop.in(folder);
    workshop.tool(List.of("keys", "init"));
    var config = Files.createDirectories(folder.resolve("config"));
    try (var files = Files.list(setup.home().resolve("runtime-config"))) {
      for (var file : files.toList()) {
        Files.copy(file, config.resolve(file.getFileName()));
      }
    }
    Files.copy(folder.resolve("keys/root.json"), config.resolve("root.json"));
    Files.writeString(
        config.resolve("local.json5"),
        """
        {update: {source: '%s', gate: {minStable: '500 ms', settle: '2 secs'}}}
        """
            .formatted(folder.resolve("repository")));
    setup = setup.with("--profile", "dev", "--config", config.toString());
  }

  @AfterEach
  void delete() throws IOException {
    setup.delete();
  }

  @Test
  void releaseIsBroughtInKeptOverAPowerCutAndTakenBack() throws Exception {
    publish("--jar", app("0.2.0"));
    try (var gateway = Gateway.start(setup)) {
      assertThat(version(gateway)).isEqualTo("0.1.0");
      var applied = gateway.run("update", "apply");
      assertThat(applied.exit()).as(applied.output() + gateway.log()).isZero();
      assertThat(applied.output()).contains("release 1: committed");
      assertThat(version(gateway)).isEqualTo("0.2.0");
      assertThat(gateway.run("update", "apply").output()).contains("nothing newer");
      gateway.kill();
    }
    try (var gateway = Gateway.start(setup)) {
      assertThat(version(gateway)).isEqualTo("0.2.0");
      assertThat(gateway.run("update", "status").output()).contains("release 1 runs");

      var back = gateway.run("update", "rollback");
      assertThat(back.exit()).as(back.output() + gateway.log()).isZero();
      assertThat(version(gateway)).isEqualTo("0.1.0");
      assertThat(gateway.terminate()).isZero();
    }
  }

  @Test
  void releaseThatFailsItsHealthCheckGoesBackAndSaysWhy() throws Exception {
    publish("--jar", app("0.2.0"), "--jar", workshop.bundle("sick", Sick.class));
    try (var gateway = Gateway.start(setup)) {
      var before = Status.of(gateway).bundles();
      var applied = gateway.run("update", "apply");
      assertThat(applied.exit()).isEqualTo(1);
      assertThat(applied.output())
          .contains("gating")
          .contains("rolled back: UNHEALTHY: valve: the valve is stuck");
      assertThat(version(gateway)).isEqualTo("0.1.0");
      assertThat(Status.of(gateway).bundles()).isEqualTo(before);
      assertThat(gateway.run("update", "status").output()).contains("what was shipped runs");
    }
  }

  @Test
  void powerCutWhileAReleaseIsOnTrialIsGoneOnWith() throws Exception {
    publish("--jar", app("0.2.0"), "--min-stable", "3 secs");
    try (var gateway = Gateway.start(setup)) {
      assertThat(gateway.control().post("/update/apply", new byte[0]).status()).isEqualTo(200);
      gateway.awaitLine(l -> l.contains("release 1 gating"));
      gateway.kill();
    }
    try (var gateway = Gateway.start(setup)) {
      assertThat(version(gateway)).isEqualTo("0.2.0");
      gateway.awaitLine(l -> l.contains("release 1 committed"));
    }
  }

  @Test
  void releaseThatKillsTheProcessIsGivenUp() throws Exception {
    publish("--jar", app("0.2.0"), "--jar", workshop.bundle("deadly", Deadly.class));
    try (var gateway = Gateway.start(setup)) {
      assertThat(gateway.control().post("/update/apply", new byte[0]).status()).isEqualTo(200);
      assertThat(gateway.awaitExit()).isEqualTo(Deadly.EXIT);
    }
    for (var attempt = 2; attempt <= 3; attempt++) {
      try (var gateway = Gateway.launch(setup)) {
        assertThat(gateway.awaitExit()).as(gateway.output()).isEqualTo(Deadly.EXIT);
      }
    }
    try (var gateway = Gateway.start(setup)) {
      gateway.awaitLine(l -> l.contains("release 1 rolled back"));
      assertThat(gateway.run("update", "status").output()).contains("it was cut off 3 times");
      assertThat(version(gateway)).isEqualTo("0.1.0");
    }
  }

  @Test
  void releaseSignedByOthersIsRefused() throws Exception {
    Files.move(folder.resolve("keys"), folder.resolve("ours"));
    workshop.tool(List.of("keys", "init"));
    publish("--jar", app("0.2.0"));
    try (var gateway = Gateway.start(setup)) {
      var applied = gateway.run("update", "apply");
      assertThat(applied.exit()).isEqualTo(1);
      assertThat(applied.output()).contains("WRONG_SIGNATURE");
      assertThat(version(gateway)).isEqualTo("0.1.0");
    }
  }

  @Test
  void updaterItselfIsReplacedAtARestartOfTheFramework() throws Exception {
    publish(
        "--jar",
        workshop.edition("io.ioto.ota", "0.2.0"),
        "--jar",
        workshop.edition("io.ioto.json", "0.2.0"));
    try (var gateway = Gateway.start(setup)) {
      var applied = gateway.run("update", "apply");
      assertThat(applied.exit()).as(applied.output() + gateway.log()).isZero();
      assertThat(Status.of(gateway).bundles())
          .containsEntry("io.ioto.ota", "0.2.0")
          .containsEntry("io.ioto.json", "0.2.0");
      assertThat(version(gateway)).isEqualTo("0.1.0");
      assertThat(gateway.alive()).isTrue();
      assertThat(gateway.terminate()).isZero();
    }
  }

  private void publish(String... options) throws Exception {
    var all = new ArrayList<>(List.of("release", "build", "sign", "publish"));
    all.addAll(List.of(options));
    workshop.tool(all);
  }

  private String app(String version) throws IOException {
    return workshop.edition("io.ioto.empty", version);
  }

  private static String version(Gateway gateway) {
    try (var web = new Web(gateway.url())) {
      var body = web.get("/api/empty/status").body();
      return io.ioto.json.Json5.read(body, "status").path("version").asText();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
