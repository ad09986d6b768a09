// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class BackoffTest {
  /// Draws the largest number there is.
  private static final RandomGenerator UNLUCKY =
      new RandomGenerator() {
        @Override
        public long nextLong() {
          throw new UnsupportedOperationException();
        }

        @Override
        public long nextLong(long bound) {
          return bound - 1;
        }
      };

  @Test
  void boundDoublesUpToTheLimitAndBeginsAnew() {
    var backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(5), UNLUCKY);
    var waits = new ArrayList<Long>();
    for (var i = 0; i < 6; i++) {
      waits.add(backoff.next().toSeconds());
    }
    assertThat(waits).containsExactly(1L, 2L, 4L, 5L, 5L, 5L);

    backoff.reset();
    assertThat(backoff.next()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void waitsAreSpreadOverTheWholeOfTheBound() {
    var backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(1), new Random(1));
    var waits = new ArrayList<Long>();
    for (var i = 0; i < 1000; i++) {
      waits.add(backoff.next().toMillis());
    }
    assertThat(waits).allMatch(w -> w >= 0 && w <= 1000);
    assertThat(waits).anyMatch(w -> w < 100).anyMatch(w -> w > 900);
    assertThat(waits.stream().mapToLong(w -> w).average().orElseThrow()).isBetween(450.0, 550.0);
  }

  @Test
  void boundsThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> new Backoff(Duration.ZERO, Duration.ofSeconds(1), UNLUCKY))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(1), UNLUCKY))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
