// SPDX-License-Identifier: Apache-2.0
package io.ioto.rest;

import io.ioto.api.db.Field;
import io.ioto.api.db.Filter;
import io.ioto.api.db.Filter.Compare;
import io.ioto.api.db.Filter.Operator;
import io.ioto.api.db.Model;
import io.ioto.api.db.Query;
import io.ioto.api.db.Values;
import io.ioto.api.web.HttpException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What the body of a request says: fields of the model, and for `find` the options `limit`,
/// `next`, `reverse`, `index`, `prefix`, `where` and `filter`, unless the model has a field of
/// that name.
final class Body {
  private static final Set<String> OPTIONS =
      Set.of("limit", "next", "reverse", "index", "prefix", "where", "filter");
  private static final Map<String, Operator> OPERATORS =
      Map.of(
          "=", Operator.EQUAL,
          "<", Operator.LESS,
          "<=", Operator.LESS_OR_EQUAL,
          ">", Operator.GREATER,
          ">=", Operator.GREATER_OR_EQUAL,
          "begins", Operator.BEGINS,
          "contains", Operator.CONTAINS);

  private final Model model;
  private static final String PASSWORD = "password";
  private static final String ROLE = "role";

  private final boolean strict;
  private final UnaryOperator<String> hash;
  private final Predicate<String> can;
  private final Map<String, @Nullable Object> given = new LinkedHashMap<>();

  /// @param strict whether a field that the model does not have is refused
  /// @param hash what is kept of a password
  /// @param can whether the caller has a role
  Body(
      Model model,
      Map<?, ?> given,
      boolean strict,
      UnaryOperator<String> hash,
      Predicate<String> can) {
    this.can = can;
    this.model = model;
    this.strict = strict;
    this.hash = hash;
    given.forEach((name, value) -> this.given.put(String.valueOf(name), value));
  }

  /// The fields to be written. A password, which is hidden otherwise, is hashed; nobody gives a
  /// role that he does not have.
  Map<String, Object> values() {
    var shown = new LinkedHashMap<String, @Nullable Object>(given);
    var password = shown.get(PASSWORD);
    if (shown.get(ROLE) instanceof String role) {
      checkRole(role);
    }
    if (users() && password instanceof String text) {
      shown.remove(PASSWORD);
      var values = new LinkedHashMap<String, Object>(values(shown, Set.of()));
      values.put(PASSWORD, hash.apply(text));
      return values;
    }
    return values(shown, Set.of());
  }

  /// Whether the model is one of users.
  private boolean users() {
    return model.field(PASSWORD).filter(Field::hidden).isPresent();
  }

  /// Keeps callers from making, changing and removing users of a role that they do not have.
  void checkRole(String role) {
    if (users() && !role.isEmpty() && !can.test(role)) {
      throw new HttpException(403, "This takes the role '%s'".formatted(role));
    }
  }

  /// The fields by which an item is found.
  Map<String, Object> match() {
    return values(given, Set.of());
  }

  /// The fields that are null.
  Set<String> nulls() {
    var nulls = new HashSet<String>();
    given.forEach(
        (name, value) -> {
          if (value == null && model.field(name).isPresent()) {
            nulls.add(name);
          }
        });
    return nulls;
  }

  private Map<String, Object> values(Map<String, @Nullable Object> from, Set<String> options) {
    var values = new LinkedHashMap<String, @Nullable Object>();
    from.forEach(
        (name, value) -> {
          var field = model.field(name);
          if (field.isPresent()) {
            if (Shown.hidden(field.get())) {
              throw bad("%s.%s cannot be named here".formatted(model.name(), name));
            }
            values.put(name, value);
          } else if (strict && !options.contains(name)) {
            throw bad(
                "%s has no field '%s'; it has %s"
                    .formatted(
                        model.name(),
                        name,
                        model.fields().stream()
                            .filter(f -> !Shown.hidden(f))
                            .map(Field::name)
                            .collect(Collectors.joining(", "))));
          }
        });
    try {
      return Values.object(values);
    } catch (IllegalArgumentException e) {
      throw bad("%s.%s".formatted(model.name(), e.getMessage()));
    }
  }

  /// The question that the body asks.
  Query query() {
    var query = Query.of(model.name()).match(values(given, OPTIONS));
    var limit = option("limit", Number.class, "a number");
    if (limit != null) {
      if (limit.doubleValue() < 0 || limit.doubleValue() > Integer.MAX_VALUE) {
        throw bad("limit is %s; expected 0 and more".formatted(limit));
      }
      query = query.limit(limit.intValue());
    }
    query = query.next(option("next", String.class, "the text of an earlier answer"));
    if (Boolean.TRUE.equals(option("reverse", Boolean.class, "true or false"))) {
      query = query.reversed();
    }
    var index = option("index", String.class, "the name of an index");
    if (index != null) {
      query = query.by(index);
    }
    var prefix = option("prefix", String.class, "text");
    if (prefix != null) {
      query = query.prefix(prefix);
    }
    var where = option("where", List.class, "a list of [field, operator, value]");
    if (where != null) {
      for (var condition : where) {
        query = query.where(condition(condition));
      }
    }
    var filter = option("filter", String.class, "text");
    return filter == null || filter.isEmpty() ? query : query.where(anywhere(filter));
  }

  private <T> @Nullable T option(String name, Class<T> type, String expected) {
    var value = given.get(name);
    if (value == null || model.field(name).isPresent()) {
      return null;
    }
    if (!type.isInstance(value)) {
      throw bad("%s is '%s'; expected %s".formatted(name, value, expected));
    }
    return type.cast(value);
  }

  private Filter condition(@Nullable Object condition) {
    if (condition instanceof List<?> parts
        && parts.size() == 3
        && parts.get(0) instanceof String field
        && parts.get(1) instanceof String operator
        && parts.get(2) != null) {
      var known =
          model.field(field.replaceFirst("\\..*", "")).filter(f -> !Shown.hidden(f)).isPresent();
      if (!known) {
        throw bad("where: %s has no field '%s'".formatted(model.name(), field));
      }
      if (operator.equals("!=")) {
        return new Filter.Not(compare(field, Operator.EQUAL, parts.get(2)));
      }
      if (operator.equals("exists") && parts.get(2) instanceof Boolean there) {
        return there ? new Filter.Exists(field) : new Filter.Not(new Filter.Exists(field));
      }
      var comparison = OPERATORS.get(operator);
      if (comparison != null) {
        return compare(field, comparison, parts.get(2));
      }
    }
    throw bad(
        "where has '%s'; expected [field, operator, value] with one of = != < <= > >= begins contains exists"
            .formatted(condition));
  }

  private static Filter compare(String field, Operator operator, Object value) {
    try {
      return new Compare(field, operator, value);
    } catch (IllegalArgumentException e) {
      throw bad("where: %s: %s".formatted(field, e.getMessage()));
    }
  }

  /// Items that have a text in one of their fields.
  private Filter anywhere(String text) {
    var filters = new ArrayList<Filter>();
    for (var field : model.fields()) {
      if (field.type() == Field.Type.STRING && !Shown.hidden(field)) {
        filters.add(new Compare(field.name(), Operator.CONTAINS, text));
      }
    }
    return new Filter.Any(filters);
  }

  private static HttpException bad(String message) {
    return new HttpException(400, message);
  }
}
