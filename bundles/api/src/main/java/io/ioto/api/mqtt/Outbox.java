// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.mqtt;

import org.osgi.annotation.versioning.ProviderType;

/// Sends what must arrive, connected or not. Messages are delivered at least once and, on each
/// topic, in the order in which they were put; a repetition after a lost connection repeats the
/// whole run from the first message that was not acknowledged. May be shared between threads.
@ProviderType
public interface Outbox {
  /// Takes a message and returns once it is on the disk. From then on it survives a crash, a power
  /// cut and days offline.
  ///
  /// @param message at least once
  /// @throws DeliveryException when it was not taken: too large, no room, or disk trouble
  void put(Message message);

  /// Messages that the broker has not acknowledged.
  long waiting();
}
