// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.device;

import org.osgi.annotation.versioning.ConsumerType;

/// Published as a service by whatever keeps something that a factory reset has to forget.
@ConsumerType
@FunctionalInterface
public interface Resettable {
  /// Forgets it, on the disk too, and goes on as if new. Forgetting twice is no error.
  void reset() throws Exception;
}
