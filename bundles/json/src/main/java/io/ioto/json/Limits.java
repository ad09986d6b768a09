// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

/// How much a reader takes before it refuses a text.
///
/// @param depth nested objects and arrays
/// @param size characters of the whole text
/// @param digits characters of one number
public record Limits(int depth, int size, int digits) {
  /// 512 levels, 16 Mi characters, 1000 characters per number.
  public static final Limits DEFAULT = new Limits(512, 16 << 20, 1000);

  public Limits {
    if (depth < 1 || size < 1 || digits < 1) {
      throw new IllegalArgumentException("limits must be at least 1");
    }
  }
}
