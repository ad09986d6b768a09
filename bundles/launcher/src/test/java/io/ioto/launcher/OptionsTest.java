// SPDX-License-Identifier: Apache-2.0
package io.ioto.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {
  @Test
  void optionsBecomeFrameworkProperties(@TempDir Path folder) {
    var options =
        Options.of(
            List.of(
                "--profile",
                "prod",
                "--app",
                "empty",
                "--state",
                folder.toString(),
                "--listen",
                "http://127.0.0.1:1",
                "--listen",
                "https://127.0.0.1:2",
                "--exit",
                "1.5",
                "--config",
                folder.toString()),
            Map.of());

    assertThat(options.state()).isEqualTo(folder);
    assertThat(options.config()).isEqualTo(folder);
    assertThat(options.exit()).isEqualTo(Duration.ofMillis(1500));
    assertThat(options.properties())
        .containsEntry("ioto.profile", "prod")
        .containsEntry("ioto.app", "empty")
        .containsEntry("ioto.listen", "http://127.0.0.1:1 https://127.0.0.1:2");
  }

  @Test
  void anOptionBeatsTheEnvironmentAndTheLongVariableTheShort() {
    var environment = Map.of("IOTO_PROFILE", "site", "PROFILE", "other", "IOTO_ID", "ABC");

    assertThat(Options.of(List.of(), environment).properties())
        .containsEntry("ioto.profile", "site")
        .containsEntry("ioto.id", "ABC");
    assertThat(Options.of(List.of("--profile", "prod"), environment).properties())
        .containsEntry("ioto.profile", "prod");
    assertThat(Options.of(List.of(), Map.of("PROFILE", "other")).properties())
        .containsEntry("ioto.profile", "other");
  }

  @ParameterizedTest
  @CsvSource({
    "--bogus, unknown option '--bogus'",
    "--profile, option '--profile' needs a value",
    "--exit soon, '--exit' is 'soon'",
    "--exit -1, '--exit' is '-1'",
    "--id 123456789012345678901, --id takes 1 to 20",
    "--config /no/such/folder, no configuration folder '/no/such/folder'",
  })
  void aBadCommandLineIsNamed(String line, String message) {
    var expected = message.replace("'--exit' is", "--exit takes a number of seconds, not");

    assertThatThrownBy(() -> Options.of(List.of(line.split(" ")), Map.of()))
        .isInstanceOf(LauncherException.class)
        .hasMessageContaining(expected);
  }
}
