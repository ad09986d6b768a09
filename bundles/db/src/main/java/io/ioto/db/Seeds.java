// SPDX-License-Identifier: Apache-2.0
package io.ioto.db;

import io.ioto.api.db.Write;
import io.ioto.json.Json5;
import io.ioto.json.JsonException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The items with which a database begins: `{ Port: [{ name: 'eth0' }, …], … }`.
final class Seeds {
  private Seeds() {}

  /// @throws JsonException when the file is no such thing, with the place
  static List<Write> read(Path file) throws IOException {
    var document = Json5.document(file);
    if (!document.root().isObject()) {
      throw new JsonException(document.at(""), "expected an object of lists of items, by model");
    }
    var writes = new ArrayList<Write>();
    document
        .root()
        .properties()
        .forEach(
            model -> {
              var place = "/" + model.getKey();
              if (!model.getValue().isArray()) {
                throw new JsonException(document.at(place), "expected a list of items");
              }
              for (var item : model.getValue()) {
                try {
                  writes.add(Write.create(model.getKey(), Trees.object(item)));
                } catch (IllegalArgumentException e) {
                  throw new JsonException(document.at(place), String.valueOf(e.getMessage()));
                }
              }
            });
    return writes;
  }
}
