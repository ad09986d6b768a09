// SPDX-License-Identifier: Apache-2.0
package io.ioto.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.api.ota.ReleaseSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ToolTest {
  @TempDir Path folder;

  @BeforeEach
  void makeDistribution() throws IOException {
    Files.createDirectories(folder.resolve("home/features"));
    Files.createDirectories(folder.resolve("home/bundles"));
    Files.createDirectories(folder.resolve("home/runtime-config"));
    Files.writeString(
        folder.resolve("home/runtime-config/framework.properties"), "ioto.features=core\n");
    jar("home/bundles/a.jar", "a", "1.0.0");
    jar("home/bundles/b.jar", "b", "1.0.0");
    Files.writeString(
        folder.resolve("home/features/core.json"),
        """
        {"bundles": [{"id": "g:a:1", "start-order": 5, "ioto-file": "a.jar"}]}
        """);
    Files.writeString(
        folder.resolve("home/features/app-empty.json"),
        """
        {"bundles": [{"id": "g:b:1", "start-order": 30, "ioto-file": "b.jar"}]}
        """);
  }

  private Path jar(String file, String name, String version) throws IOException {
    var manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().putValue("Bundle-SymbolicName", name);
    manifest.getMainAttributes().putValue("Bundle-Version", version);
    var path = folder.resolve(file);
    new JarOutputStream(Files.newOutputStream(path), manifest).close();
    return path;
  }

  private int tool(String... args) {
    var all = new ArrayList<>(List.of(args));
    for (var option : List.of("keys", "build", "repository")) {
      all.add("--" + option);
      all.add(folder.resolve(option).toString());
    }
    return Tool.run(folder.resolve("home"), all);
  }

  private Client client() {
    ReleaseSource source =
        (path, _) ->
            new ReleaseSource.Content(
                Files.newInputStream(folder.resolve("repository").resolve(path)), 0);
    return new Client(
        folder.resolve("trust"),
        folder.resolve("keys/root.json"),
        source,
        InstantSource.system(),
        Client.Limits.DEFAULT);
  }

  private ReleaseSet newest() {
    var client = client();
    var target = client.refresh().newest().orElseThrow();
    return ReleaseSet.read("release", client.read(target, 1 << 20));
  }

  @Test
  void releaseIsBuiltSignedAndPublishedInOneGo() throws IOException {
    assertThat(tool("keys", "init")).isZero();
    assertThat(tool("release", "build", "sign", "publish")).isZero();
    var first = newest();
    assertThat(first.number()).isEqualTo(1);
    assertThat(first.bundles()).extracting(ReleaseSet.Bundle::name).containsExactly("a", "b");

    var other = jar("other.jar", "b", "1.1.0");
    assertThat(
            tool(
                "release",
                "build",
                "sign",
                "publish",
                "--jar",
                other.toString(),
                "--min-stable",
                "2 secs",
                "--check",
                "cloud"))
        .isZero();
    var second = newest();
    assertThat(second.number()).isEqualTo(2);
    assertThat(second.minStable()).isEqualTo(Duration.ofSeconds(2));
    assertThat(second.checks()).containsExactly("cloud");
    assertThat(second.bundles().getLast().version()).isEqualTo("1.1.0");
    assertThat(second.bundles().getLast().startLevel()).isEqualTo(30);
  }

  @Test
  void sameInputMakesTheSameBytes() throws IOException {
    tool("keys", "init");
    tool("release", "build", "--number", "7");
    var first = Files.readAllBytes(folder.resolve("build/release.json"));
    tool("release", "build", "--number", "7");
    assertThat(Files.readAllBytes(folder.resolve("build/release.json"))).isEqualTo(first);
  }

  @Test
  void lowerNumberIsNotSigned() {
    tool("keys", "init");
    assertThat(tool("release", "build", "sign", "publish", "--number", "5")).isZero();
    assertThat(tool("release", "build", "sign", "--number", "5")).isEqualTo(1);
  }

  @Test
  void oldReleasesLeaveTheMetadata() {
    tool("keys", "init");
    for (var i = 0; i < 4; i++) {
      assertThat(tool("release", "build", "sign", "publish", "--keep", "2")).isZero();
    }
    var targets = client().refresh();
    assertThat(targets.find(Target.release(4))).isPresent();
    assertThat(targets.find(Target.release(3))).isPresent();
    assertThat(targets.find(Target.release(2))).isEmpty();
  }

  @Test
  void rotatedKeysAreFollowed() {
    tool("keys", "init", "--roots", "3", "--threshold", "2");
    tool("release", "build", "sign", "publish");
    assertThat(newest().number()).isEqualTo(1);
    for (var role : Root.ROLES) {
      assertThat(tool("keys", "rotate", role)).isZero();
    }
    assertThat(tool("release", "build", "sign", "publish")).isZero();
    assertThat(newest().number()).isEqualTo(2);
    assertThat(tool("release", "refresh")).isZero();
    assertThat(newest().number()).isEqualTo(2);
  }

  @Test
  void keysArePrivateAndNeverReplaced() throws IOException {
    tool("keys", "init");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("keys/root-1.pem"))))
        .isEqualTo("rw-------");
    assertThat(tool("keys", "init")).isEqualTo(1);
  }

  @Test
  void encryptedKeyNeedsItsPassphrase() throws IOException {
    var file = folder.resolve("key.pem");
    var made = Signer.create(file, "open sesame");
    assertThat(Files.readString(file)).contains("ENCRYPTED PRIVATE KEY");
    assertThat(Signer.read(file, "open sesame").key()).isEqualTo(made.key());
    assertThatThrownBy(() -> Signer.read(file, "wrong")).hasMessageContaining("passphrase");
    assertThatThrownBy(() -> Signer.read(file, null)).hasMessageContaining("is encrypted");
  }

  @Test
  void optionsThatStandInAFileCountUnlessOthersAreGiven() throws IOException {
    tool("keys", "init");
    var options = folder.resolve("options").toString();
    Files.writeString(
        folder.resolve("options"), "# of every release\n--number 7\n\n--check cloud\n");
    assertThat(tool("release", "build", "sign", "publish", "--options", options)).isZero();
    assertThat(newest().number()).isEqualTo(7);
    assertThat(newest().checks()).containsExactly("cloud");
    assertThat(tool("release", "build", "sign", "publish", "--options", options, "--number", "9"))
        .isZero();
    assertThat(newest().number()).isEqualTo(9);
    Files.writeString(folder.resolve("options"), "publish\n");
    assertThat(tool("release", "build", "--options", options)).isEqualTo(1);
    assertThat(tool("release", "build", "--options", options + "x")).isEqualTo(1);
  }

  @Test
  void usageErrorsAreTold() {
    assertThat(tool("release", "bake")).isEqualTo(2);
    assertThat(tool("release", "build", "--colour", "red")).isEqualTo(1);
    assertThat(tool("keys", "rotate", "moon")).isEqualTo(1);
  }
}
