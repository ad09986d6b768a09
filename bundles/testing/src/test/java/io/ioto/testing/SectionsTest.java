// SPDX-License-Identifier: Apache-2.0
package io.ioto.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SectionsTest {
  private static final String PID = "io.ioto.sample";
  private static final Path FOLDER = Path.of("/tmp/x");

  @interface Config {
    String file();

    long limits_body();

    String[] names();
  }

  @interface Strange {
    String unheard();
  }

  @Test
  void aConfigurationComesFromTheBundlesOwnSettings() {
    var config = Sections.config(Config.class, PID, FOLDER, "{names: ['a']}");
    assertThat(config.file()).isEqualTo("/tmp/x/state/file");
    assertThat(config.limits_body()).isEqualTo(1024);
    assertThat(config.names()).containsExactly("a");
    assertThat(Sections.defaults(PID, FOLDER)).containsEntry("wait", 1000L).hasSize(4);
  }

  @Test
  void whatDoesNotFitFailsTheTest() {
    assertThatThrownBy(() -> Sections.values(PID, FOLDER, "{wait: 'long'}"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("/sample/inner/wait: ");
    assertThatThrownBy(() -> Sections.config(Strange.class, PID, FOLDER, "{}"))
        .isInstanceOf(AssertionError.class)
        .hasMessage("io.ioto.sample has no property 'unheard'");
    assertThatThrownBy(() -> Sections.defaults("io.ioto.absent", FOLDER))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("io.ioto.absent");
  }
}
