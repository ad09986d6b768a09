// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.deploy;

import java.util.List;

/// A whole set of bundles that shall run, and nothing beside them.
public record Target(List<Bundle> bundles) {
  /// One bundle of the set.
  ///
  /// @param name symbolic name
  /// @param sha256 hash of its jar, lower-case hex
  /// @param startLevel 1 or more
  public record Bundle(String name, String version, String sha256, int startLevel) {}

  public Target {
    bundles = List.copyOf(bundles);
  }
}
