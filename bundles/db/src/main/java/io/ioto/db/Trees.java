// SPDX-License-Identifier: Apache-2.0
package io.ioto.db;

import com.fasterxml.jackson.databind.JsonNode;
import io.ioto.api.db.Values;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Turns trees of JSON into values of items.
final class Trees {
  private Trees() {}

  /// The value; null for null.
  ///
  /// @throws IllegalArgumentException for what no item holds
  static @Nullable Object value(JsonNode node) {
    var plain = plain(node);
    return plain == null ? null : Values.value(plain);
  }

  /// An object's values, without those that are null.
  static Map<String, Object> object(JsonNode node) {
    var plain = new LinkedHashMap<String, @Nullable Object>();
    node.properties().forEach(e -> plain.put(e.getKey(), plain(e.getValue())));
    return Values.object(plain);
  }

  private static @Nullable Object plain(JsonNode node) {
    return switch (node.getNodeType()) {
      case NULL, MISSING -> null;
      case BOOLEAN -> node.booleanValue();
      case NUMBER -> node.numberValue();
      case OBJECT -> object(node);
      case ARRAY -> {
        var list = new ArrayList<@Nullable Object>();
        node.forEach(element -> list.add(plain(element)));
        yield list;
      }
      default -> node.asText();
    };
  }
}
