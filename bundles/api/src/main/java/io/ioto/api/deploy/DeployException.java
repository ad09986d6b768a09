// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.deploy;

import java.io.Serial;

/// A bundle was refused or rolled back.
public final class DeployException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /// Why; stable codes for programs.
  public enum Reason {
    /// The file is no readable jar.
    NO_JAR,
    /// The jar is no OSGi bundle.
    NO_BUNDLE,
    /// Larger than `deploy.limits.jar`.
    TOO_LARGE,
    /// Something it requires is missing.
    UNRESOLVABLE,
    /// It threw when started, or a component failed.
    FAILED,
    /// It was not active and satisfied in time.
    TIMEOUT,
    /// The disk refused; nothing was changed.
    STORAGE,
    /// Too many deployments wait already, or the gateway is not up; worth trying again.
    BUSY
  }

  private final Reason reason;

  public DeployException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public DeployException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
