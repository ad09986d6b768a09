// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the command line says about the log (`PATH:TYPES:SOURCES`, each part may be left out); it
/// wins over the configuration.
///
/// @param path null when not given
/// @param types null when not given
/// @param sources null when not given
record LogTrace(@Nullable String path, @Nullable String types, @Nullable String sources) {
  static LogTrace of(@Nullable String text) {
    var parts = text == null ? List.<String>of() : List.of(text.split(":", 3));
    return new LogTrace(part(parts, 0), part(parts, 1), part(parts, 2));
  }

  private static @Nullable String part(List<String> parts, int index) {
    return index < parts.size() && !parts.get(index).isBlank() ? parts.get(index).strip() : null;
  }

  /// Files of the command line are those of the folder it was given in.
  ///
  /// @param other path when none was given
  /// @param folder where `ioto.log` is kept
  String pathOr(String other, Path folder) {
    return path == null ? place(other, folder, folder) : place(path, folder, Path.of(""));
  }

  String typesOr(String other) {
    return types == null ? other : types;
  }

  String sourcesOr(String other) {
    return sources == null ? other : sources;
  }

  private static String place(String path, Path folder, Path relative) {
    return switch (path) {
      case "stdout", "stderr" -> path;
      // The log service of the cloud is not there yet.
      case "default", "cloud" -> folder.resolve("ioto.log").toAbsolutePath().toString();
      default -> relative.resolve(path).toAbsolutePath().normalize().toString();
    };
  }
}
