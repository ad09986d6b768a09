// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.cloud;

import java.io.Serial;

/// A store could not do what was asked; nothing has changed.
public final class StoreException extends RuntimeException {
  /// Why; stable codes for programs.
  public enum Reason {
    /// A record has another version than expected: read it again.
    CONFLICT,
    /// A record or a commit is over its limit.
    TOO_LARGE,
    /// It takes no writes at present.
    UNAVAILABLE
  }

  @Serial private static final long serialVersionUID = 1;

  private final Reason reason;

  /// @param message what is wrong and which record
  public StoreException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public StoreException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
