// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.db;

import java.util.List;

/// What one commit did, after it was made durable.
///
/// @param sequence its number; that of the last commit when nothing had to be changed
/// @param origin who caused it
/// @param changes in the order of the writes; a write that had nothing to do is not among them
public record Commit(long sequence, Origin origin, List<Change> changes) {
  public Commit {
    changes = List.copyOf(changes);
  }

  /// The item that the last write left.
  ///
  /// @throws IllegalStateException when it left none
  public Item item() {
    return switch (changes.isEmpty() ? null : changes.getLast()) {
      case Change.Put put -> put.item();
      case null -> throw new IllegalStateException("the commit changed nothing");
      case Change.Removed removed ->
          throw new IllegalStateException("the commit removed '%s'".formatted(removed.key()));
    };
  }
}
