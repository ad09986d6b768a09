// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.runtime;

import java.io.Serial;
import java.time.Duration;

/// A [Seat] stayed vacant for as long as its callers were willing to wait, or too many were
/// waiting.
public final class VacantException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final Duration retryAfter;

  public VacantException(String message, Duration retryAfter) {
    super(message);
    this.retryAfter = retryAfter;
  }

  /// When it is worth trying again.
  public Duration retryAfter() {
    return retryAfter;
  }
}
