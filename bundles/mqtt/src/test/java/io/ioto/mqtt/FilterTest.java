// SPDX-License-Identifier: Apache-2.0
package io.ioto.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilterTest {
  @ParameterizedTest
  @CsvSource({
    "a/b, a/b, true",
    "a/b, a/B, false",
    "a/b, a/b/c, false",
    "a/b, a, false",
    "a/+/c, a/b/c, true",
    "a/+/c, a//c, true",
    "a/+, a, false",
    "a/+, a/b/c, false",
    "+/+, /b, true",
    "a/#, a, true",
    "a/#, a/b/c, true",
    "a/#, ab, false",
    "#, a/b, true",
    "#, $SYS/x, false",
    "+/x, $SYS/x, false",
    "$SYS/#, $SYS/x, true",
    "a/ü, a/ü, true",
  })
  void meansTheTopicsOfTheStandard(String filter, String topic, boolean means) {
    assertThat(new Filter(filter).matches(topic)).isEqualTo(means);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a+", "+a/b", "a/#/b", "#a", "a/b#", "a\nb", "a\0"})
  void otherFiltersAreRefused(String filter) {
    assertThatThrownBy(() -> new Filter(filter)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void longFilterIsRefused() {
    assertThat(new Filter("a".repeat(65_535)).matches("a")).isFalse();
    assertThatThrownBy(() -> new Filter("a".repeat(65_536)))
        .hasMessageContaining("65,535 bytes at most");
  }

  @ParameterizedTest
  @CsvSource({
    "d/x/#, d/x/a, true",
    "d/x/#, d/x/+/b, true",
    "d/x/#, d/x/#, true",
    "d/x/#, d/y/a, false",
    "d/x/#, d/+/a, false",
    "d/x/#, d/#, false",
    "d/x/#, d/xy, false",
    "d/x, d/x, true",
    "d/x, d/y, false",
  })
  void coversWhatMeansLess(String filter, String other, boolean covers) {
    assertThat(new Filter(filter).covers(new Filter(other))).isEqualTo(covers);
  }
}
