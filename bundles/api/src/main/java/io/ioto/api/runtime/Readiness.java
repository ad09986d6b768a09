// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.runtime;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;
import org.osgi.framework.Bundle;

/// Says whether the gateway, or one bundle of it, does what it is there for: bundles active,
/// components satisfied and not failed. A component whose section is switched off under `services`
/// is not missed, nor one that waits for a service which comes and goes with the state of the
/// world, such as a connection: the bundle that publishes it says so by the header
/// `Ioto-Presence`, the names of such services with commas between them.
@ProviderType
public interface Readiness {
  /// What is missing in the whole gateway; empty when it is ready.
  List<String> missing();

  /// What is missing in one bundle; empty when it is ready.
  List<String> missing(Bundle bundle);
}
