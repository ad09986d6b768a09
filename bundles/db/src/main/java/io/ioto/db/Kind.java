// SPDX-License-Identifier: Apache-2.0
package io.ioto.db;

import io.ioto.api.db.DbException;
import io.ioto.api.db.DbException.Reason;
import io.ioto.api.db.Model;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A model, ready for use.
final class Kind {
  private final Model model;
  private final Map<String, Column> columns;
  private final Column key;
  private final Template template;
  private final @Nullable Column ttl;
  private final List<Column> unique;

  /// @param columns all fields, the key field among them
  /// @param key the key field, whose template may be missing
  /// @param template what keys are made from when the key field is not given
  Kind(Model model, Map<String, Column> columns, Column key, Template template) {
    this.model = model;
    this.columns = columns;
    this.key = key;
    this.template = template;
    ttl = columns.values().stream().filter(c -> c.field().ttl()).findFirst().orElse(null);
    unique = columns.values().stream().filter(c -> c.field().unique()).toList();
  }

  Model model() {
    return model;
  }

  String name() {
    return model.name();
  }

  boolean synced() {
    return model.sync() != Model.Sync.NONE;
  }

  Iterable<Column> columns() {
    return columns.values();
  }

  @Nullable Column column(String name) {
    return columns.get(name);
  }

  Column key() {
    return key;
  }

  boolean isKey(Column column) {
    return column.name().equals(key.name());
  }

  List<Column> unique() {
    return unique;
  }

  /// The key, or as much of its beginning as the values make.
  Template.Result key(Map<String, Object> values) {
    return values.get(key.name()) instanceof String given
        ? new Template.Result(given, null)
        : template.resolve(values);
  }

  /// @throws DbException `INCOMPLETE_KEY` when the values do not make a whole key
  String wholeKey(Map<String, Object> values) {
    var result = key(values);
    if (result.missing() != null) {
      throw new DbException(
          Reason.INCOMPLETE_KEY,
          result.missing(),
          "the key of %s is '%s' and '%s' is missing"
              .formatted(name(), template, result.missing()));
    }
    if (result.text().isEmpty() || result.text().indexOf('\0') >= 0) {
      throw new DbException(
          Reason.INVALID, key.name(), "a key of %s is empty or has a null in it".formatted(name()));
    }
    return result.text();
  }

  /// When an item with these values ceases to exist.
  @Nullable Instant expires(Map<String, Object> values) {
    if (ttl == null || !(values.get(ttl.name()) instanceof String date)) {
      return null;
    }
    try {
      return Instant.parse(date);
    } catch (DateTimeParseException _) {
      // Made elsewhere, in a form that says nothing here.
      return null;
    }
  }

  /// The values that fit the model, in its order and forms; what it does not know is left out.
  ///
  /// @throws DbException `INVALID` when one does not fit its field
  Map<String, Object> fit(Map<String, Object> values) {
    var fitting = new LinkedHashMap<String, Object>();
    for (var column : columns.values()) {
      var value = values.get(column.name());
      if (value != null) {
        fitting.put(column.name(), column.coerce(value));
      }
    }
    return fitting;
  }
}
