// SPDX-License-Identifier: Apache-2.0
package io.ioto.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ioto.bench.Fleet;
import io.ioto.bench.Gateway;
import io.ioto.bench.Load;
import io.ioto.bench.Person;
import io.ioto.bench.SwapBench;
import io.ioto.json.Json5;
import io.ioto.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Releases on their way from the publisher through the cloud to the device, and word of them on
/// its way back; with real processes.
class ReleaseIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;
  private Workshop workshop;
  private Fleet fleet;
  private Person operator;

  @BeforeEach
  void claim() throws Exception {
    workshop = Workshop.in(folder);
    workshop.tool(List.of("keys", "init"));
    fleet = new Fleet(this::prepared);
    fleet.claim();
    operator = fleet.operator();
  }

  private Gateway.Setup prepared(Path configuration, Gateway.Setup setup) throws IOException {
    Files.copy(folder.resolve("keys/root.json"), configuration.resolve("root.json"));
    Files.writeString(
        configuration.resolve("local.json5"),
        "{update: {gate: {minStable: '1 sec', settle: '8 secs'}}}");
    return setup;
  }

  @AfterEach
  void close() throws Exception {
    operator.close();
    fleet.close();
  }

  @Test
  void releaseIsTakenUnderLoadAndOneThatFailsGoesBack() throws Exception {
    var refused = publishing("--jar", app("0.2.0"), "--policy", "name == 'x' &&");
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.output()).contains("'policy': column 15: expected a name");

    // For somebody else, until the operator says otherwise.
    var again = new ArrayList<>(List.of("release", "publish"));
    again.addAll(fleet.publish());
    again.addAll(List.of("--policy", "name == 'somebody else'"));
    assertPublished(workshop.run(again));
    assertThat(fleet.device().run("update", "check").output()).isEqualTo("what was shipped runs");
    assertThat(fleet.seen(operator).path("release").path("checked").asText()).isNotEmpty();
    operator.call("/api/release/update", "{number: 1, policy: '', enabled: false}");
    assertThat(fleet.device().run("update", "check").output()).isEqualTo("what was shipped runs");
    operator.call("/api/release/update", "{number: 1, enabled: true}");

    try (var load = new Load(fleet.device().url(), SwapBench.targets(fleet.device().url()), 8)) {
      load.await(500);
      apply(0, "release 1: committed");
      load.await(load.requests() + 500);
      var result = load.stop();
      assertThat(result.problems()).isEmpty();
      assertThat(result.failures()).isZero();
    }
    assertThat(version()).isEqualTo("0.2.0");
    reported("COMMITTED", 1, 1);
    assertThat(release(1).path("committed").asLong()).isEqualTo(1);
    assertThat(release(1).path("offered").asLong()).isEqualTo(1);

    assertPublished(publishing("--jar", app("0.3.0"), "--jar", sick()));
    apply(1, "rolled back: UNHEALTHY: valve: the valve is stuck");
    assertThat(version()).isEqualTo("0.2.0");
    reported("ROLLED_BACK", 2, 1);
    assertThat(fleet.seen(operator).path("release").path("reason").asText())
        .isEqualTo("UNHEALTHY: valve: the valve is stuck");
    assertThat(release(2).path("failed").asLong()).isEqualTo(1);

    // The device starts with what was kept, and does not tell a second time.
    fleet.restartDevice();
    fleet.restartCloud();
    operator.login();
    assertThat(version()).isEqualTo("0.2.0");
    assertThat(attempts()).hasSize(2);
    assertThat(fleet.device().run("update", "check").output())
        .contains("release 1 runs")
        .doesNotContain("failed:");
  }

  @Test
  void nobodyIsBelievedOnTheWay() throws Exception {
    assertPublished(publishing("--jar", app("0.2.0")));
    var stranger = new ArrayList<>(List.of("release", "publish"));
    stranger.addAll(fleet.publish().subList(0, 2));
    stranger.addAll(
        List.of("--token-file", Files.writeString(folder.resolve("guess"), "guess").toString()));
    assertThat(workshop.run(stranger).output()).contains("The token is not that of the publisher");

    // Somebody has the token, but not the keys.
    Files.createDirectory(folder.resolve("thief"));
    var thief = Workshop.in(folder.resolve("thief"));
    thief.tool(List.of("keys", "init"));
    var forged = publishing(thief, "--jar", app("0.6.6"), "--number", "66");
    assertThat(forged.exit()).isEqualTo(1);
    assertThat(forged.output()).contains("WRONG_SIGNATURE: timestamp.json");
    assertThat(operator.call("/api/release/find", "{}").path("data")).hasSize(1);

    // Somebody has the disk of the cloud.
    var jar = object(Path.of(app("0.2.0")));
    var whole = Files.readAllBytes(jar);
    var other = whole.clone();
    other[other.length / 2] ^= 1;
    overwrite(jar, other);
    apply(1, "failed: HASH_MISMATCH");
    assertThat(version()).isEqualTo("0.1.0");
    reported("FAILED", 1, 0);
    overwrite(jar, whole);

    var timestamp = object(folder.resolve("repository/metadata/timestamp.json"));
    var text = Files.readString(timestamp);
    Files.setPosixFilePermissions(timestamp, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(timestamp, text.replace("\"version\": 1", "\"version\": 2"));
    assertThat(fleet.device().run("update", "check").output()).contains("WRONG_SIGNATURE");
    // The next question tells the cloud.
    var _ = fleet.device().run("update", "check");
    assertThat(fleet.seen(operator).path("release").path("problem").asText())
        .contains("WRONG_SIGNATURE");
    Files.writeString(timestamp, text);
    apply(0, "release 1: committed");
  }

  @Test
  void releaseThatLosesTheCloudGoesBackAndSaysSoWhenItIsThereAgain() throws Exception {
    assertPublished(publishing("--jar", app("0.2.0"), "--min-stable", "2 secs"));
    assertThat(fleet.device().control().post("/update/apply", new byte[0]).status()).isEqualTo(200);
    fleet.device().awaitLine(l -> l.contains("release 1 gating"));
    fleet.cloud().kill();
    var line = fleet.device().awaitLine(l -> l.contains("release 1 rolled back"));
    assertThat(line).contains("UNHEALTHY: ").contains("cloud: the cloud does not answer");
    assertThat(version()).isEqualTo("0.1.0");
    // What it could not tell outlives it.
    fleet.restartDevice();
    fleet.restartCloud();
    operator.login();
    reported("ROLLED_BACK", 1, 0);
    assertThat(attempts()).hasSize(1);
  }

  @Test
  void whatBringsReleasesIsBroughtItself() throws Exception {
    // Live: the way to the cloud is replaced while it is judged by it.
    assertPublished(publishing(replacing("provision", "mqtt", "http", "device")));
    apply(0, "release 1: committed");
    reported("COMMITTED", 1, 1);

    // At a restart of the framework, over which the report is kept.
    assertPublished(publishing(replacing("ota", "trust")));
    apply(0, "release 2: committed");
    assertThat(Status.of(fleet.device()).bundles())
        .containsEntry("io.ioto.ota", "0.2.0")
        .containsEntry("io.ioto.trust", "0.2.0")
        .containsEntry("io.ioto.mqtt", "0.1.0");
    reported("COMMITTED", 2, 2);
    assertThat(attempts()).hasSize(2);
  }

  private String[] replacing(String... bundles) throws IOException {
    var options = new ArrayList<String>();
    for (var bundle : bundles) {
      options.addAll(List.of("--jar", workshop.edition("io.ioto." + bundle, "0.2.0")));
    }
    return options.toArray(String[]::new);
  }

  private Gateway.Ended publishing(String... options) throws Exception {
    return publishing(workshop, options);
  }

  private Gateway.Ended publishing(Workshop by, String... options) throws Exception {
    var all = new ArrayList<>(List.of("release", "build", "sign", "publish"));
    all.addAll(fleet.publish());
    all.addAll(List.of(options));
    return by.run(all);
  }

  private static void assertPublished(Gateway.Ended ended) {
    assertThat(ended.exit()).as(ended.output()).isZero();
    assertThat(ended.output()).contains("new files into https://");
  }

  private void apply(int exit, String output) throws Exception {
    var applied = fleet.device().run("update", "apply");
    assertThat(applied.output()).as(fleet.device().log()).contains(output);
    assertThat(applied.exit()).isEqualTo(exit);
  }

  /// Waits until the cloud knows how the last update went.
  private void reported(String state, long release, long running) {
    Eventually.eventually(
        PATIENCE,
        () -> {
          var standing = fleet.seen(operator).path("release");
          assertThat(standing.path("state").asText()).isEqualTo(state);
          assertThat(standing.path("release").asLong()).isEqualTo(release);
          assertThat(standing.path("running").asLong()).isEqualTo(running);
        });
  }

  private JsonNode attempts() throws Exception {
    return operator.call("/api/update/find", "{device: '%s'}".formatted(fleet.id())).path("data");
  }

  private JsonNode release(long number) throws Exception {
    for (var row : operator.call("/api/release/find", "{}").path("data")) {
      if (row.path("number").asLong() == number) {
        return row;
      }
    }
    throw new AssertionError("the cloud has no release " + number);
  }

  private String app(String version) throws IOException {
    return workshop.edition("io.ioto.empty", version);
  }

  private String sick() throws IOException {
    return workshop.bundle("sick", UpdateIT.Sick.class);
  }

  /// Where the cloud keeps a file.
  private Path object(Path file) throws Exception {
    var digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
    return fleet
        .cloud()
        .setup()
        .state()
        .resolve("cloud/releases/objects")
        .resolve(HexFormat.of().formatHex(digest));
  }

  private static void overwrite(Path file, byte[] bytes) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Files.write(file, bytes);
  }

  private String version() throws Exception {
    try (var web = new Web(fleet.device().url())) {
      return Json5.read(web.get("/api/empty/status").body(), "status").path("version").asText();
    }
  }
}
