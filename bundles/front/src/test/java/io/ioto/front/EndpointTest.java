// SPDX-License-Identifier: Apache-2.0
package io.ioto.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.BindException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class EndpointTest {
  @ParameterizedTest
  @CsvSource({
    "http://127.0.0.1:8080, false, 127.0.0.1, 8080, http://127.0.0.1:8080",
    "https://host.example, true, host.example, 443, https://host.example",
    "http://host/, false, host, 80, http://host",
    "host:81, false, host, 81, http://host:81",
    "http://:8080, false, '', 8080, http://localhost:8080",
    ":4443, false, '', 4443, http://localhost:4443",
    "https://[::1]:8443, true, [::1], 8443, https://[::1]:8443",
    "https://[::]:8443, true, [::], 8443, https://localhost:8443",
    "http://0.0.0.0:80, false, 0.0.0.0, 80, http://localhost",
    "http://127.0.0.1:0, false, 127.0.0.1, 0, http://127.0.0.1:0"
  })
  void reads(String text, boolean secure, String host, int port, String url) {
    var endpoint = Endpoint.parse(text);
    assertThat(endpoint).isEqualTo(new Endpoint(secure, host, port));
    assertThat(endpoint.url(port)).hasToString(url);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "ftp://a", "http://a:b", "http://a:70000", "http://a/path", "::1", "a b"})
  void refusesWhatIsNoEndpoint(String text) {
    assertThatThrownBy(() -> Endpoint.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("web.listen: '" + text + "'");
  }

  @Test
  void binds() throws Exception {
    try (var channel = Endpoint.parse("http://127.0.0.1:0").bind(1)) {
      var port = channel.socket().getLocalPort();
      assertThat(port).isPositive();
      assertThatThrownBy(() -> Endpoint.parse("http://127.0.0.1:" + port).bind(1))
          .isInstanceOf(BindException.class);
    }
    assertThatThrownBy(() -> Endpoint.parse("http://host.invalid:0").bind(1))
        .hasMessage("unknown host");
  }
}
