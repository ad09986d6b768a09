// SPDX-License-Identifier: Apache-2.0
package io.ioto.deploy;

import io.ioto.api.deploy.SetPlan;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.framework.Bundle;

/// A [SetPlan] with what it takes to carry it out.
///
/// @param changes in start order
/// @param removed what goes without a successor, in start order
/// @param lacking what each lacked before, by symbolic name, without versions
record SetChange(
    SetPlan plan, List<Change> changes, List<Bundle> removed, Map<String, Set<String>> lacking) {
  SetChange {
    changes = List.copyOf(changes);
    removed = List.copyOf(removed);
    lacking = Map.copyOf(lacking);
  }

  /// The same with other changes.
  SetChange with(List<Change> others) {
    return new SetChange(plan, others, removed, lacking);
  }
}
