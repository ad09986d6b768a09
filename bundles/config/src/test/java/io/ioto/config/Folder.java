// SPDX-License-Identifier: Apache-2.0
package io.ioto.config;

import io.ioto.json.Document;
import io.ioto.json.Json5;
import io.ioto.json.Section;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/// A config folder to try files in.
record Folder(Path path) {
  static final Document NO_OPTIONS = options(Map.of());

  static Document options(Map<String, String> properties) {
    return Options.read(properties::get);
  }

  /// The sections of a description.
  static List<Section> sections(String description) {
    return Section.read(Json5.document(description, "settings.json5"));
  }

  Folder write(String name, String text) {
    try {
      Files.writeString(path.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /// Saves as careful editors do: writes another file and renames it.
  Folder replace(String name, String text) {
    write(name + "~", text);
    try {
      Files.move(path.resolve(name + "~"), path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  Layers.Merged merged(Report report) {
    return Layers.read(path, NO_OPTIONS, report);
  }
}
