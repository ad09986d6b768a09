// SPDX-License-Identifier: Apache-2.0
package io.ioto.config;

import io.ioto.json.Location;
import io.ioto.json.Section;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Collects everything that is wrong with one reading of the files, so that it can be told at
/// once: `web.json5:3:7: web.limits.body: expected at least 1, found 0`.
final class Report {
  private final Set<String> errors = new LinkedHashSet<>();
  private final Set<String> warnings = new LinkedHashSet<>();

  /// What makes the configuration unusable, each with its place.
  List<String> errors() {
    return List.copyOf(errors);
  }

  /// What probably was meant otherwise.
  List<String> warnings() {
    return List.copyOf(warnings);
  }

  void error(Location location, String reason) {
    errors.add(location + ": " + reason);
  }

  void warning(Location location, String reason) {
    warnings.add(location + ": " + reason);
  }

  /// Findings in the merged tree, told at the place in the file that each value came from.
  Section.Findings in(Origins origins) {
    return new Section.Findings() {
      @Override
      public void error(String pointer, String reason) {
        errors.add(origins.at(pointer) + ": " + property(pointer) + reason);
      }

      @Override
      public void warning(String pointer, String reason) {
        warnings.add(origins.nameAt(pointer) + ": " + property(pointer) + reason);
      }
    };
  }

  /// All errors in one line, for whoever shows only one.
  String summary() {
    var all = new ArrayList<>(errors);
    return all.size() == 1
        ? all.getFirst()
        : "%s (and %d more, see the log)".formatted(all.getFirst(), all.size() - 1);
  }

  /// `/web/listen/0` as a person writes it, `web.listen[0]: `.
  private static String property(String pointer) {
    if (pointer.isEmpty()) {
      return "";
    }
    return pointer
            .substring(1)
            .replaceAll("/([0-9]+)(?=/|$)", "[$1]")
            .replace('/', '.')
            .replace("~1", "/")
            .replace("~0", "~")
        + ": ";
  }
}
