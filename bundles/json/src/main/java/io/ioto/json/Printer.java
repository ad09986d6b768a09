// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

import com.fasterxml.jackson.databind.JsonNode;

/// Writes a tree as strict JSON (RFC 8259) that any reader takes: what could be misread or does
/// not survive UTF-8 (control characters, U+2028, U+2029, half surrogate pairs) is escaped.
final class Printer {
  private final boolean pretty;
  private final StringBuilder out = new StringBuilder();

  Printer(boolean pretty) {
    this.pretty = pretty;
  }

  String print(JsonNode node) {
    value(node, 0);
    return out.toString();
  }

  static String quote(String text) {
    var printer = new Printer(false);
    printer.string(text);
    return printer.out.toString();
  }

  private void value(JsonNode node, int depth) {
    switch (node.getNodeType()) {
      case OBJECT -> object(node, depth);
      case ARRAY -> array(node, depth);
      case STRING -> string(node.textValue());
      case BINARY -> string(node.asText());
      case BOOLEAN, NULL -> out.append(node.asText());
      case NUMBER -> number(node);
      case MISSING, POJO ->
          throw new IllegalArgumentException(
              "JSON has no %s".formatted(node.getClass().getSimpleName()));
    }
  }

  private void object(JsonNode object, int depth) {
    out.append('{');
    var between = "";
    for (var property : object.properties()) {
      out.append(between);
      newline(depth + 1);
      string(property.getKey());
      out.append(pretty ? ": " : ":");
      value(property.getValue(), depth + 1);
      between = ",";
    }
    if (!object.isEmpty()) {
      newline(depth);
    }
    out.append('}');
  }

  private void array(JsonNode array, int depth) {
    out.append('[');
    var between = "";
    for (var element : array) {
      out.append(between);
      newline(depth + 1);
      value(element, depth + 1);
      between = ",";
    }
    if (!array.isEmpty()) {
      newline(depth);
    }
    out.append(']');
  }

  private void newline(int depth) {
    if (pretty) {
      out.append('\n').repeat("  ", depth);
    }
  }

  private void number(JsonNode number) {
    if (number.isFloatingPointNumber()
        && !number.isBigDecimal()
        && !Double.isFinite(number.doubleValue())) {
      throw new IllegalArgumentException("strict JSON has no " + number.asText());
    }
    out.append(number.asText());
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1))) {
            out.append(c).append(text.charAt(++i));
          } else if (c < ' ' || c == 0x2028 || c == 0x2029 || Character.isSurrogate(c)) {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
