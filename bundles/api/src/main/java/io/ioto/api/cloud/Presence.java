// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.cloud;

import org.osgi.annotation.versioning.ConsumerType;

/// Published as a service by whoever wants to know which devices are connected. Hears of those
/// that are when it comes, then of each change, in order; of a device that changes faster than it
/// listens, of the last change only.
@ConsumerType
@FunctionalInterface
public interface Presence {
  /// A device has connected or is gone; called on a fiber of the broker.
  void changed(String device, boolean online);
}
