// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.db;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Some of what a [Query] found.
///
/// @param next token that asks for what follows; null when nothing does. It is a place in the
///     order and stays good when the items around it go
public record Page(List<Item> items, @Nullable String next) {
  public Page {
    items = List.copyOf(items);
  }
}
