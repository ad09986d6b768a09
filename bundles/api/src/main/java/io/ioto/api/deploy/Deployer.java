// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.deploy;

import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/// Puts bundles into the running gateway. One at a time: calls queue.
@ProviderType
public interface Deployer {
  /// Says what [#deploy] would do; touches nothing.
  ///
  /// @throws DeployException when the jar would be refused
  Plan plan(Path jar);

  /// Deploys a bundle and returns once it serves and its predecessor is gone. What it replaces
  /// keeps serving until then. The deployment outlives a restart.
  ///
  /// @throws DeployException when the jar was refused or rolled back; the gateway is as before
  Plan deploy(Path jar);
}
