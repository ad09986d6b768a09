// SPDX-License-Identifier: Apache-2.0
package io.ioto.provision;

import java.io.Serial;
import java.time.Duration;

/// The cloud did not do what it was asked; worth trying again later.
final class CloudException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final Duration atLeast;
  private final boolean blocked;

  CloudException(String message, Duration atLeast, boolean blocked) {
    super(message);
    this.atLeast = atLeast;
    this.blocked = blocked;
  }

  CloudException(String message) {
    this(message, Duration.ZERO, false);
  }

  /// How long the cloud wants to be left alone.
  Duration atLeast() {
    return atLeast;
  }

  /// True when it said so in so many words.
  boolean blocked() {
    return blocked;
  }
}
