// SPDX-License-Identifier: Apache-2.0
package io.ioto.bench;

/// Durations, kept with an error of at most 2 % whatever their number. Belongs to one thread.
public final class Histogram {
  private static final int SUB_BITS = 6;
  private static final int SUB = 1 << SUB_BITS;

  private final long[] counts = new long[SUB * 58];
  private long total;
  private long max;

  /// Adds a duration.
  public void add(long nanos) {
    counts[index(Math.max(nanos, 0))]++;
    total++;
    max = Math.max(max, nanos);
  }

  /// The longest; exact.
  public double maxMs() {
    return max / 1e6;
  }

  /// The duration that this share of all does not exceed.
  ///
  /// @param share 0 to 1
  public double ms(double share) {
    var rank = (long) Math.ceil(total * share);
    var seen = 0L;
    for (var i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen >= rank && seen > 0) {
        return Math.min(highest(i), max) / 1e6;
      }
    }
    return 0;
  }

  // Values below SUB have a slot each; above, each power of two has SUB slots.
  private static int index(long value) {
    if (value < SUB) {
      return (int) value;
    }
    var shift = 63 - Long.numberOfLeadingZeros(value) - SUB_BITS;
    return (shift + 1) * SUB + (int) (value >>> shift) - SUB;
  }

  private static long highest(int index) {
    if (index < SUB) {
      return index;
    }
    var shift = index / SUB - 1;
    return ((long) (index % SUB + SUB + 1) << shift) - 1;
  }
}
