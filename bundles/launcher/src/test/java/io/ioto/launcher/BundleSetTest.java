// SPDX-License-Identifier: Apache-2.0
package io.ioto.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleSetTest {
  private static final String SHA = "ab".repeat(32);

  @TempDir Path home;
  @TempDir Path state;

  @BeforeEach
  void aFeatureWithOneBundle() throws IOException {
    Files.createDirectories(home.resolve("features"));
    Files.writeString(
        home.resolve("features/core.json"),
        """
        {"bundles": [{"id": "x:y:1", "ioto-name": "y", "ioto-version": "1.0.0",
          "ioto-file": "y.jar", "ioto-sha256": "00", "start-order": 5}]}
        """);
  }

  @Test
  void aFeatureNamesItsBundles() {
    var set = BundleSet.of(home, state, List.of("core"), false);

    assertThat(set.entries()).hasSize(1);
    assertThat(set.entries().getFirst().file()).isEqualTo(home.resolve("bundles/y.jar"));
    assertThat(set.entries().getFirst().startLevel()).isEqualTo(5);
    assertThat(set.warnings()).isEmpty();
  }

  @Test
  void aDeployedBundleReplacesAnOlderOneOfItsName() throws IOException {
    deploy("y", "1.0.1", 4);

    assertThat(BundleSet.of(home, state, List.of("core"), false).entries())
        .singleElement()
        .satisfies(e -> assertThat(e.sha256()).isEqualTo(SHA))
        .satisfies(e -> assertThat(e.startLevel()).isEqualTo(7));
  }

  @Test
  void aDeployedBundleThatDiffersInItsBytesOnlyIsTold() throws IOException {
    deploy("y", "1.0.0", 4);

    var set = BundleSet.of(home, state, List.of("core"), false);

    assertThat(set.entries()).singleElement().satisfies(e -> assertThat(e.sha256()).isEqualTo(SHA));
    assertThat(set.warnings())
        .singleElement()
        .asString()
        .contains("y 1.0.0 runs as it was deployed");
  }

  @Test
  void aDeployedBundleOfANewNameJoins() throws IOException {
    deploy("z", "1.0.0", 4);

    assertThat(BundleSet.of(home, state, List.of("core"), false).entries())
        .extracting(BundleSet.Entry::name)
        .containsExactly("y", "z");
  }

  @Test
  void aNewerDistributionBeatsWhatWasDeployedBefore() throws IOException {
    deploy("y", "0.9.0", 4);

    assertThat(BundleSet.of(home, state, List.of("core"), false).entries())
        .singleElement()
        .satisfies(e -> assertThat(e.sha256()).isEqualTo("00"));
  }

  @Test
  void anIncompleteJarInTheStoreIsPassedOver() throws IOException {
    deploy("y", "1.0.1", 5);

    var set = BundleSet.of(home, state, List.of("core"), false);

    assertThat(set.entries())
        .singleElement()
        .satisfies(e -> assertThat(e.sha256()).isEqualTo("00"));
    assertThat(set.warnings()).singleElement().asString().contains("y 1.0.1", "shipped one");
  }

  @Test
  void aJarThatIsNotWhatWasDeployedIsFoundWhenLookedAt() throws IOException {
    deploy("y", "1.0.1", 4);

    var set = BundleSet.of(home, state, List.of("core"), true);

    assertThat(set.entries())
        .singleElement()
        .satisfies(e -> assertThat(e.sha256()).isEqualTo("00"));
    assertThat(set.warnings()).singleElement().asString().contains("y 1.0.1", "damaged");
  }

  @Test
  void aDamagedRecordOfDeploymentsLeavesTheShippedSet() throws IOException {
    Files.createDirectories(state.resolve("release"));
    Files.writeString(state.resolve("release/deployed.json"), "{\"bundles\": [{\"na");

    var set = BundleSet.of(home, state, List.of("core"), false);

    assertThat(set.entries()).hasSize(1);
    assertThat(set.warnings()).singleElement().asString().contains("deployed.json is damaged");
  }

  @Test
  void anUnknownFeatureIsRefusedWithThoseThereAre() {
    assertThatThrownBy(() -> BundleSet.of(home, state, List.of("cor"), false))
        .isInstanceOf(LauncherException.class)
        .hasMessage("no feature 'cor'; there are: core");
  }

  private void deploy(String name, String version, int size) throws IOException {
    var jar = state.resolve("store/sha256/ab/%s.jar".formatted(SHA));
    Files.createDirectories(jar.getParent());
    Files.createDirectories(state.resolve("release"));
    Files.writeString(jar, "1234");
    Files.writeString(
        state.resolve("release/deployed.json"),
        "{\"bundles\":[{\"name\":\"%s\",\"version\":\"%s\",\"sha256\":\"%s\",\"size\":%d,\"startLevel\":7}]}"
            .formatted(name, version, SHA, size));
  }
}
