// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "15, 15000",
    "1.5, 1500",
    "250 ms, 250",
    "1 sec, 1000",
    "15 secs, 15000",
    "2 seconds, 2000",
    "1 min, 60000",
    "90mins, 5400000",
    "1 Minute, 60000",
    "1 hr, 3600000",
    "1.5 HOURS, 5400000",
    "2 days, 172800000",
    "1 week, 604800000",
    "1 month, 2592000000",
    "1 year, 31536000000",
    "' 5  mins ', 300000",
    "never, 9223372036854775807",
    "Forever, 9223372036854775807",
    "unlimited, 9223372036854775807",
    "999999999999999999 years, 9223372036854775807",
  })
  void timesHaveUnits(String text, long millis) {
    assertThat(Units.time(text).toMillis()).isEqualTo(millis);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1000, 1000",
    "10 bytes, 10",
    "1 byte, 1",
    "50k, 51200",
    "50 KB, 51200",
    "1.5k, 1536",
    "2m, 2097152",
    "20 mb, 20971520",
    "1g, 1073741824",
    "3GB, 3221225472",
    "unlimited, 9223372036854775807",
    "infinite, 9223372036854775807",
    "9223372036854775807, 9223372036854775807",
    "999999999999999999, 999999999999999999",
    "0.50 k, 512",
    "8589934591.5 gb, 9223372036854775807",
    "8589934590.5 gb, 9223372035244163072",
    "99999999999 gb, 9223372036854775807",
  })
  void sizesHaveUnits(String text, long bytes) {
    assertThat(Units.size(text)).isEqualTo(bytes);
  }

  @Test
  void anUnknownUnitIsNamedTogetherWithThoseThatExist() {
    assertThatThrownBy(() -> Units.time("15 foo"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "unknown unit 'foo' in '15 foo'; expected ms, secs, mins, hours, days, weeks, months"
                + " (30 days) or years, or the word never");
    assertThatThrownBy(() -> Units.size("5 mins"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "unknown unit 'mins' in '5 mins'; expected bytes, k, mb or gb, or the word unlimited");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "k", "-5", "1..5k", "5 5k", "1e3", "0x10", ".5", "٣ mins"})
  void whatIsNoNumberIsRefused(String text) {
    assertThatThrownBy(() -> Units.size(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not a number with a unit");
  }

  @Test
  void partsOfAByteOrMillisecondAreRefused() {
    assertThatThrownBy(() -> Units.size("0.3 bytes"))
        .hasMessage("'0.3 bytes' is not a whole number of bytes");
    assertThatThrownBy(() -> Units.time("0.0001"))
        .hasMessage("'0.0001' is not a whole number of milliseconds");
    assertThatThrownBy(() -> Units.size("0.0000001 gb"))
        .hasMessage("'0.0000001 gb' is not a whole number of bytes");
    assertThatThrownBy(() -> Units.time("1".repeat(80)))
        .hasMessageContaining("is not a number with a unit");
  }
}
