// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.db;

import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/// What can be asked of the data, now ([Db]) or as they were ([Snapshot]). Expired items are not
/// there. May be shared between threads.
@ProviderType
public interface Reader {
  /// The item with exactly this key, such as `user#01J…`.
  Optional<Item> get(String model, String key);

  /// The item whose key the values make by the template of the model, such as `{id: '01J…'}`.
  ///
  /// @throws DbException `INCOMPLETE_KEY` when they do not make a whole key
  default Optional<Item> get(String model, Map<String, ?> match) {
    return get(model, key(model, match));
  }

  /// A page of the items that fit, in the order of their keys. Where the query's matches begin or
  /// make a key, only that part is looked at.
  ///
  /// @throws DbException `INVALID` for a token that did not come from here, `UNKNOWN_INDEX`
  Page find(Query query);

  /// The first item that fits.
  default Optional<Item> first(Query query) {
    return find(query.limit(1)).items().stream().findFirst();
  }

  /// How many items fit, whatever the limit of the query.
  long count(Query query);

  /// The key that these values make.
  ///
  /// @throws DbException `INCOMPLETE_KEY` when they do not make a whole key
  String key(String model, Map<String, ?> values);

  /// The last commit that is seen here; grows with each, also across restarts.
  long sequence();
}
