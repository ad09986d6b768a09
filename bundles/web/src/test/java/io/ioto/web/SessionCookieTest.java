// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SessionCookieTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      value = {
        "s=1 | 1",
        "a=2; s=1; b=3 | 1",
        "a=2;s=1;b=3 | 1",
        "s= | ''",
        "xs=1; sx=2 | none",
        "a=s=1 | none",
        "s | none",
        ";; ;s=1 | 1",
        "'' | none",
      })
  void isFoundByItsWholeName(String header, String value) {
    assertThat(SessionCookie.find(header, "s")).isEqualTo(value);
  }

  @Test
  void flagsAreAsConfigured(@org.junit.jupiter.api.io.TempDir Path folder) throws Exception {
    var settings =
        """
        {sessions: {cookie: '__Host-s', httpOnly: false, sameSite: 'Strict', secure: true,
                    lifetime: '1 hour'}}
        """;
    try (var site = new Site(folder, settings)) {
      site.publish(router -> router.post("/put", exchange -> exchange.session().put("a", "b")));
      assertThat(site.send("POST", "/put", "").headers().firstValue("Set-Cookie").orElseThrow())
          .matches("__Host-s=[\\w-]{32}; Max-Age=3600; path=/; Secure; SameSite=Strict");
    }
  }

  @Test
  void aNameThatHttpDoesNotAllowIsRefused() {
    assertThatThrownBy(() -> new SessionCookie("a b", true, "Lax", false))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new SessionCookie("a", true, "lax", false))
        .hasMessageContaining("web.sessions.sameSite");
  }
}
