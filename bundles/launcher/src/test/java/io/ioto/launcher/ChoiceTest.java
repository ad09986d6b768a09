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

class ChoiceTest {
  private static final String SHA = "ab".repeat(32);

  @TempDir Path home;
  @TempDir Path state;

  @BeforeEach
  void folders() throws IOException {
    Files.createDirectories(state.resolve("release"));
    Files.createDirectories(home.resolve("features"));
  }

  private void release(String file, long number) throws IOException {
    Files.writeString(
        state.resolve("release").resolve(file),
        """
        {"bundles": [{"id": "x", "ioto-name": "y", "ioto-version": "2.0.0", "ioto-sha256": "%s",
          "ioto-size": 4, "start-order": 7}],
         "extensions": {"ioto-release": {"kind": "mandatory", "type": "JSON",
          "json": {"release": %d}}}}
        """
            .formatted(SHA, number));
  }

  private void journal(String step, long release) throws IOException {
    Files.writeString(
        state.resolve("release/journal.json"),
        "{\"state\": \"%s\", \"release\": %d}".formatted(step, release));
  }

  private List<Long> numbers() {
    return Choice.of(state).ways().stream().map(Choice.Way::number).toList();
  }

  @Test
  void withoutReleaseWhatWasShippedIsStarted() {
    assertThat(Choice.of(state)).isEqualTo(new Choice(List.of(), null, List.of()));
  }

  @Test
  void committedReleaseIsStarted() throws IOException {
    release("current.json", 5);
    release("previous.json", 4);
    journal("COMMITTED", 5);
    assertThat(numbers()).containsExactly(5L, 4L);
  }

  @Test
  void afterTheWayBackToWhatWasShippedNoReleaseIs() throws IOException {
    release("previous.json", 4);
    assertThat(numbers()).isEmpty();
  }

  @Test
  void releaseThatIsStillSwappedIsNotStarted() throws IOException {
    release("current.json", 5);
    release("candidate.json", 6);
    journal("APPLYING", 6);
    assertThat(numbers()).containsExactly(5L);
  }

  @Test
  void releaseOnTrialIsStartedThreeTimesAndThenPassedOver() throws IOException {
    release("current.json", 5);
    release("candidate.json", 6);
    journal("GATING", 6);
    for (var i = 0; i < 3; i++) {
      assertThat(numbers()).containsExactly(6L, 5L);
    }
    var choice = Choice.of(state);
    assertThat(choice.ways()).extracting(Choice.Way::number).containsExactly(5L);
    assertThat(choice.failure())
        .isEqualTo("the gateway did not come up with release 6 in 3 starts");
  }

  @Test
  void releaseThatWasCommittedJustBeforeTheCutIsOnTrialNoMore() throws IOException {
    release("current.json", 6);
    journal("GATING", 6);
    assertThat(numbers()).containsExactly(6L);
    assertThat(state.resolve("release/boots")).doesNotExist();
  }

  @Test
  void damagedFilesArePassedOverAndTold() throws IOException {
    Files.writeString(state.resolve("release/current.json"), "{");
    release("previous.json", 4);
    Files.writeString(state.resolve("release/journal.json"), "");
    var choice = Choice.of(state);
    assertThat(choice.ways()).extracting(Choice.Way::number).containsExactly(4L);
    assertThat(choice.warnings()).hasSize(2);
  }

  @Test
  void bundlesOfAReleaseComeFromTheStore() throws IOException {
    release("current.json", 5);
    var jar = store();
    var set = BundleSet.of(home, state, state.resolve("release/current.json"), 5, false);
    assertThat(set.entries())
        .containsExactly(
            new BundleSet.Entry("y", new org.osgi.framework.Version("2.0.0"), jar, SHA, 7));
  }

  @Test
  void bundlesThatAreShippedTooComeFromTheDistribution() throws IOException {
    release("current.json", 5);
    Files.createDirectories(home.resolve("bundles"));
    var jar = Files.writeString(home.resolve("bundles/y.jar"), "1234");
    Files.writeString(
        home.resolve("features/core.json"),
        "{\"bundles\": [{\"ioto-file\": \"y.jar\", \"ioto-sha256\": \"%s\"}]}".formatted(SHA));
    var set = BundleSet.of(home, state, state.resolve("release/current.json"), 5, false);
    assertThat(set.entries().getFirst().file()).isEqualTo(jar);
  }

  @Test
  void releaseThatLacksAJarIsNotWhole() throws IOException {
    release("current.json", 5);
    assertThatThrownBy(
            () -> BundleSet.of(home, state, state.resolve("release/current.json"), 5, false))
        .isInstanceOf(LauncherException.class)
        .hasMessageContaining("release 5 is not whole: y is missing or damaged");
    store();
    assertThatThrownBy(
            () -> BundleSet.of(home, state, state.resolve("release/current.json"), 5, true))
        .hasMessageContaining("y is missing or damaged");
  }

  @Test
  void whatWasDeployedOverAnotherReleaseCountsForNothing() throws IOException {
    release("current.json", 5);
    store();
    for (var over : List.of(4, 5)) {
      Files.writeString(
          state.resolve("release/deployed.json"),
          """
          {"over": %d, "bundles": [{"name": "z", "version": "1.0.0", "sha256": "%s", "size": 4}]}
          """
              .formatted(over, SHA));
      var set = BundleSet.of(home, state, state.resolve("release/current.json"), 5, false);
      assertThat(set.entries()).hasSize(over == 5 ? 2 : 1);
    }
  }

  private Path store() throws IOException {
    var folder = Files.createDirectories(state.resolve("store/sha256/ab"));
    return Files.writeString(folder.resolve(SHA + ".jar"), "1234");
  }
}
