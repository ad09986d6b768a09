// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.api.ota.UpdateException;
import io.ioto.api.ota.UpdateException.Reason;
import io.ioto.json.Json5;
import io.ioto.testing.Sections;
import io.ioto.trust.Hash;
import io.ioto.trust.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Repositories that the real tool has made, some of them forged.
class ShelfTest {
  @TempDir Path folder;
  private Instant now = Instant.now();
  private Shelf shelf;

  @BeforeEach
  void setUp() throws IOException {
    for (var name : List.of("home/features", "home/bundles", "home/runtime-config")) {
      Files.createDirectories(folder.resolve(name));
    }
    Files.writeString(
        folder.resolve("home/runtime-config/framework.properties"), "ioto.app=none\n");
    Files.writeString(
        folder.resolve("home/features/core.json"),
        "{\"bundles\": [{\"id\": \"g:a:1\", \"start-order\": 5, \"ioto-file\": \"a.jar\"}]}");
    assertThat(tool("keys", "init")).isZero();
    shelf = shelf("{}");
  }

  private Shelf shelf(String settings) {
    return new Shelf(
        folder.resolve("cloud/releases"),
        Shelf.Settings.of(
            Sections.config(Shelf.Config.class, "io.ioto.cloud.releases", folder, settings)),
        () -> now);
  }

  private int tool(String... args) {
    var all = new ArrayList<>(List.of(args));
    for (var option : List.of("keys", "build", "repository")) {
      all.addAll(List.of("--" + option, folder.resolve(option).toString()));
    }
    return Tool.run(folder.resolve("home"), all);
  }

  /// Publishes a release in the folder that the publisher has.
  private void release(String version, String... options) throws IOException {
    var manifest = new Manifest();
    manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
    manifest.getMainAttributes().putValue("Bundle-SymbolicName", "a");
    manifest.getMainAttributes().putValue("Bundle-Version", version);
    new JarOutputStream(Files.newOutputStream(folder.resolve("home/bundles/a.jar")), manifest)
        .close();
    var all = new ArrayList<>(List.of("release", "build", "sign", "publish", "--features", "core"));
    all.addAll(List.of(options));
    assertThat(tool(all.toArray(String[]::new))).isZero();
  }

  private Path repository() {
    return folder.resolve("repository");
  }

