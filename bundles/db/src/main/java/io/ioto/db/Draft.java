// SPDX-License-Identifier: Apache-2.0
package io.ioto.db;

import io.ioto.api.db.Change;
import io.ioto.api.db.Item;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The next version of all data in the making. Keeps every index in step with the items; knows no
/// rules. Belongs to one thread.
final class Draft {
  private final Schema schema;
  private Tree<Item> items;
  private Tree<Object> feed;
  private Tree<Change.Removed> removed;
  private Tree<Change.Removed> graves;
  private Tree<Item> expiring;
  private final Map<String, Tree<Item>> indexes;
  private Tree<Item> unique;
  private long bytes;
  private long floor;

  Draft(Data base) {
    schema = base.schema();
    items = base.items();
    feed = base.feed();
    removed = base.removed();
    graves = base.graves();
    expiring = base.expiring();
    indexes = new HashMap<>(base.indexes());
    unique = base.unique();
    bytes = base.bytes();
    floor = base.floor();
  }

  Schema schema() {
    return schema;
  }

  long bytes() {
    return bytes;
  }

  int size() {
    return items.size();
  }

  @Nullable Item item(String key) {
    return items.get(key);
  }

  Change.@Nullable Removed removal(String key) {
    return removed.get(key);
  }

  /// The item that has this value in a unique field.
  @Nullable Item owner(Column column, Object value) {
    return unique.get(unique(column, value));
  }

  /// Puts an item in, over the one with its key.
  void put(Item item) {
    take(item.key());
    var kind = schema.find(item.model());
    items = items.put(item.key(), item);
    bytes += Codec.weigh(item);
    if (kind == null) {
      return;
    }
    unbury(item.key());
    if (kind.synced()) {
      feed = feed.put(Data.place(item.sequence(), item.key()), item);
    }
    if (item.expires() != null) {
      expiring = expiring.put(Data.due(item.expires(), item.key()), item);
    }
    for (var column : kind.unique()) {
      var value = item.values().get(column.name());
      if (value != null) {
        unique = unique.put(unique(column, value), item);
      }
    }
    for (var index : schema.indexes()) {
      var place = place(index, item);
      if (place != null) {
        indexes.compute(
            index.name(), (_, tree) -> (tree == null ? Tree.<Item>empty() : tree).put(place, item));
      }
    }
  }

  /// Takes an item out; what is left of it in the feed comes with [#bury].
  void take(String key) {
    var item = items.get(key);
    if (item == null) {
      return;
    }
    items = items.remove(key);
    bytes -= Codec.weigh(item);
    feed = feed.remove(Data.place(item.sequence(), key));
    if (item.expires() != null) {
      expiring = expiring.remove(Data.due(item.expires(), key));
    }
    var kind = schema.find(item.model());
    if (kind == null) {
      return;
    }
    for (var column : kind.unique()) {
      var value = item.values().get(column.name());
      var owner = value == null ? null : owner(column, value);
      if (value != null && owner != null && owner.key().equals(key)) {
        unique = unique.remove(unique(column, value));
      }
    }
    for (var index : schema.indexes()) {
      var place = place(index, item);
      if (place != null) {
        indexes.computeIfPresent(index.name(), (_, tree) -> tree.remove(place));
      }
    }
  }

  /// Keeps a removal for the feed, if its model is synchronised.
  void bury(Change.Removed removal) {
    var kind = schema.find(removal.model());
    if (kind == null || !kind.synced()) {
      return;
    }
    unbury(removal.key());
    var kept =
        new Change.Removed(
            removal.model(),
            removal.key(),
            removal.sequence(),
            removal.stamp(),
            removal.origin(),
            null);
    var place = Data.place(kept.sequence(), kept.key());
    removed = removed.put(kept.key(), kept);
    graves = graves.put(place, kept);
    feed = feed.put(place, kept);
  }

  private void unbury(String key) {
    var removal = removed.get(key);
    if (removal != null) {
      var place = Data.place(removal.sequence(), key);
      removed = removed.remove(key);
      graves = graves.remove(place);
      feed = feed.remove(place);
    }
  }

  /// Forgets removals up to a commit.
  void forget(long through) {
    for (var cursor = graves.from(""); cursor.next(); ) {
      if (cursor.value().sequence() > through) {
        break;
      }
      unbury(cursor.value().key());
    }
    floor(Math.max(floor, through));
  }

  /// Forgets the oldest removals beyond a number.
  void limit(int removals) {
    while (graves.size() > removals) {
      var cursor = graves.from("");
      if (!cursor.next()) {
        return;
      }
      floor = Math.max(floor, cursor.value().sequence());
      unbury(cursor.value().key());
    }
  }

  void floor(long sequence) {
    floor = sequence;
  }

  Data data(long sequence) {
    return new Data(
        schema,
        items,
        feed,
        removed,
        graves,
        expiring,
        Map.copyOf(indexes),
        unique,
        sequence,
        bytes,
        floor);
  }

  private static String unique(Column column, Object value) {
    return column.model() + '\0' + column.name() + '\0' + value;
  }

  /// Where an item stands in an index; null when it lacks its fields.
  private static @Nullable String place(Schema.Index index, Item item) {
    if (!(item.values().get(index.hash()) instanceof String hash)) {
      return null;
    }
    var sort = index.sort() == null ? "" : item.values().get(index.sort());
    return sort instanceof String text ? hash + '\0' + text + '\0' + item.key() : null;
  }
}
