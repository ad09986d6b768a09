// SPDX-License-Identifier: Apache-2.0
package io.ioto.empty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EmptyAppTest {
  private final EmptyApp app =
      new EmptyApp(
          "io.ioto.empty", "1.2.3", InstantSource.fixed(Instant.parse("2026-02-03T04:05:06.789Z")));

  @Test
  void saysWhatRuns() throws Exception {
    var call = Called.on(app, "GET", "/api/empty/status", "");
    assertThat(call.status).isEqualTo(200);
    assertThat(call.headers).containsEntry("Cache-Control", "no-store");
    assertThat(call.answer)
        .isEqualTo(
            """
            {"app":"io.ioto.empty","version":"1.2.3","time":"2026-02-03T04:05:06Z"}\
            """);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"a\":[1,true,null],\"b\":{\"c\":\"ü\"}}", "[]", "\"text\"", "12.5"})
  void answersWithWhatItWasSent(String json) throws Exception {
    assertThat(Called.on(app, "POST", "/api/empty/echo", json).answer).isEqualTo(json);
  }

  @Test
  void theFolderOfThePageIsInTheBundle() throws Exception {
    var named = new Called.Named();
    app.register(named);
    assertThat(named.folders).containsEntry("/", "site");
    assertThat(app.path()).isEqualTo("/");
    assertThat(app.title()).isEqualTo("Empty app");
  }

  @Test
  void thePageFindsWhatItRefersTo() throws Exception {
    var page = file("site/index.html");
    var references = Pattern.compile("(?:src|href)=\"([^\"]+)\"").matcher(page);
    var count = 0;
    while (references.find()) {
      var target = references.group(1);
      if (!target.startsWith("/")) {
        assertThat(file("site/" + target)).isNotEmpty();
        count++;
      }
    }
    assertThat(count).isGreaterThanOrEqualTo(3);
    assertThat(file("site/status.js")).contains("/api/empty/status");
  }

  private static String file(String name) throws IOException {
    try (var in = EmptyApp.class.getResourceAsStream("/" + name)) {
      assertThat(in).as(name).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
