// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RulesTest {
  private final Rules rules =
      Rules.of(
          """
          [
            {match: '/', role: 'root'},
            {match: '/a/', role: 'prefix'},
            {match: '/b', role: 'exact'},
            {match: '/a/c', role: 'never', cache: {maxAge: 1}},
            {match: '/m', methods: ['get', 'post']},
            {match: '', role: 'rest'},
          ]
          """);

  @ParameterizedTest
  @CsvSource({"/,root", "/a/,prefix", "/a/c,prefix", "/b,exact", "/b/,rest", "/a,rest", "/m,''"})
  void theFirstThatFitsCounts(String path, String role) {
    assertThat(Objects.requireNonNull(rules.find(path)).role()).isEqualTo(role);
  }

  @Test
  void withoutRulesThereIsNone() {
    assertThat(Rules.of("[]").find("/")).isNull();
  }

  @Test
  void methodsAreWrittenInAnyCaseAndGetMeansHeadToo() {
    assertThat(Objects.requireNonNull(rules.find("/m")).allow()).isEqualTo("GET, HEAD, POST");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[1]",
        "[{match: 'a'}]",
        "[{match: 1}]",
        "[{roles: 'a'}]",
        "[{methods: 'GET'}]",
        "[{methods: []}]",
        "[{authType: 'digest'}]",
        "[{redirect: 'a\\nb'}]",
      })
  void anythingElseIsRefused(String json) {
    assertThatThrownBy(() -> Rules.of(json))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .containsAnyOf("web.routes", "Location");
  }
}
