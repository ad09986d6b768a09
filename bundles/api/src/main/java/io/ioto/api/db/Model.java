// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.db;

import java.util.List;
import java.util.Optional;

/// What the schema says of a kind of item; for those who check or show items without knowing them.
///
/// @param key name of the field that is the key, such as `sk`; always hidden
/// @param fields in the order of the schema, without the hash key of the cloud; the key field,
///     such as `sk`, is one of them, and hidden
/// @param sync which way its items are synchronised
public record Model(String name, String key, List<Field> fields, Sync sync) {
  /// Which way items go.
  public enum Sync {
    NONE,
    /// From here to the cloud.
    UP,
    /// From the cloud to here.
    DOWN,
    BOTH;

    /// Whether changes made here are sent.
    public boolean up() {
      return this == UP || this == BOTH;
    }

    /// Whether changes made elsewhere are taken.
    public boolean down() {
      return this == DOWN || this == BOTH;
    }
  }

  public Model {
    fields = List.copyOf(fields);
  }

  public Optional<Field> field(String field) {
    return fields.stream().filter(f -> f.name().equals(field)).findFirst();
  }
}
