// SPDX-License-Identifier: Apache-2.0
package io.ioto.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.ioto.json.Nearest;
import io.ioto.json.Section;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Finds properties that no section knows, which are most often misspelt. Names at the top are
/// free for applications, so there only near misses count.
final class Vocabulary {
  private final Set<String> properties = new TreeSet<>();
  private final Set<String> open = new HashSet<>();
  private final Set<String> objects = new TreeSet<>();

  Vocabulary(Collection<Section> sections) {
    for (var section : sections) {
      for (var name : section.names()) {
        var path = section.path(name);
        properties.add(path);
        if (section.open(name)) {
          open.add(path);
        }
        for (int dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
          objects.add(path.substring(0, dot));
        }
      }
    }
  }

  /// Warns of every unknown property.
  void check(JsonNode root, Section.Findings findings) {
    check(root, "", "", findings);
  }

  private void check(JsonNode node, String path, String pointer, Section.Findings findings) {
    for (var entry : node.properties()) {
      var key = entry.getKey();
      var below = path.isEmpty() ? key : path + "." + key;
      var place = pointer + "/" + key.replace("~", "~0").replace("/", "~1");
      if (key.indexOf('.') >= 0) {
        findings.warning(place, "has no effect; a name with dots is written as nested objects");
      } else if (objects.contains(below) && !open.contains(below)) {
        check(entry.getValue(), below, place, findings);
      } else if (!properties.contains(below)) {
        var suggestion = suggest(key, path);
        if (!path.isEmpty() || suggestion.isPresent()) {
          findings.warning(
              place,
              "unknown property" + suggestion.map(" (did you mean '%s'?)"::formatted).orElse(""));
        }
      }
    }
  }

  private Optional<String> suggest(String key, String path) {
    var prefix = path.isEmpty() ? "" : path + ".";
    var siblings = new TreeSet<String>();
    for (var property : properties) {
      if (property.startsWith(prefix)) {
        var rest = property.substring(prefix.length());
        int dot = rest.indexOf('.');
        siblings.add(dot < 0 ? rest : rest.substring(0, dot));
      }
    }
    return Nearest.to(key, siblings)
        .or(() -> path.isEmpty() ? Optional.empty() : elsewhere(key, path));
  }

  /// A property of that very name at another depth of the same section.
  private Optional<String> elsewhere(String key, String path) {
    int dot = path.indexOf('.');
    var section = (dot < 0 ? path : path.substring(0, dot)) + ".";
    return properties.stream()
        .filter(property -> property.startsWith(section) && property.endsWith("." + key))
        .findFirst();
  }
}
