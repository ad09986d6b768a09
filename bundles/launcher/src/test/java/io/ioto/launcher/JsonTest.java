// SPDX-License-Identifier: Apache-2.0
package io.ioto.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  @Test
  void valuesOfEveryKindAreRead() {
    var text =
        " {\"a\": [1, -2.5e3, true, false, null, \"x\\u00e9\\n\\\\\"], \"b\": {}, \"c\": []} ";

    assertThat(Json.object(text))
        .isEqualTo(
            Map.of(
                "a", Arrays.asList(1L, -2500.0, true, false, null, "xé\n\\"),
                "b", Map.of(),
                "c", List.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[1,]",
        "{a:1}",
        "'x'",
        "\"x",
        "1 2",
        "{\"a\" 1}",
        "tru",
        "\"\\x\"",
        "\"\\u12\""
      })
  void whatIsNotJsonIsRefusedWithItsPlace(String text) {
    assertThatThrownBy(() -> Json.read(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected");
  }

  @Test
  void endlessNestingIsRefused() {
    assertThatThrownBy(() -> Json.read("[".repeat(10_000)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("64 levels");
  }
}
