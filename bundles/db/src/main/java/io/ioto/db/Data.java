// SPDX-License-Identifier: Apache-2.0
package io.ioto.db;

import io.ioto.api.db.Change;
import io.ioto.api.db.Item;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/// Everything there is, after one commit. Immutable; versions share what did not change.
///
/// @param items by key
/// @param feed items of synchronised models, and removals of such, by [#place]: what
///     synchronisation reads
/// @param removed the removals in the feed, by key
/// @param graves the removals in the feed, by place
/// @param expiring items that will cease to exist, by date
/// @param indexes secondary indexes, by name
/// @param unique items by model, field and value of their unique fields
/// @param sequence the commit
/// @param bytes what the items take on the disk, about
/// @param floor removals up to this commit may be missing from the feed
record Data(
    Schema schema,
    Tree<Item> items,
    Tree<Object> feed,
    Tree<Change.Removed> removed,
    Tree<Change.Removed> graves,
    Tree<Item> expiring,
    Map<String, Tree<Item>> indexes,
    Tree<Item> unique,
    long sequence,
    long bytes,
    long floor) {

  static Data empty(Schema schema) {
    var indexes = new HashMap<String, Tree<Item>>();
    schema.indexes().forEach(index -> indexes.put(index.name(), Tree.empty()));
    return new Data(
        schema,
        Tree.empty(),
        Tree.empty(),
        Tree.empty(),
        Tree.empty(),
        Tree.empty(),
        Map.copyOf(indexes),
        Tree.empty(),
        0,
        0,
        0);
  }

  /// The same data under another schema.
  Data under(Schema other) {
    var draft = new Draft(empty(other));
    for (var cursor = items.from(""); cursor.next(); ) {
      draft.put(cursor.value());
    }
    for (var cursor = graves.from(""); cursor.next(); ) {
      draft.bury(cursor.value());
    }
    draft.floor(floor);
    return draft.data(sequence);
  }

  /// Where a change stands in the feed.
  static String place(long sequence, String key) {
    return HexFormat.of().toHexDigits(sequence) + key;
  }

  /// Where an item stands among those that expire.
  static String due(Instant expires, String key) {
    return HexFormat.of().toHexDigits(expires.toEpochMilli()) + key;
  }
}
