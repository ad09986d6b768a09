// SPDX-License-Identifier: Apache-2.0
package io.ioto.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.json.Json5;
import io.ioto.json.Section;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The files an operator gets, held against the rules of all bundles of this repository.
class ShippedFilesTest {
  private static final Path ROOT = Path.of("../..");

  private final Report report = new Report();

  private static List<Section> sections() throws IOException {
    var sections = new ArrayList<Section>();
    try (var bundles = Files.newDirectoryStream(ROOT.resolve("bundles"))) {
      for (var bundle : bundles) {
        var description = bundle.resolve("src/main/resources").resolve(Section.RESOURCE);
        if (Files.exists(description)) {
          sections.addAll(Section.read(Json5.document(description)));
        }
      }
    }
    return sections;
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev", "prod"})
  void theShippedFilesHaveNeitherErrorsNorWarnings(String profile) throws IOException {
    check(ROOT.resolve("runtime-config"), profile);
    assertThat(report.errors()).isEmpty();
    assertThat(report.warnings()).isEmpty();
  }

  @Test
  void theSampleWorksWhenCopied(@TempDir Path folder) throws IOException {
    for (var name : List.of("ioto.json5", "web.json5", "device.json5", "local.json5.sample")) {
      Files.copy(
          ROOT.resolve("runtime-config").resolve(name),
          folder.resolve(name.replace(".sample", "")));
    }
    var evaluation = check(folder, "dev");
    assertThat(report.errors()).isEmpty();
    assertThat(report.warnings()).isEmpty();
    assertThat(evaluation.dictionaries()).containsKey("io.ioto.config");
  }

  private Evaluation check(Path folder, String profile) throws IOException {
    var options = Options.read(Map.of("ioto.profile", profile)::get);
    var merged = Layers.read(folder, options, report);
    assertThat(merged.profile()).isEqualTo(profile);
    var findings = report.in(merged.origins());
    var directories = Directories.of(Path.of("/state"), folder, merged.root(), findings);
    return Evaluation.of(merged, sections(), directories::path, true, report);
  }
}
