// SPDX-License-Identifier: Apache-2.0
package io.ioto.trust;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.TreeMap;

/// The one form of a JSON value over which it is signed: canonical JSON as OLPC describes it. No
/// white space, names in the order of their UTF-8 bytes, strings with only quote and backslash
/// escaped, whole numbers only.
final class Canonical {
  private Canonical() {}

  /// @throws IllegalArgumentException for a number that is not whole
  static byte[] bytes(JsonNode node) {
    var out = new StringBuilder();
    append(out, node);
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void append(StringBuilder out, JsonNode node) {
    switch (node.getNodeType()) {
      case OBJECT -> members(out, node);
      case ARRAY -> {
        var separator = "[";
        for (var element : node) {
          out.append(separator);
          append(out, element);
          separator = ",";
        }
        out.append(node.isEmpty() ? "[]" : "]");
      }
      case STRING -> quote(out, node.textValue());
      case NUMBER -> {
        if (!node.isIntegralNumber()) {
          throw new IllegalArgumentException("%s is no whole number".formatted(node));
        }
        out.append(node.bigIntegerValue());
      }
      case BOOLEAN, NULL -> out.append(node);
      case BINARY, MISSING, POJO -> throw new IllegalArgumentException("no JSON: " + node);
    }
  }

  private static void members(StringBuilder out, JsonNode object) {
    // UTF-16 order is another one beyond the basic plane.
    var sorted = new TreeMap<byte[], String>(Arrays::compareUnsigned);
    object
        .fieldNames()
        .forEachRemaining(name -> sorted.put(name.getBytes(StandardCharsets.UTF_8), name));
    var separator = "{";
    for (var name : sorted.values()) {
      out.append(separator);
      quote(out, name);
      out.append(':');
      append(out, object.path(name));
      separator = ",";
    }
    out.append(sorted.isEmpty() ? "{}" : "}");
  }

  private static void quote(StringBuilder out, String text) {
    out.append('"').append(text.replace("\\", "\\\\").replace("\"", "\\\"")).append('"');
  }
}
