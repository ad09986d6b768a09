// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.ota;

import org.osgi.annotation.versioning.ConsumerType;

/// Learns how updates come along: published as a service, it is told of each state once that is on
/// the disk. Whoever comes later, or was away while it was swapped, asks [Updates#status].
@ConsumerType
public interface UpdateWatcher {
  /// Takes note of a state; the update waits meanwhile. What it throws is logged.
  void changed(UpdateState state);
}
