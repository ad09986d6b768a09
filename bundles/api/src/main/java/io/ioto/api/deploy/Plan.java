// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.deploy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a deployment does.
///
/// @param action how the bundle comes in
/// @param name its symbolic name
/// @param from the version that runs now; null when there is none
/// @param to the version of the jar
/// @param sha256 hash of the jar, lower-case hex
/// @param stops bundles that stop, as `name/version`, in order
/// @param refreshes bundles that are wired anew, in order
/// @param starts bundles that start, in order
/// @param notes what else is worth knowing, a sentence each
public record Plan(
    Action action,
    String name,
    @Nullable String from,
    String to,
    String sha256,
    List<String> stops,
    List<String> refreshes,
    List<String> starts,
    List<String> notes) {
  /// How a bundle comes in.
  public enum Action {
    /// Nothing of that name runs yet.
    INSTALL,
    /// Another version: the new one starts beside the old one, which is then drained and removed.
    SIDE_BY_SIDE,
    /// The same version with other content, or a bundle that cannot run twice: updated where it
    /// is.
    IN_PLACE,
    /// The very same bytes run already.
    NOTHING
  }

  public Plan {
    stops = List.copyOf(stops);
    refreshes = List.copyOf(refreshes);
    starts = List.copyOf(starts);
    notes = List.copyOf(notes);
  }
}
