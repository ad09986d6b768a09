// SPDX-License-Identifier: Apache-2.0
package io.ioto.ota;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.api.provision.CloudApi;
import io.ioto.api.runtime.Backoff;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReporterTest {
  @TempDir Path folder;
  private FakeCloud cloud = new FakeCloud(Path.of("none"));
  private Releases releases;
  private Journal journal;
  private @Nullable Reporter reporter;

  @BeforeEach
  void start() throws IOException {
    releases = new Releases(folder);
    releases.open();
    journal = new Journal(releases.journal(), InstantSource.system(), 20, _ -> wake());
    reporter =
        new Reporter(
            journal,
            releases,
            () -> Optional.<CloudApi>of(cloud),
            new Backoff(Duration.ofMillis(1), Duration.ofMillis(5), new Random(1)));
  }

  private void wake() {
    var there = reporter;
    if (there != null) {
      there.wake();
    }
  }

  @AfterEach
  void stop() {
    var there = reporter;
    if (there != null) {
      there.close();
    }
    reporter = null;
  }

  private void restart() throws IOException {
    stop();
    start();
  }

  private static Journal.Entry entry(Step step, String id, String reason) {
    return new Journal.Entry(step, 7, 6, reason, 1, true, List.of(), Set.of(), id);
  }

  @Test
  void howAnUpdateEndedIsTold() throws IOException {
    journal.write(entry(Step.ROLLED_BACK, "0001-a", "UNHEALTHY: the valve is stuck"));
    eventually(() -> assertThat(cloud.states()).contains("ROLLED_BACK"));
    var report = cloud.reports.getLast();
    assertThat(report.path("id").asText()).isEqualTo("D1");
    assertThat(report.path("update").asText()).isEqualTo("0001-a");
    assertThat(report.path("release").asLong()).isEqualTo(7);
    assertThat(report.path("from").asLong()).isEqualTo(6);
    assertThat(report.path("success").asBoolean()).isFalse();
    assertThat(report.path("reason").asText()).isEqualTo("UNHEALTHY: the valve is stuck");
  }

  @Test
  void howItComesAlongIsToldWhileItDoes() throws IOException {
    journal.write(entry(Step.PLANNED, "0001-a", ""));
    eventually(() -> assertThat(cloud.states()).containsExactly("PLANNED"));
    journal.write(entry(Step.GATING, "0001-a", ""));
    eventually(() -> assertThat(cloud.states()).containsExactly("PLANNED", "GATING"));
    journal.write(entry(Step.COMMITTED, "0001-a", ""));
    eventually(() -> assertThat(cloud.states()).containsExactly("PLANNED", "GATING", "COMMITTED"));
  }

  @Test
  void reportsWaitForTheCloudAndComeInTheirOrder() throws IOException {
    cloud.away = true;
    journal.write(entry(Step.FAILED, "0001-a", "EXPIRED: old"));
    journal.write(entry(Step.COMMITTED, "0002-b", ""));
    restart();
    assertThat(cloud.states()).isEmpty();
    cloud.away = false;
    eventually(() -> assertThat(cloud.states()).containsExactly("FAILED", "COMMITTED"));
  }

  @Test
  void reportWhoseAnswerWasLostIsSentAgainUnderTheSameName() throws IOException {
    cloud.losesAnswers = true;
    journal.write(entry(Step.COMMITTED, "0001-a", ""));
    eventually(() -> assertThat(cloud.states()).containsExactly("COMMITTED", "COMMITTED"));
    assertThat(cloud.reports).extracting(r -> r.path("update").asText()).containsOnly("0001-a");
  }

  @Test
  void whatHasBeenTakenIsNotSentAgainAfterARestart() throws IOException {
    journal.write(entry(Step.COMMITTED, "0001-a", ""));
    eventually(() -> assertThat(releases.reported()).exists());
    restart();
    journal.write(entry(Step.COMMITTED, "0002-b", ""));
    eventually(() -> assertThat(cloud.reports).hasSize(2));
    assertThat(cloud.reports)
        .extracting(r -> r.path("update").asText())
        .containsExactly("0001-a", "0002-b");
  }

  @Test
  void damagedNoteMakesItTellEverythingAgain() throws IOException {
    journal.write(entry(Step.COMMITTED, "0001-a", ""));
    eventually(() -> assertThat(releases.reported()).exists());
    stop();
    Files.writeString(releases.reported(), "{");
    start();
    eventually(() -> assertThat(cloud.reports).hasSize(2));
  }
}
