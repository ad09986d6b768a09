// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyTest {
  private static final Map<String, Object> DEVICE =
      Map.of(
          "id", "VALVE-17",
          "product", "valve",
          "name", "Hall",
          "beta", true,
          "ports", 4L,
          "rack", "12",
          "cohort", 7.25,
          "version", "3.0.0",
          "newVersion", "4.0.0",
          "release-line", "stable");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "true",
        "product == 'valve'",
        "product == \"valve\" && beta",
        "device.product == 'valve'",
        "!(product != 'valve')",
        "missing == null",
        "!missing",
        "missing || beta",
        "ports >= 4 && ports < 5",
        "ports == '4'",
        "rack > 9",
        "1 + 2 * 3 == 7",
        "(1 + 2) * 3 == 9",
        "2 ^ 3 ^ 2 == 512",
        "7 % 4 == 3",
        "-ports == 0 - 4",
        "ports - 1 == 3",
        "'a' + ports == 'a4'",
        "id ^= 'VALVE' && id $= '17' && id >< '-'",
        "id ^!= 'PUMP' && id $!= '18' && id <> 'x'",
        "id == /^VALVE-\\d+$/",
        "id =~ /1[67]/",
        "id != /PUMP/",
        "name == /H.ll/ || false",
        "cohort < 10",
        "release-line == 'stable'",
        "semver(version, '<', newVersion)",
        "semver('1.0.0-rc.2', '<', '1.0.0')",
        "semver('1.0.0-rc.2', '<', '1.0.0-rc.10')",
        "semver('1.10.0', \">\", '1.9.0')",
        "semver('1.2', '==', 'v1.2.0+build')",
        "ports / 2 == 2",
        "'a' < 'b'",
      })
  void coversTheDevice(String policy) {
    assertThat(Policy.of(policy).covers(DEVICE)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "false",
        "product == 'pump'",
        "missing",
        "missing < 3",
        "missing > 3",
        "missing ^= 'a'",
        "semver(missing, '<', newVersion)",
        "semver(version, '>=', newVersion)",
        "''",
        "0",
        "product == 'valve' && ports > 4",
        "id == /^PUMP/",
        "beta == 'true'",
      })
  void leavesTheDeviceOut(String policy) {
    assertThat(Policy.of(policy).covers(DEVICE)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "                 | column 1: expected a name, a value or '('",
        "product =        | column 9: expected an operator or the end",
        "product == 'valve | column 12: the text is not closed by '",
        "product == /v    | column 12: the regular expression is not closed by /",
        "product == /(/   | column 12: the regular expression is wrong",
        "(a == 1          | column 8: expected ')'",
        "a == 1)          | column 7: expected an operator or the end",
        "a && && b        | column 6: expected a name, a value or '(', not '&'",
        "1 < a < 3        | column 4: comparisons do not follow one another",
        "version < 1.2.3  | column 11: '1.2.3' is no number; a version is a text",
        "system('rm')     | column 1: there is no function 'system'",
        "semver(a, '<')   | column 1: semver takes three arguments",
        "a; b             | column 2: expected an operator or the end",
      })
  void mistakesAreToldWithTheirColumn(String policy, String message) {
    assertThatThrownBy(() -> Policy.of(policy == null ? "" : policy))
        .isInstanceOf(PolicyException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "product < 3                      | column 9: 'valve' and 3 cannot be compared so",
        "product * 2 > 1                  | column 9: expected a number, not 'valve'",
        "semver(product, '<', newVersion) | column 1: 'valve' is no version such as 1.2.3",
        "semver(version, '~', newVersion) | column 1: semver takes == != < <= > >=, not '~'",
      })
  void valuesThatDoNotFitAreTold(String policy, String message) {
    assertThatThrownBy(() -> Policy.of(policy).covers(DEVICE))
        .isInstanceOf(PolicyException.class)
        .hasMessageContaining(message);
  }

  @Test
  void itsSizeIsLimited() {
    assertThatThrownBy(() -> Policy.of("a".repeat(Policy.LENGTH + 1)))
        .hasMessageContaining("at most 1000 characters");
    assertThatThrownBy(() -> Policy.of("a" + " || a".repeat(Policy.TERMS)))
        .hasMessageContaining("at most 50 operands");
    assertThatThrownBy(() -> Policy.of("(".repeat(100) + "a" + ")".repeat(100)))
        .hasMessageContaining("more than 30 levels");
  }

  @Test
  void regularExpressionThatTakesForEverIsGivenUp() {
    var device = Map.<String, Object>of("name", "a".repeat(60), "text", "a".repeat(1001));
    assertThatThrownBy(() -> Policy.of("name == /a*a*a*a*a*a*a*b/").covers(device))
        .hasMessageContaining("more than 100000 steps");
    assertThatThrownBy(() -> Policy.of("text == /b/").covers(device))
        .hasMessageContaining("at most 1000 characters");
  }
}
