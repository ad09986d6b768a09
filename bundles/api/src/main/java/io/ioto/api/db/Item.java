// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.db;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One version of an item; a change makes another. Holds data alone and may be kept for ever.
///
/// @param model name of its model
/// @param key what it is found by; unique among all models
/// @param sequence the commit that made this version
/// @param stamp when and where it was last changed, by the clock that decides which of two
///     versions is newer; survives synchronisation
/// @param origin who made this version
/// @param expires when it ceases to exist; null for never
/// @param values its fields as [Values] describes them, in the order of the schema, hidden ones
///     and templates included
public record Item(
    String model,
    String key,
    long sequence,
    Stamp stamp,
    Origin origin,
    @Nullable Instant expires,
    Map<String, Object> values) {
  public Item {
    values = Values.object(values);
  }

  /// A field.
  public Optional<Object> value(String field) {
    return Optional.ofNullable(values.get(field));
  }

  /// A field as text: of texts themselves, of anything else what its `toString` says; empty text
  /// when absent.
  public String text(String field) {
    var value = values.get(field);
    return value == null ? "" : value.toString();
  }

  /// A field as integer; 0 when absent or no number.
  public long integer(String field) {
    return values.get(field) instanceof Number number ? number.longValue() : 0;
  }

  /// A field as number; 0 when absent or no number.
  public double number(String field) {
    return values.get(field) instanceof Number number ? number.doubleValue() : 0;
  }

  /// A field as switch; false when absent or no boolean.
  public boolean flag(String field) {
    return values.get(field) instanceof Boolean flag && flag;
  }

  /// A field of type `DATE`.
  public Optional<Instant> date(String field) {
    return values.get(field) instanceof String text
        ? Optional.of(Instant.parse(text))
        : Optional.empty();
  }
}
