// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.db;

import java.util.List;

/// Whether an item fits. Field names may be dotted (`location.city`). Numbers compare as numbers,
/// texts by code unit, which is the order of time for dates; values of different types are never
/// equal and never in order.
public sealed interface Filter {
  /// All of them; of none, everything fits.
  record All(List<Filter> filters) implements Filter {
    public All {
      filters = List.copyOf(filters);
    }
  }

  /// At least one of them.
  record Any(List<Filter> filters) implements Filter {
    public Any {
      filters = List.copyOf(filters);
    }
  }

  record Not(Filter filter) implements Filter {}

  /// The field compares so with the value. An object is equal when the item's has all its fields.
  record Compare(String field, Operator operator, Object value) implements Filter {
    public Compare {
      value = Values.value(value);
    }
  }

  /// The field is there.
  record Exists(String field) implements Filter {}

  enum Operator {
    EQUAL,
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    GREATER_OR_EQUAL,
    /// A text that begins with it.
    BEGINS,
    /// A text that has it within, or a list that has it as an element.
    CONTAINS
  }

  /// The field equals the value.
  static Filter equal(String field, Object value) {
    return new Compare(field, Operator.EQUAL, value);
  }
}