  /// Sends every file of the repository.
  private void send() throws IOException {
    try (var files = Files.walk(repository())) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        send(file);
      }
    }
  }

  private void send(Path file) throws IOException {
    shelf.take(Hash.of(file), file, to -> Files.copy(file, to));
  }

  private void publish() throws IOException {
    shelf.publish(metadata());
  }

  private Map<String, String> metadata() throws IOException {
    var metadata = new TreeMap<String, String>();
    var timestamp = json("timestamp.json");
    var snapshot = timestamp.path("meta").path("snapshot.json").path("version").asLong();
    var targets =
        json(snapshot + ".snapshot.json")
            .path("meta")
            .path("targets.json")
            .path("version")
            .asLong();
    for (var name :
        List.of("timestamp.json", snapshot + ".snapshot.json", targets + ".targets.json")) {
      metadata.put(name, Hash.of(repository().resolve("metadata").resolve(name)));
    }
    for (var i = 1; Files.exists(repository().resolve("metadata/%d.root.json".formatted(i))); i++) {
      var name = "%d.root.json".formatted(i);
      metadata.put(name, Hash.of(repository().resolve("metadata").resolve(name)));
    }
    return metadata;
  }

  private com.fasterxml.jackson.databind.JsonNode json(String name) throws IOException {
    return Json5.read(Files.readString(repository().resolve("metadata").resolve(name)), name)
        .path("signed");
  }

  private void refused(Reason reason, String message) {
    assertThatThrownBy(this::publish)
        .isInstanceOfSatisfying(
            UpdateException.class, e -> assertThat(e.reason()).as(e.line()).isEqualTo(reason))
        .hasMessageContaining(message);
  }

  private String served(String path) throws IOException {
    return Files.readString(shelf.find(path).orElseThrow());
  }

  @Test
  void everythingSignedIsServed() throws IOException {
    release("1.0.0");
    send();
    publish();
    assertThat(shelf.releases()).containsExactly(1L);
    try (var files = Files.walk(repository())) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        var path = repository().relativize(file).toString();
        assertThat(shelf.find(path).map(ShelfTest::hash)).contains(hash(file));
      }
    }
    assertThat(shelf.find("metadata/2.snapshot.json")).isEmpty();
    assertThat(shelf.find("../../secret")).isEmpty();
    assertThat(shelf.expires()).isPresent();
  }

  private static String hash(Path file) {
    try {
      return Hash.of(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void onlyWhatIsMissingHasToBeSent() throws IOException {
    release("1.0.0");
    send();
    var file = repository().resolve("metadata/timestamp.json");
    var other = "a".repeat(64);
    assertThat(shelf.missing(List.of(Hash.of(file), other))).containsExactly(other);
    assertThatThrownBy(() -> shelf.missing(List.of("../x"))).hasMessageContaining("no SHA-256");
  }

  @Test
  void nextReleaseIsThereAsAWholeAndTheOneBeforeCanStillBeRead() throws IOException {
    release("1.0.0");
    send();
    publish();
    release("2.0.0");
    send();
    assertThat(served("metadata/timestamp.json")).contains("\"version\": 1");
    publish();
    assertThat(shelf.releases()).containsExactly(1L, 2L);
    assertThat(served("metadata/timestamp.json")).contains("\"version\": 2");
    assertThat(shelf.find("metadata/1.snapshot.json")).isPresent();
    assertThat(shelf("{}").releases()).containsExactly(1L, 2L);
  }

  @Test
  void publishingTwiceIsNoError() throws IOException {
    release("1.0.0");
    send();
    publish();
    publish();
    assertThat(shelf.releases()).containsExactly(1L);
  }

  @Test
  void filesThatNobodyNeedsGo() throws IOException {
    for (var version = 1; version <= 4; version++) {
      release(version + ".0.0", "--keep", "1");
      send();
      publish();
    }
    assertThat(shelf.releases()).containsExactly(4L);
    try (var files = Files.list(folder.resolve("cloud/releases/objects"))) {
      // Snapshot, targets, release and bundle of this one and the one before; timestamp and root.
      assertThat(files).hasSize(10);
    }
  }

  @Test
  void fileIsWhatItsHashSays() throws IOException {
    var file = Files.writeString(folder.resolve("file"), "content");
    assertThatThrownBy(() -> shelf.take("a".repeat(64), file, to -> Files.copy(file, to)))
        .hasMessageContaining("has the SHA-256");
    shelf = shelf("{limits: {space: '1mb'}}");
    var large = Files.write(folder.resolve("large"), new byte[(1 << 20) + 1]);
    assertThatThrownBy(() -> send(large)).hasMessageContaining("releases.limits.space");
  }

  @Test
  void otherKeysAreRefused() throws IOException {
    release("1.0.0");
    send();
    publish();
    Files.move(folder.resolve("keys"), folder.resolve("ours"));
    Files.move(repository(), folder.resolve("our-repository"));
    assertThat(tool("keys", "init")).isZero();
    release("1.0.1");
    release("1.0.2");
    send();
    refused(Reason.WRONG_SIGNATURE, "timestamp.json");
    assertThat(shelf.releases()).containsExactly(1L);
  }

  @Test
  void firstReleaseHasToFitTheRootThatIsConfigured() throws IOException {
    Files.createDirectories(folder.resolve("config"));
    Files.copy(folder.resolve("keys/root.json"), folder.resolve("config/root.json"));
    Files.move(folder.resolve("keys"), folder.resolve("ours"));
    assertThat(tool("keys", "init")).isZero();
    release("1.0.0");
    send();
    refused(Reason.WRONG_SIGNATURE, "timestamp.json");
  }

  @Test
  void forgedTargetsAreRefused() throws IOException {
    release("1.0.0");
    send();
    publish();
    release("2.0.0");
    var targets = repository().resolve("metadata/2.targets.json");
    Files.writeString(
        targets, Files.readString(targets).replace("\"release\": 2", "\"release\": 9"));
    send();
    refused(Reason.HASH_MISMATCH, "2.targets.json");
  }

  @Test
  void whatWasNotSentIsMissed() throws IOException {
    release("1.0.0");
    try (var files = Files.walk(repository().resolve("metadata"))) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        send(file);
      }
    }
    refused(Reason.MISSING_BUNDLE, "was signed for and not sent");
    assertThat(shelf.releases()).isEmpty();
  }

  @Test
  void olderStateAndExpiredOnesAreRefused() throws IOException {
    release("1.0.0");
    send();
    publish();
    var old = metadata();
    var timestamp =
        Files.copy(repository().resolve("metadata/timestamp.json"), folder.resolve("old.json"));
    release("2.0.0");
    send();
    publish();
    send(timestamp);
    assertThatThrownBy(() -> shelf.publish(old)).hasMessageContaining("version 2 was seen before");
    now = now.plus(Duration.ofDays(31));
    refused(Reason.EXPIRED, "expired");
    assertThat(shelf.expires().orElseThrow()).isBefore(now);
    assertThat(tool("release", "refresh", "--expires", "90 days")).isZero();
    send();
    publish();
    assertThat(shelf.expires().orElseThrow()).isAfter(now);
    assertThat(served("metadata/timestamp.json")).contains("\"version\": 3");
  }

  @Test
  void newKeysAreFollowed() throws IOException {
    release("1.0.0");
    send();
    publish();
    assertThat(tool("keys", "rotate", "timestamp")).isZero();
    assertThat(tool("keys", "rotate", "targets")).isZero();
    release("2.0.0");
    send();
    publish();
    assertThat(shelf.releases()).containsExactly(1L, 2L);
    assertThat(shelf.find("metadata/3.root.json")).isPresent();
  }
}
