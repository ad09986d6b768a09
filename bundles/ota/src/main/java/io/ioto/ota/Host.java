// SPDX-License-Identifier: Apache-2.0
package io.ioto.ota;

import io.ioto.api.deploy.Deployer;
import io.ioto.api.ota.HealthCheck;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The gateway that is updated, as far as an update has to do with it.
interface Host {
  /// Who swaps bundles; looked up each time, since it is swapped, too.
  ///
  /// @throws io.ioto.api.ota.UpdateException BUSY when there is none
  Deployer deployer();

  /// Stops the framework and has the launcher start it anew.
  void restart();

  /// Why the launcher did not start the release on trial; empty when it did.
  Optional<String> bootFailure();

  /// What the gateway lacks to be ready.
  List<String> missing();

  /// The health checks that there are, by name.
  Map<String, HealthCheck> checks();
}
