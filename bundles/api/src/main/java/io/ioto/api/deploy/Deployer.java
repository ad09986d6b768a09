// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.deploy;

import java.nio.file.Path;
import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;

/// Puts bundles, or a whole set of them, into the running gateway. One at a time: calls queue.
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

  /// Puts a bundle into the content store, where [#plan(Target)] and [#change] look for it. It
  /// stays there as long as a file in `release/` of the state folder names its hash.
  ///
  /// @return hash of the jar, lower-case hex
  /// @throws DeployException when it is no bundle, or the disk refuses
  String keep(Path jar);

  /// Tells which jars the content store has, after it has taken over those that run already.
  ///
  /// @param hashes of the jars that are wanted, lower-case hex
  /// @return those of them that need not be kept any more
  Set<String> have(Set<String> hashes);

  /// The bundles that run now.
  Target running();

  /// Says what [#change] would do; touches nothing.
  ///
  /// @throws DeployException when the whole set would not work together, or a jar is not kept
  SetPlan plan(Target target);

  /// Makes a set what runs: everything that can start beside what it replaces does so first, and
  /// only when all of it serves is anything stopped. What is to be started with next time is for
  /// the caller to record.
  ///
  /// @throws DeployException when it was refused or rolled back; what ran before runs
  SetPlan change(Target target);
}
