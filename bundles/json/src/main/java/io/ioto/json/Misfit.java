// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

/// A value that is not what its property takes.
final class Misfit extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  /// JSON pointer from the property's value to the part that does not fit.
  final String below;

  final String reason;

  Misfit(String below, String reason) {
    super(reason);
    this.below = below;
    this.reason = reason;
  }
}
