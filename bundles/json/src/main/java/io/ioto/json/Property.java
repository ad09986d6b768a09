// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.Array;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// One property of a section, as its bundle describes it.
///
/// @param list whether it takes a list of values of its type
/// @param least the smallest value allowed, as it was written
/// @param most the largest value allowed, as it was written
/// @param words the values of an enum
/// @param later whether it is only known by name and has no effect yet
record Property(
    Type type,
    boolean list,
    @Nullable JsonNode preset,
    @Nullable JsonNode least,
    @Nullable JsonNode most,
    List<String> words,
    String doc,
    boolean later) {

  /// The value for the dictionary, its directory tokens replaced when it is a path.
  ///
  /// @throws Misfit when the node, or an element of it, is of another kind or out of range
  Object value(JsonNode node, UnaryOperator<String> paths) {
    return list ? values(node, paths) : value(node, "", paths);
  }

  /// The value when the configuration says nothing.
  ///
  /// @throws Misfit when the default does not fit, or there is none and has to be one
  Object preset(UnaryOperator<String> paths) {
    if (preset != null) {
      return value(preset, paths);
    }
    if (list) {
      return Array.newInstance(type.component, 0);
    }
    return switch (type) {
      case JSON -> "null";
      case BOOLEAN -> false;
      case STRING, PATH, URL, SECRET -> "";
      case ENUM, INT, LONG, SIZE, TIME -> throw new Misfit("", "needs a default");
    };
  }

  private Object values(JsonNode node, UnaryOperator<String> paths) {
    if (!node.isArray()) {
      throw new Misfit(
          "", "expected a list [%s, …], found %s".formatted(type.words, type.found(node)));
    }
    var array = Array.newInstance(type.component, node.size());
    for (int i = 0; i < node.size(); i++) {
      Array.set(array, i, value(node.get(i), "/" + i, paths));
    }
    return array;
  }

  private Object value(JsonNode node, String below, UnaryOperator<String> paths) {
    try {
      return single(node, paths);
    } catch (IllegalArgumentException e) {
      throw new Misfit(below, String.valueOf(e.getMessage()));
    }
  }

  private Object single(JsonNode node, UnaryOperator<String> paths) {
    var value = type.convert(node);
    if (type == Type.ENUM && !words.contains(node.textValue())) {
      throw new IllegalArgumentException(
          "expected one of %s, found %s%s"
              .formatted(
                  String.join(", ", words),
                  type.found(node),
                  Nearest.to(node.textValue(), words)
                      .map(" (did you mean '%s'?)"::formatted)
                      .orElse("")));
    }
    if (least != null && number(value) < number(type.convert(least))) {
      throw new IllegalArgumentException(
          "expected at least %s, found %s".formatted(least.asText(), type.found(node)));
    }
    if (most != null && number(value) > number(type.convert(most))) {
      throw new IllegalArgumentException(
          "expected at most %s, found %s".formatted(most.asText(), type.found(node)));
    }
    return type == Type.PATH && value instanceof String path && !path.isEmpty()
        ? paths.apply(path)
        : value;
  }

  private static long number(Object value) {
    return ((Number) value).longValue();
  }
}
