// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.ota;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/// Brings release sets into this gateway, one at a time.
@ProviderType
public interface Updates {
  /// Where the gateway stands.
  ///
  /// @param running number of the committed release set; 0 for the one that was shipped
  /// @param state of the update that is under way, or of the last one
  /// @param available highest release the last check found; null when none was made
  /// @param problem why the last check failed; null when it did not
  record Status(
      long running, UpdateState state, @Nullable Long available, @Nullable String problem) {}

  /// Where the gateway stands, now.
  Status status();

  /// Looks for a newer release and verifies its description; changes nothing that runs.
  ///
  /// @return the number of the release that [#apply] would bring; that of the running one when
  ///     there is nothing newer
  /// @throws UpdateException when what the source has is refused, or it cannot be reached
  long check();

  /// Begins to apply the newest release and returns; [#status] tells how it goes on. A release
  /// that was rolled back before is tried again.
  ///
  /// @return the number of the release under way; that of the running one when there is nothing
  ///     newer
  /// @throws UpdateException as [#check] does, and BUSY while another update is under way
  long apply();

  /// Begins to go back to the set that was committed before this one, and returns.
  ///
  /// @return the number of the release under way; 0 for the set that was shipped
  /// @throws UpdateException NO_PREVIOUS or BUSY
  long rollback();
}
