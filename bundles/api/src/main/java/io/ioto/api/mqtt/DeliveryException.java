// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.mqtt;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// A message was not delivered or not taken.
public final class DeliveryException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /// Why; stable codes for programs.
  public enum Reason {
    /// The connection is gone.
    LOST,
    /// No acknowledgement or no answer in time.
    TIMEOUT,
    /// The broker does not allow it.
    REFUSED,
    /// Larger than `mqtt.limits.message`.
    TOO_LARGE,
    /// As many messages wait as may.
    FULL,
    /// The disk refused; nothing was taken.
    STORAGE,
    /// The calling thread was interrupted; its interrupt status is kept.
    INTERRUPTED
  }

  private final Reason reason;

  public DeliveryException(Reason reason, String message) {
    this(reason, message, null);
  }

  public DeliveryException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
