// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.db;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A question to a [Reader], made from `Query.of("Port").match("name", "eth0").limit(20)`.
///
/// @param model name of the model
/// @param index name of a secondary index of the schema; null for the primary one
/// @param match fields that must be equal; they also make the key, or its beginning, or the hash
///     of the index, as far as they are part of it
/// @param filter what else must hold
/// @param range part of the index to look at
/// @param limit most items of a page; 0 for `database.limits.page` (1000 by default), which is
///     also the most
/// @param next where to go on: [Page#next] of the page before; null for the beginning
/// @param reverse in descending order
public record Query(
    String model,
    @Nullable String index,
    Map<String, Object> match,
    Filter filter,
    Range range,
    int limit,
    @Nullable String next,
    boolean reverse) {
  /// A part of an index by its sort key, in the order of [String#compareTo].
  ///
  /// @param prefix what keys begin with; empty for any
  /// @param from the first key; null for the very first
  /// @param to the first key beyond; null for none
  public record Range(String prefix, @Nullable String from, @Nullable String to) {
    /// The whole index.
    public static final Range ALL = new Range("", null, null);
  }

  private static final Filter EVERYTHING = new Filter.All(List.of());

  public Query {
    match = Values.object(match);
    if (limit < 0) {
      throw new IllegalArgumentException("limit is %d and must not be negative".formatted(limit));
    }
  }

  /// All items of a model.
  public static Query of(String model) {
    return new Query(model, null, Map.of(), EVERYTHING, Range.ALL, 0, null, false);
  }

  /// Only items whose field has this value.
  public Query match(String field, Object value) {
    return match(Map.of(field, value));
  }

  /// Only items that have all these values.
  public Query match(Map<String, ?> values) {
    var all = new LinkedHashMap<String, Object>(match);
    all.putAll(values);
    return new Query(
        model, index, Collections.unmodifiableMap(all), filter, range, limit, next, reverse);
  }

  /// Only items that fit this as well.
  public Query where(Filter more) {
    var all = new ArrayList<Filter>(List.of(more));
    if (!filter.equals(EVERYTHING)) {
      all.addFirst(filter);
    }
    return new Query(
        model,
        index,
        match,
        all.size() == 1 ? more : new Filter.All(all),
        range,
        limit,
        next,
        reverse);
  }

  /// By a secondary index.
  public Query by(String name) {
    return new Query(model, name, match, filter, range, limit, next, reverse);
  }

  /// Only keys that begin so.
  public Query prefix(String prefix) {
    return range(new Range(prefix, range.from(), range.to()));
  }

  /// Only this part of the index.
  public Query range(Range part) {
    return new Query(model, index, match, filter, part, limit, next, reverse);
  }

  public Query limit(int most) {
    return new Query(model, index, match, filter, range, most, next, reverse);
  }

  /// The page after the one that gave this token.
  public Query next(@Nullable String token) {
    return new Query(model, index, match, filter, range, limit, token, reverse);
  }

  public Query reversed() {
    return new Query(model, index, match, filter, range, limit, next, !reverse);
  }
}
