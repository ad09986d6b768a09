// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.api.web.HttpException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class UriPathTest {
  @ParameterizedTest
  @CsvSource({
    "/, /",
    "//, /",
    "., .",
    "..., ...",
    "./x, x",
    "a/./b, a/b",
    "a/b/.., a",
    "a/b/../, a/",
    "a/b/., a/b",
    "a/b/./, a/b/",
    "a/b/../../c, c",
    "./, .",
    "/., /",
    "..a, ..a",
    "a.., a..",
    "a/..b/c, a/..b/c",
    "/a/.., /",
    "/a//b, /a/b"
  })
  void normalises(String path, String expected) {
    assertThat(UriPath.normalise(path)).contains(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "..", "../a", "/..", "/../", "a/../../c", "/a/../../b"})
  void nothingLeavesTheRoot(String path) {
    assertThat(UriPath.normalise(path)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "/plain/path, /plain/path",
    "/a@b/[c], /a@b/[c]",
    "/two%20words, /two words",
    "/caf%C3%A9, /café",
    "/a//b/../c, /a/c",
    "/%61/.%2e/b, /b",
    "/a/..b, /a/..b",
    "/a;v=1/b, /a;v=1/b",
    "/100%25, /100%"
  })
  void checksDecodesAndNormalises(String raw, String expected) {
    assertThat(UriPath.of(raw)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*",
        "a",
        "/a b",
        "/<",
        "/a>",
        "/^",
        "/\\",
        "/a%5cb",
        "/%00",
        "/a%0d%0ab",
        "/%7f",
        "/%",
        "/%4",
        "/%zz",
        "/%c3%28",
        "/%ff",
        "/é",
        "/%2e%2e/a",
        "/a/%2e%2e/..",
        "/..%2fa"
      })
  void refusesWhatIsIllegal(String raw) {
    assertThatThrownBy(() -> UriPath.of(raw))
        .isInstanceOfSatisfying(HttpException.class, e -> assertThat(e.status()).isEqualTo(400));
  }

  @Test
  void decodesQueries() {
    assertThat(UriPath.decode("a+b%2Bc", true)).isEqualTo("a b+c");
    assertThat(UriPath.decode("a+b", false)).isEqualTo("a+b");
  }

  @Test
  void encodesWhatALocationMayNotHold() {
    assertThat(UriPath.encode("/two words/é?#%\"")).isEqualTo("/two%20words/%c3%a9%3f%23%25%22");
  }
}
