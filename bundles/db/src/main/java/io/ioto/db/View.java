// SPDX-License-Identifier: Apache-2.0
package io.ioto.db;

import io.ioto.api.db.DbException;
import io.ioto.api.db.DbException.Reason;
import io.ioto.api.db.Item;
import io.ioto.api.db.Page;
import io.ioto.api.db.Query;
import io.ioto.api.db.Snapshot;
import io.ioto.api.db.Values;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Answers questions from one version of all data. Immutable.
final class View implements Snapshot {
  private final Data data;
  private final Supplier<Map<String, Object>> context;
  private final Instant now;
  private final int page;

  /// @param context values that help to make keys
  /// @param now what expired before is not there
  /// @param page most items of a page
  View(Data data, Supplier<Map<String, Object>> context, Instant now, int page) {
    this.data = data;
    this.context = context;
    this.now = now;
    this.page = page;
  }

  @Override
  public long sequence() {
    return data.sequence();
  }

  @Override
  public Optional<Item> get(String model, String key) {
    var item = data.items().get(key);
    if (item == null || !item.model().equals(model) || Rules.expired(item, now)) {
      data.schema().kind(model); // tells a misspelt name from a missing item
      return Optional.empty();
    }
    return Optional.of(item);
  }

  @Override
  public String key(String model, Map<String, ?> values) {
    var kind = data.schema().kind(model);
    return kind.wholeKey(keyValues(kind, kind.fit(Values.object(values))));
  }

  private Map<String, Object> keyValues(Kind kind, Map<String, Object> values) {
    var known = context.get();
    if (known.isEmpty()) {
      return values;
    }
    var all = new LinkedHashMap<String, Object>();
    known.forEach(
        (name, value) -> {
          if (kind.column(name) != null) {
            all.put(name, value);
          }
        });
    all.putAll(values);
    return all;
  }

  @Override
  public Page find(Query query) {
    var limit = query.limit() == 0 ? page : Math.min(query.limit(), page);
    var search = new Search(query);
    var items = new ArrayList<Item>();
    var next = search.run(items::add, limit);
    return new Page(items, next);
  }

  @Override
  public long count(Query query) {
    var count = new long[1];
    new Search(query.next(null)).run(_ -> count[0]++, Long.MAX_VALUE);
    return count[0];
  }

  private static String token(String place) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(place.getBytes(StandardCharsets.UTF_8));
  }

  private static String place(String token) {
    try {
      return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new DbException(Reason.INVALID, "next", "'%s' is no token of a page".formatted(token));
    }
  }

  /// One question on its way through an index.
  private final class Search {
    private final Query query;
    private final Kind kind;
    private final Map<String, Object> match;
    private final Tree<Item> tree;
    private final String prefix; // of places in the index
    private final int skip; // of the prefix, before the sort key begins
    private final boolean exact;

    Search(Query query) {
      this.query = query;
      kind = data.schema().kind(query.model());
      match = new LinkedHashMap<>(kind.fit(query.match()));
      for (var name : query.match().keySet()) {
        if (!match.containsKey(name)) {
          throw new DbException(
              Reason.INVALID, name, "%s has no field '%s'".formatted(kind.name(), name));
        }
      }
      if (query.index() == null || query.index().equals("primary")) {
        tree = data.items();
        var key = kind.key(keyValues(kind, match));
        exact = key.complete() && !key.text().isEmpty();
        prefix = key.text();
        skip = 0;
        match.remove(kind.key().name());
      } else {
        var index = data.schema().index(query.index());
        if (!(match.get(index.hash()) instanceof String hash)) {
          throw new DbException(
              Reason.INVALID,
              index.hash(),
              "index '%s' needs '%s' to be matched".formatted(index.name(), index.hash()));
        }
        tree = data.indexes().getOrDefault(index.name(), Tree.empty());
        prefix = hash + '\0';
        skip = prefix.length();
        exact = false;
      }
    }

    /// Goes through what fits.
    ///
    /// @return the token for what follows; null when nothing does
    @Nullable String run(Consumer<Item> found, long limit) {
      if (exact) {
        var item = tree.get(prefix);
        if (item != null && inRange(prefix) && query.next() == null && fits(item)) {
          found.accept(item);
        }
        return null;
      }
      var range = query.range();
      var after = query.next() == null ? null : place(query.next());
      var cursor = query.reverse() ? tree.before(end(after)) : tree.from(start(after));
      var count = 0L;
      var last = "";
      while (cursor.next()) {
        var place = cursor.key();
        if (place.equals(after)) {
          continue;
        }
        if (!place.startsWith(prefix)) {
          break;
        }
        var sort = skip == 0 ? place : place.substring(skip);
        if (query.reverse()
            ? range.from() != null && sort.compareTo(range.from()) < 0
            : range.to() != null && sort.compareTo(range.to()) >= 0) {
          break;
        }
        if (!sort.startsWith(range.prefix())) {
          if (query.reverse() == sort.compareTo(range.prefix()) < 0) {
            break;
          }
          continue;
        }
        var item = cursor.value();
        if (fits(item)) {
          if (count == limit) {
            return token(last);
          }
          count++;
          last = place;
          found.accept(item);
        }
      }
      return null;
    }

    private boolean fits(Item item) {
      if (!item.model().equals(kind.name()) || Rules.expired(item, now)) {
        return false;
      }
      for (var entry : match.entrySet()) {
        if (!Matching.equal(item.values().get(entry.getKey()), entry.getValue())) {
          return false;
        }
      }
      return Matching.fits(query.filter(), item.values());
    }

    private boolean inRange(String sort) {
      var range = query.range();
      return sort.startsWith(range.prefix())
          && (range.from() == null || sort.compareTo(range.from()) >= 0)
          && (range.to() == null || sort.compareTo(range.to()) < 0);
    }

    private String start(@Nullable String after) {
      var range = query.range();
      var first = prefix + (skip == 0 ? "" : range.prefix());
      if (skip == 0) {
        first = later(first, range.prefix());
      }
      if (range.from() != null) {
        first = later(first, skip == 0 ? range.from() : prefix + range.from());
      }
      return after == null ? first : later(first, after);
    }

    private static String later(String a, String b) {
      return a.compareTo(b) > 0 ? a : b;
    }

    /// The first place beyond, or null.
    private @Nullable String end(@Nullable String after) {
      var range = query.range();
      var start = skip == 0 ? later(prefix, range.prefix()) : prefix + range.prefix();
      var last = start.isEmpty() ? null : start + Character.MAX_VALUE;
      if (range.to() != null) {
        last = earlier(last, skip == 0 ? range.to() : prefix + range.to());
      }
      return after == null ? last : earlier(last, after);
    }

    private static String earlier(@Nullable String a, String b) {
      return a != null && a.compareTo(b) < 0 ? a : b;
    }
  }
}
