// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import java.io.Serial;

/// A connection has to end, and why.
final class Breach extends Exception {
  @Serial private static final long serialVersionUID = 1;

  private final Refusal refusal;

  Breach(Refusal refusal, String message) {
    super(message);
    this.refusal = refusal;
  }

  Refusal refusal() {
    return refusal;
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
