// SPDX-License-Identifier: Apache-2.0
package io.ioto.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.ioto.json.Section;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The folders that a path may begin with: `@state`, `@config`, `@db`, `@certs`, `@site`, `@log`.
/// A path without token that is not absolute is below `@state`, since the gateway writes nowhere
/// else.
final class Directories {
  private final Map<String, Path> folders = new LinkedHashMap<>();

  private Directories(Path state, Path config) {
    folders.put("state", state);
    folders.put("config", config);
  }

  /// The folders that a merged configuration names under `directories`; they may themselves be
  /// below `@state` or `@config`.
  static Directories of(Path state, Path config, JsonNode merged, Section.Findings findings) {
    var base = new Directories(state, config);
    var directories = new Directories(state, config);
    for (var name : List.of("db", "certs", "site", "log")) {
      var folder = "@state/" + name;
      try {
        folder = base.path(merged.path("directories").path(name).asText(folder));
      } catch (IllegalArgumentException e) {
        findings.error("/directories/" + name, String.valueOf(e.getMessage()));
        folder = base.path(folder);
      }
      directories.folders.put(name, Path.of(folder));
    }
    return directories;
  }

  /// The absolute path.
  ///
  /// @throws IllegalArgumentException when it begins with an unknown token
  String path(String path) {
    if (path.startsWith("/")) {
      return Path.of(path).normalize().toString();
    }
    var spelled = path.startsWith("@") ? path : "@state/" + path;
    int slash = spelled.indexOf('/');
    var token = slash < 0 ? spelled.substring(1) : spelled.substring(1, slash);
    var folder = folders.get(token);
    if (folder == null) {
      throw new IllegalArgumentException(
          "unknown folder '@%s', expected one of @%s"
              .formatted(token, String.join(", @", folders.keySet())));
    }
    var rest = slash < 0 ? "" : spelled.substring(slash + 1);
    return folder.resolve(rest).normalize().toString();
  }
}
