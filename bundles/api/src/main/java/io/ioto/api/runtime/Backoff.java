// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.runtime;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait before the next attempt: a random time below a bound which doubles with every
/// failure up to a limit (*full jitter*), so that a thousand devices which lost the same server do
/// not come back all at once. Belongs to one thread.
public final class Backoff {
  private final Duration first;
  private final Duration limit;
  private final RandomGenerator random;
  private Duration bound;

  /// @param first bound of the first wait
  /// @param limit bound of the longest
  public Backoff(Duration first, Duration limit, RandomGenerator random) {
    if (!first.isPositive() || limit.compareTo(first) < 0) {
      throw new IllegalArgumentException(
          "bounds of %s and %s; expected a positive one and one that is not smaller"
              .formatted(first, limit));
    }
    this.first = first;
    this.limit = limit;
    this.random = random;
    bound = first;
  }

  /// The wait after one more failure.
  public Duration next() {
    var wait = Duration.ofMillis(random.nextLong(bound.toMillis() + 1));
    // Compared before it is doubled: a bound such as "never" has no double.
    bound = bound.compareTo(limit.dividedBy(2)) > 0 ? limit : bound.multipliedBy(2);
    return wait;
  }

  /// Begins anew: something went well.
  public void reset() {
    bound = first;
  }
}
