// SPDX-License-Identifier: Apache-2.0
package io.ioto.deploy;

import io.ioto.api.deploy.Plan;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;

/// A [Plan] with what it takes to carry it out.
///
/// @param jar in the store, once it is to be carried out
/// @param old the bundle that is replaced; null when there is none
/// @param oldLocation where its content can be had again
/// @param affected what stops or is wired anew, in start order, the old bundle among it
/// @param startLevel of the new bundle
/// @param lacking what each lacked before, without versions: the new one is not blamed for it
/// @param cutsOff whether whoever asked for this is among what stops
record Change(
    Plan plan,
    Jar jar,
    @Nullable Bundle old,
    @Nullable String oldLocation,
    List<Bundle> affected,
    int startLevel,
    Map<String, Set<String>> lacking,
    boolean cutsOff) {
  Change {
    affected = List.copyOf(affected);
    lacking = Map.copyOf(lacking);
  }

  /// The same with the jar where it stays, and the place where the old content can be had again.
  Change with(Jar kept, @Nullable String oldContent) {
    return new Change(plan, kept, old, oldContent, affected, startLevel, lacking, cutsOff);
  }

  /// The same with another start level.
  Change at(int level) {
    return new Change(plan, jar, old, oldLocation, affected, level, lacking, cutsOff);
  }

  /// The plan with further notes.
  Plan planned(List<String> more) {
    return new Plan(
        plan.action(),
        plan.name(),
        plan.from(),
        plan.to(),
        plan.sha256(),
        plan.stops(),
        plan.refreshes(),
        plan.starts(),
        Stream.concat(plan.notes().stream(), more.stream()).toList());
  }
}
