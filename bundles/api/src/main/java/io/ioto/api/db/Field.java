// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.db;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the schema says of a field.
///
/// @param required an item cannot be made without it
/// @param fallback what it is when not given; null for nothing
/// @param options the texts it may be; empty for any
/// @param template what it is made from, such as `user#${id}`; null when it is given by hand
/// @param generate how it is made when not given: `ulid`, `uid`, `uid(N)`; null for not at all
/// @param ttl the item ceases to exist at this date
/// @param hidden not to be shown: keys, passwords
/// @param unique no two items of the model have the same
/// @param synced whether it leaves the device
/// @param description for people; may be empty
public record Field(
    String name,
    Type type,
    boolean required,
    @Nullable Object fallback,
    List<String> options,
    @Nullable String template,
    @Nullable String generate,
    boolean ttl,
    boolean hidden,
    boolean unique,
    boolean synced,
    String description) {
  /// What a field holds, as [Values] has it.
  public enum Type {
    STRING,
    NUMBER,
    BOOLEAN,
    /// Text such as `2026-11-22T18:30:00.000Z`, always of this form.
    DATE,
    OBJECT,
    ARRAY,
    /// Base64 text.
    BINARY,
    /// Anything.
    ANY
  }

  public Field {
    options = List.copyOf(options);
  }
}
