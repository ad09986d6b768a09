// SPDX-License-Identifier: Apache-2.0
package io.ioto.sync;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ioto.api.db.Change;
import io.ioto.api.db.Field;
import io.ioto.api.db.Model;
import io.ioto.api.db.Stamp;
import io.ioto.api.db.Write;
import io.ioto.json.Mapper;
import java.util.LinkedHashMap;
import java.util.Map;

/// Items as they go over the wire; see `docs/cloud-protocol.md`.
final class Wire {
  private final ObjectMapper mapper = Mapper.create();

  /// A change made here, for the cloud. Fields that do not leave the device are not in it.
  ObjectNode change(Change change, Model model) {
    var json = mapper.createObjectNode();
    json.put("key", change.key());
    json.put("stamp", change.stamp().toString());
    var item = json.putObject("item");
    item.put("_type", change.model());
    switch (change) {
      case Change.Put put -> {
        json.put("cmd", "upsert");
        var values = new LinkedHashMap<>(put.item().values());
        model.fields().stream().filter(f -> !f.synced()).map(Field::name).forEach(values::remove);
        item.setAll((ObjectNode) mapper.valueToTree(values));
      }
      case Change.Removed _ -> json.put("cmd", "remove");
    }
    return json;
  }

  /// A version of an item that was made in the cloud.
  ///
  /// @param removed whether the item was removed there
  /// @throws IllegalArgumentException when it names no model, no key or no stamp
  Write accept(JsonNode item, boolean removed) {
    var model = text(item, "_type");
    var key = text(item, "_key");
    var stamp = Stamp.parse(text(item, "_stamp"));
    if (removed) {
      return new Write.AcceptRemoval(model, key, stamp);
    }
    var values = mapper.convertValue(item, new TypeReference<Map<String, Object>>() {});
    values.keySet().removeIf(name -> name.startsWith("_"));
    return new Write.Accept(model, key, stamp, values);
  }

  private static String text(JsonNode item, String name) {
    var value = item.path(name).asText();
    if (value.isEmpty()) {
      throw new IllegalArgumentException("an item without '%s'".formatted(name));
    }
    return value;
  }
}
