// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.ota;

import java.io.Serial;

/// A release was refused or taken back.
public final class UpdateException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /// Why; stable codes for programs.
  public enum Reason {
    /// Too few valid signatures of the keys that are trusted.
    WRONG_SIGNATURE,
    /// Metadata past its time: somebody may be holding newer metadata back.
    EXPIRED,
    /// A lower version than one that was seen before.
    ROLLBACK,
    /// Metadata files that do not belong together.
    MIX_AND_MATCH,
    /// Content with another hash than was signed.
    HASH_MISMATCH,
    /// Content shorter than was signed.
    WRONG_LENGTH,
    /// Content longer than was signed, or than the limits allow.
    TOO_LARGE,
    /// A file that is not what its kind must look like.
    MALFORMED,
    /// The release names a bundle that the repository does not sign, or does not have.
    MISSING_BUNDLE,
    /// A file is no bundle, or another one than the release says.
    WRONG_BUNDLE,
    /// The bundles of the release would not work together.
    UNRESOLVABLE,
    /// Not enough room on the disk.
    NO_SPACE,
    /// The disk refused.
    STORAGE,
    /// No source, or no trusted root, is configured.
    NOT_CONFIGURED,
    /// The source cannot be reached.
    UNREACHABLE,
    /// There is no set to go back to.
    NO_PREVIOUS,
    /// Another update is under way, or the gateway is starting.
    BUSY,
    /// A bundle did not become active and satisfied.
    SWAP_FAILED,
    /// The release ran, and did not pass its checks.
    UNHEALTHY,
    /// The gateway did not come up with it as often as it may fail.
    BOOT_FAILED,
    /// Something that must not happen.
    INTERNAL
  }

  private final Reason reason;

  public UpdateException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public UpdateException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }

  /// Code, colon and sentence, as [UpdateState] tells it.
  public String line() {
    return "%s: %s".formatted(reason, getMessage());
  }
}
