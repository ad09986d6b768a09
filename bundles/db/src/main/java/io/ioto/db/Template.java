// SPDX-License-Identifier: Apache-2.0
package io.ioto.db;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Text with references to fields, such as `user#${id}`; fields may be dotted.
final class Template {
  /// What became of it.
  ///
  /// @param text up to the first field that was missing
  /// @param missing that field; null when the text is whole
  record Result(String text, @Nullable String missing) {
    boolean complete() {
      return missing == null;
    }
  }

  private final String text;
  private final List<String> parts = new ArrayList<>(); // literal, field, literal, …

  /// @throws IllegalArgumentException when a reference is not closed
  Template(String text) {
    this.text = text;
    var at = 0;
    for (var open = text.indexOf("${"); open >= 0; open = text.indexOf("${", at)) {
      var close = text.indexOf('}', open);
      if (close < 0 || close == open + 2) {
        throw new IllegalArgumentException(
            "'%s' has a '${' without a field and '}' behind it".formatted(text));
      }
      parts.add(text.substring(at, open));
      parts.add(text.substring(open + 2, close));
      at = close + 1;
    }
    parts.add(text.substring(at));
  }

  Result resolve(Map<String, Object> values) {
    if (parts.size() == 1) {
      return new Result(text, null);
    }
    var made = new StringBuilder(parts.getFirst());
    for (var i = 1; i < parts.size(); i += 2) {
      var value = Matching.value(values, parts.get(i));
      if (value == null) {
        return new Result(made.toString(), parts.get(i));
      }
      made.append(value).append(parts.get(i + 1));
    }
    return new Result(made.toString(), null);
  }

  /// The names of the fields it is made from, without what follows a dot.
  List<String> fields() {
    var names = new ArrayList<String>();
    for (var i = 1; i < parts.size(); i += 2) {
      names.add(parts.get(i).replaceFirst("\\..*", ""));
    }
    return names;
  }

  @Override
  public String toString() {
    return text;
  }
}
