// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PathPatternTest {
  @ParameterizedTest
  @ValueSource(strings = {"", "a", "//", "/a//b", "/a/../b", "/.", "/{}", "/a{b}", "/{x}/{x}"})
  void refusesWhatCanNeverMatch(String text) {
    assertThatThrownBy(() -> PathPattern.of(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "' is no path of a route: ");
  }

  @Test
  void readsWhatABraceStandsFor() {
    var pattern = PathPattern.of("/port/{id}/vlan/{name}");
    assertThat(pattern.param("id", "/port/7/vlan/blue")).isEqualTo("7");
    assertThat(pattern.param("name", "/port/7/vlan/blue")).isEqualTo("blue");
    assertThatThrownBy(() -> pattern.param("other", "/port/7/vlan/blue"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'/port/{id}/vlan/{name}' has no {other}");
  }

  @Test
  void namesOfBracesDoNotMatterForTheShape() {
    assertThat(PathPattern.of("/a/{x}/").shape()).isEqualTo(PathPattern.of("/a/{y}/").shape());
    assertThat(PathPattern.of("/a/{x}").shape()).isNotEqualTo(PathPattern.of("/a/{x}/").shape());
  }
}
