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
/// `api`, each in backticks before a colon) and what it uses (names of other bundles). A bundle
/// that is used may be used through its contracts, or directly where it is a library.
class ArchitectureIT {
  private static final Pattern CODE = Pattern.compile("`([a-z-]+)`");
  private static final Pattern CONTRACT = Pattern.compile("`([a-z]+)`\\s*:");
  private static final Pattern WORD = Pattern.compile("[a-z-]+");

  /// A line of the table.
  private record Line(Set<String> contracts, String uses) {
    boolean uses(String bundle) {
      return uses.contains("any contract")
          || WORD.matcher(uses).results().anyMatch(w -> w.group().equals(bundle));
    }
  }

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
            if (imported.startsWith("io.ioto.") && !built.exports().contains(imported)) {
              problem(name, imported, problems);
            }
          }
        });
    assertThat(problems).isEmpty();
  }

  private void problem(String name, String imported, Set<String> problems) {
    var line = table.get(name);
    if (line == null || name.equals("api")) {
      return;
    }
    if (imported.startsWith("io.ioto.api.")) {
      var contract = imported.substring("io.ioto.api.".length());
      var owners =
          table.entrySet().stream()
              .filter(e -> e.getValue().contracts().contains(contract))
              .map(Map.Entry::getKey)
              .toList();
      if (!owners.contains(name)
          && owners.stream().noneMatch(line::uses)
          && !line.uses().contains("any contract")) {
        problems.add(
            "%s uses the contract '%s' of %s, which the table does not allow it"
                .formatted(name, contract, owners));
      }
    } else {
      var library = imported.substring("io.ioto.".length()).replaceFirst("\\..*", "");
      if (!line.uses(library)) {
        problems.add("%s uses '%s', which the table does not allow it".formatted(name, library));
      }
    }
  }

  @Test
  void onlyLibrariesExportPackages() {
    bundles.forEach(
        (name, built) -> {
          if (!Set.of("api", "json", "journal", "resolve").contains(name)) {
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
        var contracts =
            CONTRACT.matcher(cells[3]).results().map(c -> c.group(1)).collect(Collectors.toSet());
        lines.put(name.group(1), new Line(contracts, cells[4]));
      }
    }
    assertThat(lines).as("table in " + readme).isNotEmpty();
    return lines;
  }

  private static Map<String, Built> bundles() throws IOException {
    var all = new TreeMap<String, Built>();
    try (var files = Files.list(Gateway.distribution().resolve("bundles"))) {
      for (var file :
          files.filter(f -> f.getFileName().toString().startsWith("io.ioto.")).toList()) {
        try (var jar = new JarFile(file.toFile())) {
          var headers = jar.getManifest().getMainAttributes();
          var name = headers.getValue(Constants.BUNDLE_SYMBOLICNAME).replaceFirst(";.*", "");
          all.put(
              name.substring("io.ioto.".length()),
              new Built(
                  packages(headers.getValue(Constants.IMPORT_PACKAGE)),
                  packages(headers.getValue(Constants.EXPORT_PACKAGE))));
        }
      }
    }
    // Apps use contracts only, whichever they like.
    all.keySet().removeAll(List.of("empty"));
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
