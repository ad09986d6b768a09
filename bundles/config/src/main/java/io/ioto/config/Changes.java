// SPDX-License-Identifier: Apache-2.0
package io.ioto.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import java.util.TreeSet;

/// Names the properties in which two configurations differ. Values are left out: some are secret.
final class Changes {
  private static final int SHOWN = 20;

  private Changes() {}

  /// The dotted names, at most twenty.
  static String between(ObjectNode before, ObjectNode after) {
    var names = new TreeSet<String>();
    compare(before, after, "", names);
    var shown = String.join(", ", names.stream().limit(SHOWN).toList());
    return names.size() > SHOWN ? shown + " and %d more".formatted(names.size() - SHOWN) : shown;
  }

  private static void compare(JsonNode before, JsonNode after, String path, Set<String> names) {
    if (before.equals(after)) {
      return;
    }
    if (!before.isObject() && !after.isObject()) {
      names.add(path);
      return;
    }
    var keys = new TreeSet<String>();
    before.properties().forEach(entry -> keys.add(entry.getKey()));
    after.properties().forEach(entry -> keys.add(entry.getKey()));
    if (keys.isEmpty()) {
      names.add(path);
    }
    for (var key : keys) {
      compare(before.path(key), after.path(key), path.isEmpty() ? key : path + "." + key, names);
    }
  }
}
