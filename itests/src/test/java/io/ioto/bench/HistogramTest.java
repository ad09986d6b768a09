// SPDX-License-Identifier: Apache-2.0
package io.ioto.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class HistogramTest {
  @Test
  void sharesAreFoundWithinTwoPercent() {
    var histogram = new Histogram();
    for (var i = 1; i <= 100_000; i++) {
      histogram.add(i * 1_000L);
    }

    assertThat(histogram.maxMs()).isEqualTo(100.0);
    assertThat(histogram.ms(1)).isEqualTo(100.0);
    assertThat(histogram.ms(0.99)).isCloseTo(99, Percentage.withPercentage(2));
    assertThat(histogram.ms(0.5)).isCloseTo(50, Percentage.withPercentage(2));
    assertThat(histogram.ms(0.001)).isCloseTo(0.1, Percentage.withPercentage(2));
  }

  @Test
  void smallestAndLargestDurationsHaveTheirPlace() {
    var histogram = new Histogram();
    histogram.add(0);
    histogram.add(1);
    histogram.add(Long.MAX_VALUE);

    assertThat(histogram.ms(0.34)).isCloseTo(1e-6, within(1e-9));
    assertThat(histogram.maxMs()).isEqualTo(Long.MAX_VALUE / 1e6);
    assertThat(new Histogram().ms(0.99)).isZero();
  }
}
