// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.db;

import org.jspecify.annotations.Nullable;

/// What happened to one item in one commit.
public sealed interface Change {
  String model();

  String key();

  /// The commit.
  long sequence();

  Stamp stamp();

  Origin origin();

  /// The version before; null when there was none, and always in [Db#changes].
  @Nullable Item before();

  /// The item was made or changed.
  record Put(Item item, @Nullable Item before) implements Change {
    @Override
    public String model() {
      return item.model();
    }

    @Override
    public String key() {
      return item.key();
    }

    @Override
    public long sequence() {
      return item.sequence();
    }

    @Override
    public Stamp stamp() {
      return item.stamp();
    }

    @Override
    public Origin origin() {
      return item.origin();
    }
  }

  /// The item was removed; by expiry when the origin is `SYSTEM`.
  record Removed(
      String model, String key, long sequence, Stamp stamp, Origin origin, @Nullable Item before)
      implements Change {}
}
