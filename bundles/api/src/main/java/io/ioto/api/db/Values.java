// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.db;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What items are made of, deeply immutable: [String], [Boolean], [Long], [Double] (finite),
/// `List<Object>` and `Map<String, Object>`, exactly what JSON can say without null. Dates are
/// text of one form. Any JSON writer understands them.
///
/// Maps keep the order in which they were made and are small: two arrays each.
public final class Values {
  private static final int DEPTH = 32;
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private Values() {}

  /// A deep, immutable copy; the map itself when it is one already. Fields that are null are left
  /// out.
  ///
  /// @throws IllegalArgumentException for anything that is no such value, naming its place
  public static Map<String, Object> object(Map<String, ? extends @Nullable Object> map) {
    return object(map, "", 0);
  }

  /// A deep, immutable copy of one value.
  ///
  /// @throws IllegalArgumentException for anything that is no such value
  public static Object value(Object value) {
    return value(value, "", 0);
  }

  /// A date in the one form that dates have: `2026-11-22T18:30:00.000Z`.
  public static String date(Instant instant) {
    return DATE.format(instant);
  }

  static Set<String> nulls(Map<String, ? extends @Nullable Object> map) {
    var names = new HashSet<String>();
    map.forEach(
        (name, value) -> {
          if (value == null) {
            names.add(name);
          }
        });
    return names;
  }

  private static Map<String, Object> object(
      Map<?, ? extends @Nullable Object> map, String path, int depth) {
    if (map instanceof Fields fields) {
      return fields;
    }
    if (depth > DEPTH) {
      throw new IllegalArgumentException(
          "'%s' is nested deeper than %d levels".formatted(path, DEPTH));
    }
    var names = new ArrayList<String>(map.size());
    var values = new ArrayList<Object>(map.size());
    map.forEach(
        (key, value) -> {
          if (!(key instanceof String name)) {
            throw new IllegalArgumentException(
                "'%s' has the name '%s', which is no text".formatted(path, key));
          }
          if (value != null) {
            names.add(name);
            values.add(value(value, path.isEmpty() ? name : path + "." + name, depth + 1));
          }
        });
    return new Fields(names.toArray(String[]::new), values.toArray());
  }

  private static Object value(Object value, String path, int depth) {
    return switch (value) {
      case String _, Boolean _, Long _ -> value;
      case Integer _, Short _, Byte _ -> ((Number) value).longValue();
      case Double number when Double.isFinite(number) -> value;
      case Float number when Float.isFinite(number) -> Double.valueOf(number.toString());
      case Instant instant -> date(instant);
      case Map<?, ?> map -> object(map, path, depth);
      case List<?> list -> list(list, path, depth);
      default ->
          throw new IllegalArgumentException(
              "'%s' is %s (%s); expected text, true or false, an integer of 64 bits, a finite number, a date, a list or an object"
                  .formatted(path, value, value.getClass().getSimpleName()));
    };
  }

  private static List<Object> list(List<?> list, String path, int depth) {
    if (depth > DEPTH) {
      throw new IllegalArgumentException(
          "'%s' is nested deeper than %d levels".formatted(path, DEPTH));
    }
    var values = new ArrayList<Object>(list.size());
    for (var value : list) {
      var place = path + "." + values.size();
      if (value == null) {
        throw new IllegalArgumentException(
            "'%s' is null; expected a value in every place of a list".formatted(place));
      }
      values.add(value(value, place, depth + 1));
    }
    return List.copyOf(values);
  }
}
