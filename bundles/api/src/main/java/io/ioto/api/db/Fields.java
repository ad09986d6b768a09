// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.db;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An immutable map in two arrays: items have few fields, and there may be a million items.
final class Fields extends AbstractMap<String, Object> {
  private final String[] names;
  private final Object[] values;

  /// The arrays are kept and must not be changed; no name twice.
  Fields(String[] names, Object[] values) {
    this.names = names;
    this.values = values;
  }

  @Override
  public int size() {
    return names.length;
  }

  @Override
  public @Nullable Object get(@Nullable Object name) {
    var at = indexOf(name);
    return at < 0 ? null : values[at];
  }

  @Override
  public boolean containsKey(@Nullable Object name) {
    return indexOf(name) >= 0;
  }

  private int indexOf(@Nullable Object name) {
    for (var i = 0; i < names.length; i++) {
      if (names[i].equals(name)) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public Set<Map.Entry<String, Object>> entrySet() {
    return new Entries();
  }

  private final class Entries extends AbstractSet<Map.Entry<String, Object>> {
    @Override
    public int size() {
      return names.length;
    }

    @Override
    public Iterator<Map.Entry<String, Object>> iterator() {
      return new Iterator<>() {
        private int at;

        @Override
        public boolean hasNext() {
          return at < names.length;
        }

        @Override
        public Map.Entry<String, Object> next() {
          if (at == names.length) {
            throw new NoSuchElementException();
          }
          var entry = Map.entry(names[at], values[at]);
          at++;
          return entry;
        }
      };
    }
  }
}
