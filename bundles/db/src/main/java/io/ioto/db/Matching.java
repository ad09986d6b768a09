// SPDX-License-Identifier: Apache-2.0
package io.ioto.db;

import io.ioto.api.db.Filter;
import io.ioto.api.db.Filter.Compare;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Says whether values fit a filter.
final class Matching {
  private Matching() {}

  static boolean fits(Filter filter, Map<String, Object> values) {
    return switch (filter) {
      case Filter.All all -> {
        for (var each : all.filters()) {
          if (!fits(each, values)) {
            yield false;
          }
        }
        yield true;
      }
      case Filter.Any any -> any.filters().stream().anyMatch(each -> fits(each, values));
      case Filter.Not not -> !fits(not.filter(), values);
      case Filter.Exists exists -> value(values, exists.field()) != null;
      case Compare compare -> fits(compare, value(values, compare.field()));
    };
  }

  private static boolean fits(Compare compare, @Nullable Object value) {
    if (value == null) {
      return false;
    }
    var wanted = compare.value();
    return switch (compare.operator()) {
      case EQUAL -> equal(value, wanted);
      case LESS -> ordered(value, wanted) && order(value, wanted) < 0;
      case LESS_OR_EQUAL -> ordered(value, wanted) && order(value, wanted) <= 0;
      case GREATER -> ordered(value, wanted) && order(value, wanted) > 0;
      case GREATER_OR_EQUAL -> ordered(value, wanted) && order(value, wanted) >= 0;
      case BEGINS ->
          value instanceof String text && wanted instanceof String start && text.startsWith(start);
      case CONTAINS ->
          value instanceof List<?> list
              ? list.stream().anyMatch(element -> equal(element, wanted))
              : value instanceof String text
                  && wanted instanceof String within
                  && text.contains(within);
    };
  }

  /// Whether a value is what is wanted; of an object, whether it has all that is wanted.
  static boolean equal(@Nullable Object value, Object wanted) {
    if (value instanceof Number && wanted instanceof Number) {
      return order(value, wanted) == 0;
    }
    if (value instanceof Map<?, ?> map && wanted instanceof Map<?, ?> part) {
      for (var entry : part.entrySet()) {
        if (!equal(map.get(entry.getKey()), entry.getValue())) {
          return false;
        }
      }
      return true;
    }
    return wanted.equals(value);
  }

  private static boolean ordered(Object a, Object b) {
    return (a instanceof Number && b instanceof Number)
        || (a instanceof String && b instanceof String)
        || (a instanceof Boolean && b instanceof Boolean);
  }

  private static int order(Object a, Object b) {
    return switch (a) {
      case Long left when b instanceof Long right -> left.compareTo(right);
      case Number left -> Double.compare(left.doubleValue(), ((Number) b).doubleValue());
      case String left -> left.compareTo((String) b);
      default -> Boolean.compare((Boolean) a, (Boolean) b);
    };
  }

  /// A field, which may be dotted.
  static @Nullable Object value(Map<String, Object> values, String field) {
    var value = values.get(field);
    if (value != null) {
      return value;
    }
    var dot = field.indexOf('.');
    if (dot < 0) {
      return null;
    }
    Object at = values;
    for (var name : field.split("\\.", -1)) {
      at = at instanceof Map<?, ?> map ? map.get(name) : null;
      if (at == null) {
        return null;
      }
    }
    return at;
  }
}
