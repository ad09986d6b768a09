// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.provision;

import java.time.Instant;

/// How far the device has come on its way into the cloud.
public sealed interface Stage {
  /// There is nothing to do.
  ///
  /// @param why such as that no cloud is configured
  record Off(String why) implements Stage {}

  /// The cloud does not know the device yet.
  record Registering() implements Stage {}

  /// The cloud knows the device and nobody has claimed it.
  ///
  /// @param id what has to be claimed
  record Unclaimed(String id) implements Stage {}

  /// Claimed; the certificate is asked for.
  record Enrolling() implements Stage {}

  /// The cloud wants to hear nothing for a while.
  record Blocked(Instant until) implements Stage {}

  /// The [io.ioto.api.device.Identity] is there.
  record Provisioned(Instant since) implements Stage {}
}
