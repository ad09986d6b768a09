// SPDX-License-Identifier: Apache-2.0
package io.ioto.config;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchTest {
  private static final Duration SHORT = Duration.ofMillis(20);
  private static final Duration LONG = Duration.ofHours(1);

  private final Path folder;
  private final AtomicInteger calls = new AtomicInteger();

  WatchTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private Watch watch(Duration debounce, Duration poll) {
    return new Watch(folder, () -> new Watch.Pace(true, debounce, poll), calls::incrementAndGet);
  }

  @Test
  void theFileSystemTellsOfAChange() throws IOException {
    try (var watch = watch(SHORT, LONG)) {
      watch.start();
      new Folder(folder).replace("web.json5", "{}");
      eventually(() -> assertThat(calls).hasValue(1));
    }
  }

  @Test
  void aChangeBeforeTheWatchBeganIsNotMissed() throws IOException {
    try (var watch = watch(SHORT, LONG)) {
      new Folder(folder).replace("web.json5", "{}");
      watch.start();
      eventually(() -> assertThat(calls).hasValue(1));
    }
  }

  @Test
  void savesInQuickSuccessionAreReadTogether() throws IOException {
    try (var watch = watch(Duration.ofMillis(200), LONG)) {
      watch.start();
      for (int i = 0; i < 50; i++) {
        Files.writeString(folder.resolve("web.json5"), "{}");
      }
      eventually(() -> assertThat(calls).hasValueGreaterThan(0));
      assertThat(calls).hasValueLessThan(10);
    }
  }

  @Test
  void whatTheFileSystemDoesNotTellIsSeenByLooking(@TempDir Path elsewhere) throws IOException {
    var target = Files.writeString(elsewhere.resolve("real"), "{}");
    Files.createSymbolicLink(folder.resolve("web.json5"), target);
    try (var watch = watch(SHORT, SHORT)) {
      watch.start();
      new Folder(elsewhere).replace("real", "{a: 1}");
      eventually(() -> assertThat(calls).hasValue(1));
    }
  }

  @Test
  void otherFilesDoNotMatter() throws IOException {
    try (var watch = watch(SHORT, LONG)) {
      watch.start();
      Files.writeString(folder.resolve("web.json5.swp"), "");
      Files.writeString(folder.resolve("other.json5"), "");
      new Folder(folder).replace("web.json5", "{}");
      eventually(() -> assertThat(calls).hasValue(1));
    }
    assertThat(calls).hasValue(1);
  }
}
