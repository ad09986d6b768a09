// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TopicsTest {
  private final Topics topics = new Topics(32, 4);

  @ParameterizedTest
  @CsvSource({
    "a/b,     a/b,     true",
    "a/b,     a/c,     false",
    "a/b,     a/b/c,   false",
    "a/b/c,   a/b,     false",
    "a/#,     a/b/c,   true",
    "a/#,     a,       true",
    "a/#,     ab,      false",
    "#,       a/b,     true",
    "a/+,     a/b,     true",
    "a/+,     a,       false",
    "a/+,     a/b/c,   false",
    "a/+/c,   a/b/c,   true",
    "a/+/#,   a/b,     true",
    "+/b,     a/b,     true",
    "+,       /a,      false",
    "/+,      /a,      true",
    "+/+,     /a,      true",
    "a/+,     a/,      true",
    "#,       $aws/x,  false",
    "+/x,     $aws/x,  false",
    "$aws/#, $aws/x,  true",
    "A,       a,       false",
  })
  void filtersMatchAsTheStandardSays(String filter, String topic, boolean matches) {
    assertThat(Topics.matches(filter, topic)).isEqualTo(matches);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a#", "#/a", "a/#/b", "a+", "+a/b", "a/b+", "a\u0001", "a/b/c/d/e"})
  void malformedFiltersAreRefused(String filter) {
    assertThatThrownBy(() -> topics.filter(filter)).isInstanceOf(Breach.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"#", "+", "a/#", "+/a/+", "/", "//", "ä/😀", "$aws/+"})
  void wellFormedFiltersAreTaken(String filter) {
    assertThatCode(() -> topics.filter(filter)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/#", "+", "a\u0000", "a\u009f", "äääääääääääääääää", "a/b/c/d/e"})
  void malformedNamesAreRefused(String name) {
    assertThatThrownBy(() -> topics.name(name)).isInstanceOf(Breach.class);
  }

  @Test
  void namesMaySayAnythingElse() {
    assertThatCode(() -> topics.name("/ä b/$/😀")).doesNotThrowAnyException();
  }
}
