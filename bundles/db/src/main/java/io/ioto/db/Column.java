// SPDX-License-Identifier: Apache-2.0
package io.ioto.db;

import io.ioto.api.db.DbException;
import io.ioto.api.db.DbException.Reason;
import io.ioto.api.db.Field;
import io.ioto.api.db.Values;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A field of a model, ready for use.
record Column(String model, Field field, @Nullable Template template) {
  String name() {
    return field.name();
  }

  /// A value as the field holds it.
  ///
  /// @throws DbException `INVALID` when it does not fit
  Object coerce(Object value) {
    var fitting =
        switch (field.type()) {
          case STRING, BINARY -> text(value);
          case NUMBER -> number(value);
          case BOOLEAN -> flag(value);
          case DATE -> date(value);
          case OBJECT -> value instanceof Map ? value : wrong(value, "an object");
          case ARRAY -> value instanceof List ? value : wrong(value, "a list");
          case ANY -> value;
        };
    if (!field.options().isEmpty() && !field.options().contains(String.valueOf(fitting))) {
      return wrong(value, "one of " + String.join(", ", field.options()));
    }
    return fitting;
  }

  private Object text(Object value) {
    return switch (value) {
      case String text -> text;
      case Long _, Double _, Boolean _ -> value.toString();
      default -> wrong(value, "text");
    };
  }

  private Object number(Object value) {
    if (value instanceof Number) {
      return value;
    }
    if (value instanceof String text && !text.isEmpty() && text.length() <= 64) {
      try {
        var number = new BigDecimal(text);
        if (number.scale() <= 0 && number.precision() - number.scale() <= 18) {
          return number.longValueExact();
        }
        var rounded = number.doubleValue();
        if (Double.isFinite(rounded)) {
          return rounded;
        }
      } catch (NumberFormatException _) {
        // Told below.
      }
    }
    return wrong(value, "a number");
  }

  private Object flag(Object value) {
    return switch (value) {
      case Boolean flag -> flag;
      case Long one when one == 1 -> true;
      case Long zero when zero == 0 -> false;
      case String text when text.equals("true") || text.equals("1") -> true;
      case String text when text.equals("false") || text.equals("0") -> false;
      default -> wrong(value, "true or false");
    };
  }

  private Object date(Object value) {
    try {
      return switch (value) {
        case Long millis -> Values.date(Instant.ofEpochMilli(millis));
        case String text when canonical(text) -> text;
        case String text when text.endsWith("Z") -> Values.date(Instant.parse(text));
        case String text -> Values.date(OffsetDateTime.parse(text).toInstant());
        default -> wrong(value, "a date");
      };
    } catch (DateTimeException _) {
      return wrong(value, "a date such as 2026-11-22T18:30:00.000Z");
    }
  }

  private static boolean canonical(String text) {
    if (text.length() != 24) {
      return false;
    }
    return Values.date(Instant.parse(text)).equals(text);
  }

  private Object wrong(Object value, String expected) {
    var shown = String.valueOf(value);
    throw new DbException(
        Reason.INVALID,
        name(),
        "%s.%s is '%s'; expected %s"
            .formatted(
                model,
                name(),
                field.hidden() ? "…" : shown.length() > 80 ? shown.substring(0, 80) + "…" : shown,
                expected));
  }
}
