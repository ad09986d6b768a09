// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.runtime;

import org.osgi.annotation.versioning.ConsumerType;

/// A service in which callers may stay for long, such as one that streams events. A [ServiceSeat]
/// tells it when it has to let them go, so that a swap need not wait for them.
@ConsumerType
@FunctionalInterface
public interface Lingering {
  /// Sends away the callers that would stay for long; the others finish by themselves. Called
  /// after the service has left its seat, again and again until the last caller has left, and may
  /// be called at other times. Must not block.
  void dismiss();
}
