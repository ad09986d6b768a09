// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.deploy;

import java.util.List;

/// What it takes to get from what runs to a [Target].
///
/// @param restart true when what carries the change out is among what changes, so that only a
///     restart of the framework gets there
/// @param changes bundles that come in or are replaced, in start order
/// @param removes bundles that go without a successor, as `name/version`
public record SetPlan(boolean restart, List<Plan> changes, List<String> removes) {
  public SetPlan {
    changes = List.copyOf(changes);
    removes = List.copyOf(removes);
  }

  /// True when the target is what runs.
  public boolean nothing() {
    return changes.isEmpty() && removes.isEmpty();
  }
}
