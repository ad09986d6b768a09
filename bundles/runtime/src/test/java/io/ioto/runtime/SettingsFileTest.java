// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ioto.json.Json5;
import io.ioto.json.Units;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SettingsFileTest {
  private static JsonNode settings() throws IOException {
    try (var in = SettingsFileTest.class.getResourceAsStream("/OSGI-INF/ioto/settings.json5")) {
      assertThat(in).isNotNull();
      var text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return Json5.read(text, "settings.json5");
    }
  }

  private static Set<String> described(String... pids) throws IOException {
    var described = new HashSet<String>();
    for (var section : settings()) {
      if (Arrays.asList(pids).contains(section.path("pid").asText())) {
        section
            .path("properties")
            .properties()
            .forEach(
                p -> {
                  if (!p.getValue().path("later").asBoolean()) {
                    described.add(p.getKey());
                  }
                });
      }
    }
    return described;
  }

  private static Stream<String> attributes(Class<?> config) {
    return Arrays.stream(config.getDeclaredMethods()).map(m -> m.getName().replace('_', '.'));
  }

  @Test
  void everyPropertyIsUsedAndEveryAttributeDescribed() throws IOException {
    var used = new HashSet<String>();
    attributes(BundleFibers.Config.class).forEach(used::add);
    attributes(BundleTimers.Config.class).forEach(used::add);
    attributes(BundleSignals.Config.class).forEach(used::add);

    assertThat(described("io.ioto.runtime", "io.ioto.runtime.limits")).isEqualTo(used);
    assertThat(described("io.ioto.runtime.log"))
        .isEqualTo(attributes(LogSection.Config.class).collect(Collectors.toSet()));
  }

  @Test
  void logOfTheCommandLineStartsWithTheDefaults() throws IOException {
    var log = settings().get(2).path("properties");
    var early = LogSettings.early(LogTrace.of(null), Path.of("/log"), "unit", Instant.EPOCH);

    assertThat(early.path()).isEqualTo(log.at("/path/default").asText());
    assertThat(early.format()).isEqualTo(log.at("/format/default").asText());
    assertThat(early.types()).isEqualTo(log.at("/types/default").asText());
    assertThat(early.sources()).isEqualTo(log.at("/sources/default").asText());
    assertThat(early.limits())
        .isEqualTo(
            new LogFile.Limits(
                Units.size(log.at("/maxSize/default").asText()),
                log.at("/keep/default").intValue(),
                Units.size(log.at("/total/default").asText())));
    assertThat(early.queue()).isEqualTo(Units.size(log.at("/queue/default").asText()));
  }

  @Test
  void defaultsAreThoseWrittenDown() throws IOException {
    var limits = settings().get(1).path("properties");

    assertThat(limits.at("/fibers/default").intValue()).isEqualTo(1000);
    assertThat(limits.at("/timers/default").intValue()).isEqualTo(1000);
    assertThat(limits.at("/watches/default").intValue()).isEqualTo(1000);
    assertThat(limits.at("/signals/default").intValue()).isEqualTo(1000);
    assertThat(settings().at("/0/properties/fibers.join/default").asText()).isEqualTo("5 secs");
  }
}
