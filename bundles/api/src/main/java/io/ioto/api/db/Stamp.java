// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.db;

import java.time.Instant;
import java.util.Comparator;

/// A moment of a hybrid logical clock: later than everything its maker had seen, and close to the
/// time of day. Of two versions of an item the one with the greater stamp wins, everywhere alike.
///
/// @param millis milliseconds since 1970; at least the maker's clock
/// @param count 0 to 65535, orders what happened within one millisecond
/// @param node who made it, the last resort of the order: letters, digits and `_`, at most 32
public record Stamp(long millis, int count, String node) implements Comparable<Stamp> {
  /// Before every other.
  public static final Stamp NONE = new Stamp(0, 0, "");

  private static final Comparator<Stamp> ORDER =
      Comparator.comparingLong(Stamp::millis)
          .thenComparingInt(Stamp::count)
          .thenComparing(Stamp::node);

  public Stamp {
    if (millis < 0 || millis >= 1L << 48 || count < 0 || count > 0xFFFF) {
      throw new IllegalArgumentException("no stamp: %d.%d".formatted(millis, count));
    }
    if (node.length() > 32 || !node.chars().allMatch(Stamp::word)) {
      throw new IllegalArgumentException(
          "'%s' names no node: expected up to 32 letters, digits and _".formatted(node));
    }
  }

  private static boolean word(int c) {
    return c == '_' || (c < 128 && Character.isLetterOrDigit(c));
  }

  /// Reads what [#toString] wrote.
  ///
  /// @throws IllegalArgumentException for any other text
  public static Stamp parse(String text) {
    if (text.length() < 17
        || text.charAt(12) != '-'
        || (text.length() > 17 && text.charAt(17) != '-')) {
      throw new IllegalArgumentException("'%s' is no stamp".formatted(text));
    }
    return new Stamp(
        Long.parseLong(text.substring(0, 12), 16),
        Integer.parseInt(text.substring(13, 17), 16),
        text.length() > 17 ? text.substring(18) : "");
  }

  public Instant instant() {
    return Instant.ofEpochMilli(millis);
  }

  @Override
  public int compareTo(Stamp other) {
    return ORDER.compare(this, other);
  }

  /// Hexadecimal `MILLIS-COUNT-NODE` of fixed width, so that texts sort as stamps do.
  @Override
  public String toString() {
    return "%012x-%04x-%s".formatted(millis, count, node);
  }
}
