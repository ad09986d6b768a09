// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HeadersTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "br             | br       | 1",
        "gzip, br;q=0.5 | br       | 0.5",
        "br;q=0         | br       | 0",
        "BR             | br       | 1",
        "gzip           | br       | 0",
        "*              | br       | 1",
        "*;q=0.3, br    | gzip     | 0.3",
        "br;q=nonsense  | br       | 0",
        "br;q=7         | br       | 1",
        "brr            | br       | 0",
        "gzip           | identity | 0.001",
        "identity;q=0   | identity | 0",
        "*;q=0          | identity | 0"
      })
  void readsQualities(String header, String coding, double expected) {
    assertThat(Headers.quality(header, coding)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"a\"", "*", " * ", "W/\"a\"", "\"b\", \"a\"", "\"b\" ,W/\"a\""})
  void findsATag(String list) {
    assertThat(Headers.names(list, "\"a\"")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"b\"", "a", "", "\"b\", \"aa\"", "W/a"})
  void findsNoOtherTag(String list) {
    assertThat(Headers.names(list, "\"a\"")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a:", "a\r\n", "é", "a\0"})
  void refusesNamesThatAreNoTokens(String name) {
    assertThatThrownBy(() -> Headers.check(name, "x")).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\r\nSet-Cookie: b", "a\n", "\0", "\u007f", "€"})
  void refusesValuesThatEndTheHeader(String value) {
    assertThatThrownBy(() -> Headers.check("X-Test", value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("X-Test");
  }

  @Test
  void acceptsWhatHttpAllows() {
    assertThatCode(() -> Headers.check("X-Test_1!", "a\tb \"c\"; é")).doesNotThrowAnyException();
  }

  @Test
  void writesDatesAsTheJdkDoes() {
    var reference =
        DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    var random = new Random(1);
    for (var i = 0; i < 1_000; i++) {
      var seconds = random.nextLong(0, 253_402_300_800L);
      assertThat(HttpDate.format(seconds))
          .isEqualTo(reference.format(Instant.ofEpochSecond(seconds)));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "a.html, text/html;charset=utf-8",
    "a/b.min.JS, text/javascript;charset=utf-8",
    "photo.JPG, image/jpeg",
    "data.json, application/json",
    "model.glb, model/gltf-binary",
    "icon.svg, image/x-own"
  })
  void knowsTypesByExtension(String path, String expected) {
    var types = new ContentTypes(Map.of(".glb", "model/gltf-binary", "SVG", "image/x-own"));
    assertThat(types.of(path)).contains(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"README", "a.unknown", "a.d/file", "trailing.", ""})
  void saysNothingAboutWhatItDoesNotKnow(String path) {
    assertThat(new ContentTypes(Map.of()).of(path)).isEmpty();
  }
}
