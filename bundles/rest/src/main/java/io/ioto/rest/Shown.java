// SPDX-License-Identifier: Apache-2.0
package io.ioto.rest;

import io.ioto.api.db.Field;
import io.ioto.api.db.Item;
import io.ioto.api.db.Model;
import io.ioto.api.db.Page;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// What clients see of items and models: everything that is not hidden.
final class Shown {
  private Shown() {}

  static boolean hidden(Field field) {
    return field.hidden() || field.name().startsWith("_");
  }

  static Map<String, Object> item(Model model, Item item) {
    var shown = new LinkedHashMap<String, Object>();
    for (var field : model.fields()) {
      var value = item.values().get(field.name());
      if (value != null && !hidden(field)) {
        shown.put(field.name(), value);
      }
    }
    return shown;
  }

  static Map<String, Object> page(Model model, Page page) {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("data", page.items().stream().map(item -> item(model, item)).toList());
    if (page.next() != null) {
      shown.put("next", page.next());
    }
    return shown;
  }

  /// @param read whether whoever asks may see its items
  /// @param write whether he may change them
  static Map<String, Object> model(Model model, boolean read, boolean write) {
    var fields = new LinkedHashMap<String, Object>();
    for (var field : model.fields()) {
      if (!hidden(field)) {
        fields.put(field.name(), field(field));
      }
    }
    return Map.of("name", model.name(), "read", read, "write", write, "fields", fields);
  }

  private static Map<String, Object> field(Field field) {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("type", field.type().name().toLowerCase(Locale.ROOT));
    if (field.required()) {
      shown.put("required", true);
    }
    if (field.fallback() != null) {
      shown.put("default", field.fallback());
    }
    if (!field.options().isEmpty()) {
      shown.put("enum", field.options());
    }
    if (field.template() != null || field.generate() != null) {
      shown.put("made", true);
    }
    if (!field.description().isEmpty()) {
      shown.put("description", field.description());
    }
    return shown;
  }
}
