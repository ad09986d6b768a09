// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.json.Json5;
import io.ioto.json.Section;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SettingsFileTest {
  private static final Map<String, Object> LIMITS =
      Map.of(
          "fibers", 1000, "timers", 1000, "watches", 1000, "signals", 1000, "fibers.join", 5000L);

  private static Map<String, Object> defaults(String... pids) throws IOException {
    try (var in = BundleFibers.class.getResourceAsStream("/" + Section.RESOURCE)) {
      assertThat(in).isNotNull();
      var text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      var defaults = new HashMap<String, Object>();
      for (var section : Section.read(Json5.document(text, Section.RESOURCE))) {
        if (Arrays.asList(pids).contains(section.pid())) {
          defaults.putAll(section.defaults(path -> path));
        }
      }
      return defaults;
    }
  }

  private static Stream<String> attributes(Class<?>... configs) {
    return Arrays.stream(configs)
        .flatMap(c -> Arrays.stream(c.getDeclaredMethods()))
        .map(m -> m.getName().replace('_', '.'))
        .distinct();
  }

  @Test
  void limitsAreThoseWrittenDown() throws IOException {
    var defaults = defaults("io.ioto.runtime", "io.ioto.runtime.limits");

    assertThat(defaults).isEqualTo(LIMITS);
    assertThat(
            attributes(
                BundleFibers.Config.class, BundleTimers.Config.class, BundleSignals.Config.class))
        .containsExactlyInAnyOrderElementsOf(defaults.keySet());
  }

  @Test
  void logOfTheCommandLineStartsWithTheDefaults() throws IOException {
    var early = LogSettings.early(LogTrace.of(null), Path.of("/log"), "unit", Instant.EPOCH);

    assertThat(defaults("io.ioto.runtime.log"))
        .isEqualTo(
            Map.of(
                "path", early.path(),
                "format", early.format(),
                "types", early.types(),
                "sources", early.sources(),
                "maxSize", early.limits().maxSize(),
                "keep", early.limits().keep(),
                "total", early.limits().total(),
                "queue", early.queue()));
    assertThat(attributes(LogSection.Config.class))
        .containsExactlyInAnyOrderElementsOf(defaults("io.ioto.runtime.log").keySet());
  }
}
