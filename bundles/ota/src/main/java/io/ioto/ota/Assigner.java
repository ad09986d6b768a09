// SPDX-License-Identifier: Apache-2.0
package io.ioto.ota;

import java.util.OptionalLong;

/// A source that knows which of its releases is meant for this gateway; of others it is the newest.
@FunctionalInterface
interface Assigner {
  /// The release this gateway should have.
  ///
  /// @param running number of the one it has
  /// @return empty when there is nothing for it
  /// @throws io.ioto.api.ota.UpdateException when it cannot be asked
  OptionalLong assigned(long running);
}
