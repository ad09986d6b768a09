// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.api.web.HttpException;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RangeTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bytes=0-9        | 0-9",
        "bytes=5-         | 5-99",
        "bytes=-10        | 90-99",
        "bytes=-200       | 0-99",
        "bytes=90-200     | 90-99",
        "bytes=0-0        | 0-0",
        "Bytes = 0-1, 5-6 | 0-1 5-6",
        "bytes=0-1,100-   | 0-1",
        "bytes=100-       | ''",
        "bytes=100-101    | ''",
        "bytes=-0         | ''"
      })
  void readsWhatIsAskedFor(String header, String expected) {
    assertThat(
            Range.parse(header, 100).stream()
                .map(range -> range.from() + "-" + range.to())
                .collect(Collectors.joining(" ")))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=9-5",
        "bytes=1-2,",
        "bytes=1--2",
        "lines=1-2",
        "bytes=1-2 3-4",
        "bytes=99999999999999999999-"
      })
  void refusesWhatItDoesNotUnderstand(String header) {
    assertThatThrownBy(() -> Range.parse(header, 100))
        .isInstanceOfSatisfying(HttpException.class, e -> assertThat(e.status()).isEqualTo(400));
  }
}
