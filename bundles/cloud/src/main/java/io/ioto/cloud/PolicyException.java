// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import java.io.Serial;

/// A policy cannot be read, or not be evaluated; the message says where and why.
final class PolicyException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  PolicyException(String message) {
    super(message);
  }

  /// @param column of what is wrong, from 1
  static PolicyException at(int column, String what) {
    return new PolicyException("column %d: %s".formatted(column, what));
  }
}
