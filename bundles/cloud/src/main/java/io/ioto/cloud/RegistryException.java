// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import java.io.Serial;

/// The registry refuses; nothing has changed.
final class RegistryException extends RuntimeException {
  /// Why.
  enum Reason {
    /// The id, the request or a value in it is not what it should be.
    INVALID,
    /// The token is not that of the product or the device.
    UNAUTHORISED,
    /// There is no such device.
    UNKNOWN,
    /// The device is in another state than this needs.
    STATE,
    /// The device shows another key than the one it was claimed with.
    KEY
  }

  @Serial private static final long serialVersionUID = 1;

  private final Reason reason;

  RegistryException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  Reason reason() {
    return reason;
  }
}
