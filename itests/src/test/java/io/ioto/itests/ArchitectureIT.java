// SPDX-License-Identifier: Apache-2.0
package io.ioto.itests;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.bench.Gateway;
import io.ioto.resolve.Resolution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Constants;

/// Holds what the built bundles import against the dependency table of `bundles/README.md`.
///
/// The table has a line per bundle: its name in backticks, its one job, its contracts (packages of
/// `api`, in backticks) and the bundles whose packages it may import.
class ArchitectureIT {
  private static final Pattern CODE = Pattern.compile("`([a-z-]+)`");
  private static final Pattern WORD = Pattern.compile("[a-z-]+");
  private static final String PREFIX = "io.ioto.";

  /// A line of the table.
  private record Line(Set<String> contracts, Set<String> uses) {}

  /// What a built bundle says of itself.
  private record Built(Set<String> imports, Set<String> exports) {}

  private final Map<String, Line> table = table();
  private final Map<String, Built> bundles = bundles();

  ArchitectureIT() throws IOException {}

  @Test
  void everyBundleStandsInTheTable() {
    assertThat(table.keySet()).containsAll(bundles.keySet());
  }

  @Test
  void noBundleUsesWhatTheTableDoesNotAllow() {
    var problems = new TreeSet<String>();
    bundles.forEach(
        (name, built) -> {
          for (var imported : built.imports()) {
            if (imported.startsWith(PREFIX) && !built.exports().contains(imported)) {
              var owner = imported.substring(PREFIX.length()).replaceFirst("\\..*", "");
              if (!line(name).uses().contains(owner)) {
                problems.add("%s uses %s".formatted(name, imported));
              }
            }
          }
        });
    assertThat(problems).isEmpty();
  }

  @Test
  void contractsOfTheTableAreThePackagesOfApi() {
    var contracts =
        table.values().stream()
            .flatMap(l -> l.contracts().stream())
            .map(c -> "io.ioto.api." + c)
            .collect(Collectors.toSet());
    assertThat(bundles).extractingByKey("api").extracting(Built::exports).isEqualTo(contracts);
  }

  @Test
  void onlyLibrariesExportPackages() {
    bundles.forEach(
        (name, built) -> {
          if (!Set.of("api", "journal", "json", "resolve", "trust").contains(name)) {
            assertThat(built.exports()).as(name).isEmpty();
          }
        });
  }

  @Test
  void contractsResolveWithNothingButJacksonBesideThem() throws IOException {
    var folder = Gateway.distribution().resolve("bundles");
    try (var files = Files.list(folder)) {
      var jars =
          files
              .filter(
                  f -> {
                    var name = f.getFileName().toString();
                    return name.startsWith("com.fasterxml.jackson.core.")
                        || name.equals("io.ioto.api.jar")
                        || name.equals("io.ioto.json.jar");
                  })
              .toList();
      assertThat(jars).hasSize(5);
      assertThat(Resolution.of(jars, Map.of()).problems()).isEmpty();
    }
  }

  private Line line(String bundle) {
    return table.getOrDefault(bundle, new Line(Set.of(), Set.of()));
  }

  private static Map<String, Line> table() throws IOException {
    var lines = new TreeMap<String, Line>();
    var readme = Path.of(System.getProperty("ioto.source"), "bundles/README.md");
    for (var text : Files.readAllLines(readme)) {
      var cells = text.split("\\|", -1);
      if (cells.length < 6) {
        continue;
      }
      var name = CODE.matcher(cells[1]);
      if (name.find()) {
        lines.put(name.group(1), new Line(words(CODE, cells[3]), words(WORD, cells[4])));
      }
    }
    assertThat(lines).as("table in " + readme).isNotEmpty();
    return lines;
  }

  private static Set<String> words(Pattern pattern, String cell) {
    return pattern
        .matcher(cell)
        .results()
        .map(m -> m.group(m.groupCount()))
        .collect(Collectors.toSet());
  }

  private static Map<String, Built> bundles() throws IOException {
    var all = new TreeMap<String, Built>();
    try (var files = Files.list(Gateway.distribution().resolve("bundles"))) {
      for (var file : files.filter(f -> f.getFileName().toString().startsWith(PREFIX)).toList()) {
        try (var jar = new JarFile(file.toFile())) {
          var headers = jar.getManifest().getMainAttributes();
          var name = headers.getValue(Constants.BUNDLE_SYMBOLICNAME).replaceFirst(";.*", "");
          all.put(
              name.substring(PREFIX.length()),
              new Built(
                  packages(headers.getValue(Constants.IMPORT_PACKAGE)),
                  packages(headers.getValue(Constants.EXPORT_PACKAGE))));
        }
      }
    }
    // Apps stand in no table: they use contracts only, whichever they like.
    all.keySet().removeAll(List.of("console-app", "empty", "kickstart"));
    return all;
  }

  private static Set<String> packages(@org.jspecify.annotations.Nullable String header) {
    if (header == null) {
      return Set.of();
    }
    // Commas within quotes belong to version ranges.
    return Arrays.stream(header.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)"))
        .map(clause -> clause.split(";", 2)[0].strip())
        .collect(Collectors.toSet());
  }
}
