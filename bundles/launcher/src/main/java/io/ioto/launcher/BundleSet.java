// SPDX-License-Identifier: Apache-2.0
package io.ioto.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osgi.framework.Version;

/// The bundles that shall run: those of the chosen features, replaced or joined by what was
/// deployed into this gateway.
///
/// @param entries in start order
/// @param warnings what was wrong with the deployed bundles and how it was settled
record BundleSet(List<Entry> entries, List<String> warnings) {
  /// One bundle of the set.
  ///
  /// @param name symbolic name
  /// @param file jar, absolute
  /// @param sha256 hash of the jar, lower-case hex
  /// @param startLevel 1 or more
  record Entry(String name, Version version, Path file, String sha256, int startLevel) {
    /// The same for every version of a bundle that comes with the distribution, and so stable.
    String location() {
      return "reference:" + file.toUri().toString().replaceFirst("^file:///", "file:/");
    }
  }

  BundleSet {
    entries = List.copyOf(entries);
    warnings = List.copyOf(warnings);
  }

  /// Reads the features and the deployed bundles.
  ///
  /// @param features names such as `core`
  /// @param thorough whether deployed jars are read and compared with their hash, which takes time
  /// @throws LauncherException when a feature does not exist or cannot be read
  static BundleSet of(Path home, Path state, List<String> features, boolean thorough) {
    var wanted = new LinkedHashMap<String, Entry>();
    for (var feature : features) {
      var file = home.resolve("features/%s.json".formatted(feature));
      if (!Files.exists(file)) {
        throw new LauncherException(
            2,
            "no feature '%s'; there are: %s".formatted(feature, names(home.resolve("features"))));
      }
      try {
        for (var bundle : Json.objects(Json.object(Files.readString(file)), "bundles")) {
          var entry =
              entry(bundle, home.resolve("bundles").resolve(Json.string(bundle, "ioto-file")));
          wanted.putIfAbsent(entry.name(), entry);
        }
      } catch (IOException | IllegalArgumentException e) {
        throw new LauncherException(1, "%s is damaged: %s".formatted(file, e.getMessage()));
      }
    }
    var warnings = overlay(wanted, state, 0, thorough);
    return new BundleSet(List.copyOf(wanted.values()), warnings);
  }

  /// Reads a release set and what was deployed over it. A jar that comes with the distribution,
  /// too, is taken from there.
  ///
  /// @param release the release file
  /// @param number of the release
  /// @throws LauncherException when it is not whole
  static BundleSet of(Path home, Path state, Path release, long number, boolean thorough) {
    var wanted = new LinkedHashMap<String, Entry>();
    try {
      var shipped = shipped(home);
      for (var bundle : Json.objects(Json.object(Files.readString(release)), "bundles")) {
        var sha256 = Json.string(bundle, "ioto-sha256");
        var size = Json.number(bundle, "ioto-size", -1);
        var jar = shipped.getOrDefault(sha256, stored(state, sha256));
        if (!Files.exists(jar)
            || Files.size(jar) != size
            || (thorough && !sha256.equals(sha256(jar)))) {
          throw new LauncherException(
              1,
              "%s is missing or damaged in the store".formatted(Json.string(bundle, "ioto-name")));
        }
        var entry = entry(bundle, jar);
        wanted.putIfAbsent(entry.name(), entry);
      }
    } catch (IOException | RuntimeException e) {
      throw new LauncherException(
          1, "release %d is not whole: %s".formatted(number, e.getMessage()));
    }
    var warnings = overlay(wanted, state, number, thorough);
    return new BundleSet(List.copyOf(wanted.values()), warnings);
  }

  /// The jars of the distribution by their hash.
  private static Map<String, Path> shipped(Path home) throws IOException {
    var shipped = new HashMap<String, Path>();
    var folder = home.resolve("features");
    if (!Files.isDirectory(folder)) {
      return shipped;
    }
    try (var features = Files.list(folder)) {
      for (var feature : features.filter(f -> f.toString().endsWith(".json")).toList()) {
        for (var bundle : Json.objects(Json.object(Files.readString(feature)), "bundles")) {
          shipped.put(
              Json.string(bundle, "ioto-sha256"),
              home.resolve("bundles").resolve(Json.string(bundle, "ioto-file")));
        }
      }
    }
    return shipped;
  }

  private static Path stored(Path state, String sha256) {
    return state.resolve("store/sha256").resolve(sha256.substring(0, 2)).resolve(sha256 + ".jar");
  }

  /// @param over number of the release that is overlaid; what was deployed over another is not
  ///     meant
  private static List<String> overlay(
      Map<String, Entry> wanted, Path state, long over, boolean thorough) {
    var warnings = new ArrayList<String>();
    var file = state.resolve("release/deployed.json");
    if (!Files.exists(file)) {
      return warnings;
    }
    try {
      var deployed = Json.object(Files.readString(file));
      if (Json.number(deployed, "over", 0) != over) {
        return warnings;
      }
      for (var bundle : Json.objects(deployed, "bundles")) {
        var sha256 = Json.string(bundle, "sha256");
        var jar = stored(state, sha256);
        var entry = deployed(bundle, jar);
        var shipped = wanted.get(entry.name());
        if (shipped != null && shipped.version().compareTo(entry.version()) > 0) {
          continue;
        }
        if (!Files.exists(jar)
            || Files.size(jar) != Json.number(bundle, "size", -1)
            || (thorough && !sha256.equals(sha256(jar)))) {
          warnings.add(
              "deployed bundle %s %s is missing or damaged in the store; %s"
                  .formatted(
                      entry.name(),
                      entry.version(),
                      shipped == null ? "it is left out" : "the shipped one is used"));
          continue;
        }
        if (shipped != null
            && shipped.version().equals(entry.version())
            && !shipped.sha256().equals(sha256)) {
          warnings.add(
              "%s %s runs as it was deployed, not as it is shipped; delete %s to go back"
                  .formatted(entry.name(), entry.version(), file));
        }
        wanted.put(entry.name(), entry);
      }
    } catch (IOException | RuntimeException e) {
      warnings.add(
          "%s is damaged, the shipped bundles are used: %s".formatted(file, e.getMessage()));
    }
    return warnings;
  }

  private static String sha256(Path file) throws IOException {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Entry entry(Map<String, Object> bundle, Path file) {
    return new Entry(
        Json.string(bundle, "ioto-name"),
        Version.parseVersion(Json.string(bundle, "ioto-version")),
        file,
        Json.string(bundle, "ioto-sha256"),
        (int) Json.number(bundle, "start-order", 1));
  }

  private static Entry deployed(Map<String, Object> bundle, Path file) {
    return new Entry(
        Json.string(bundle, "name"),
        Version.parseVersion(Json.string(bundle, "version")),
        file,
        Json.string(bundle, "sha256"),
        (int) Json.number(bundle, "startLevel", 30));
  }

  private static String names(Path folder) {
    try (var files = Files.list(folder)) {
      return String.join(
          ", ",
          files
              .map(f -> f.getFileName().toString().replaceFirst("\\.json$", ""))
              .sorted()
              .toList());
    } catch (IOException e) {
      return "none (%s)".formatted(e.getMessage());
    }
  }
}
