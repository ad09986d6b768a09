// SPDX-License-Identifier: Apache-2.0
package io.ioto.trust;

import io.ioto.json.Json5;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;

/// Makes a release set of the features of a distribution, with bundles replaced or added. The same
/// input makes the same bytes.
final class Builder {
  private record Part(ReleaseSet.Bundle bundle, Path jar) {}

  private final Path home;
  private final Map<String, Part> parts = new LinkedHashMap<>();

  /// @param home a distribution
  Builder(Path home) {
    this.home = home;
  }

  /// Adds the bundles of a feature.
  void feature(String name) throws IOException {
    var file = home.resolve("features/%s.json".formatted(name));
    if (!Files.exists(file)) {
      throw new ToolException("%s has no feature '%s'".formatted(home, name));
    }
    for (var node : Json5.read(Files.readString(file), file.toString()).path("bundles")) {
      var jar = home.resolve("bundles").resolve(node.path("ioto-file").asText());
      if (!Files.isRegularFile(jar)) {
        throw new ToolException("%s is missing in the distribution".formatted(jar));
      }
      var part = part(jar, node.path("id").asText(), node.path("start-order").asInt(1));
      parts.putIfAbsent(part.bundle().name(), part);
    }
  }

  /// Puts a bundle in the place of the one of its name, or adds it.
  ///
  /// @param startLevel of one that is added
  void jar(Path jar, int startLevel) throws IOException {
    if (!Files.isRegularFile(jar)) {
      throw new ToolException("no file '%s'".formatted(jar));
    }
    var part = part(jar, "", startLevel);
    var old = parts.get(part.bundle().name());
    if (old != null) {
      part = part(jar, old.bundle().id(), old.bundle().startLevel());
    }
    parts.put(part.bundle().name(), part);
  }

  private static Part part(Path jar, String id, int startLevel) throws IOException {
    try (var file = new JarFile(jar.toFile())) {
      var manifest = file.getManifest();
      var name =
          manifest == null ? null : manifest.getMainAttributes().getValue("Bundle-SymbolicName");
      if (manifest == null || name == null) {
        throw new ToolException("%s is no bundle".formatted(jar));
      }
      var version = manifest.getMainAttributes().getValue("Bundle-Version");
      var plain = name.replaceFirst(";.*", "").strip();
      return new Part(
          new ReleaseSet.Bundle(
              id.isEmpty() ? "bundle:%s:%s".formatted(plain, version) : id,
              plain,
              version == null ? "0.0.0" : version.strip(),
              Hash.of(jar),
              Files.size(jar),
              startLevel),
          jar);
    }
  }

  /// Writes the build.
  ReleaseSet write(
      Repository.Build build, long number, @Nullable Duration minStable, List<String> checks)
      throws IOException {
    var set =
        new ReleaseSet(
            number, parts.values().stream().map(Part::bundle).toList(), minStable, checks);
    Files.createDirectories(build.folder().resolve("bundles"));
    Files.deleteIfExists(build.targets());
    for (var part : parts.values()) {
      Files.copy(
          part.jar(), build.bundle(part.bundle().sha256()), StandardCopyOption.REPLACE_EXISTING);
    }
    Files.write(build.release(), set.bytes());
    return set;
  }
}
