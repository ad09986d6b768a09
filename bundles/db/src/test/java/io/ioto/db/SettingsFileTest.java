// SPDX-License-Identifier: Apache-2.0
package io.ioto.db;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.testing.Sections;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SettingsFileTest {
  @Test
  void defaultsAreThoseOfTheDocumentation() {
    var config = Sections.config(Store.Config.class, "io.ioto.db", Path.of("/state"), "{}");
    assertThat(Store.Settings.of(config, Path.of(config.schema()), true))
        .isEqualTo(
            new Store.Settings(
                Path.of("/state/config/schema.json5"),
                Path.of("/state/config/db.json5"),
                4 << 20,
                Duration.ofMinutes(1),
                true,
                new Limits(1024, 256 << 10, 1_000_000, 32 << 20, 1000, 1000, 100_000, 10_000)));
    assertThat(config.path()).isEqualTo("/state/db");
  }
}
