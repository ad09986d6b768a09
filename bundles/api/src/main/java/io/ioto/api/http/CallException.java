// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.http;

import java.io.Serial;

/// A call got no whole answer. The message names the method, the address and what happened.
public final class CallException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /// Why; stable codes for programs.
  public enum Reason {
    /// The host is unknown, or nobody answers there.
    UNREACHABLE,
    /// The other side is not believed, or does not believe us.
    TLS,
    /// The connection ended in the middle.
    BROKEN,
    /// The answer was not complete in time.
    TIMEOUT,
    /// The answer is larger than allowed.
    TOO_LARGE,
    /// The calling thread was interrupted; its interrupt status is kept.
    INTERRUPTED
  }

  private final Reason reason;

  public CallException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
