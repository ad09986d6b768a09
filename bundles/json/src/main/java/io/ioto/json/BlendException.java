// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

/// An overlay that cannot be merged, such as appending an object to a list.
public final class BlendException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String pointer;

  BlendException(String pointer, String reason) {
    super(reason);
    this.pointer = pointer;
  }

  /// JSON pointer of the offending value in the overlay.
  public String pointer() {
    return pointer;
  }
}
