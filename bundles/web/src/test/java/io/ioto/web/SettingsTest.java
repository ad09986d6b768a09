// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.api.runtime.Seat;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SettingsTest {
  private static Settings settings(Map<String, Object> changes) {
    return Settings.of(Site.config(Path.of("folder"), changes));
  }

  @Test
  void defaults() {
    var settings = settings(Map.of());
    assertThat(settings.documents()).isEqualTo(Path.of("folder", "documents"));
    assertThat(settings.headers()).isEqualTo(Map.of("X-Content-Type-Options", "nosniff"));
    assertThat(settings.index()).isEqualTo("index.html");
    assertThat(settings.body()).isEqualTo(100 * 1024);
    assertThat(settings.cache()).isEqualTo(4 * 1024 * 1024);
    assertThat(settings.ranges()).isEqualTo(16);
    assertThat(settings.patience()).isEqualTo(Seat.Patience.DEFAULT);
    assertThat(settings.drain()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void everythingCanBeSet() {
    var settings =
        settings(
            Map.of(
                "documents",
                "/d",
                "headers",
                "{\"x-content-type-options\":\"none\",\"X-Own\":\"1\"}",
                "index",
                "main.htm",
                "mime",
                "{\".x\":\"a/b\"}",
                "limits.body",
                1L,
                "limits.cache",
                2L,
                "limits.ranges",
                3,
                "swap.drain",
                4L,
                "swap.grace",
                5L,
                "swap.waiting",
                6));
    assertThat(settings.documents()).isEqualTo(Path.of("/d"));
    assertThat(settings.headers())
        .containsOnlyKeys("X-Content-Type-Options", "X-Own")
        .containsEntry("X-Own", "1")
        .containsEntry("X-Content-Type-Options", "none");
    assertThat(settings.index()).isEqualTo("main.htm");
    assertThat(settings.types().of("a.x")).contains("a/b");
    assertThat(settings.body()).isEqualTo(1);
    assertThat(settings.cache()).isEqualTo(2);
    assertThat(settings.ranges()).isEqualTo(3);
    assertThat(settings.drain()).isEqualTo(Duration.ofMillis(4));
    assertThat(settings.patience()).isEqualTo(new Seat.Patience(Duration.ofMillis(5), 6));
  }

  @Test
  void refusesWhatIsNoTextOrNoHeader() {
    assertThatThrownBy(() -> settings(Map.of("headers", "{\"A\":1}")))
        .hasMessage("web.headers.A: expected a text, found number");
    assertThatThrownBy(() -> settings(Map.of("headers", "{\"A b\":\"c\"}")))
        .hasMessageContaining("'A b'");
    assertThatThrownBy(() -> settings(Map.of("headers", "{\"A\":\"c\\r\\nB: d\"}")))
        .hasMessageContaining("header 'A'");
    assertThatThrownBy(() -> settings(Map.of("index", "a/b"))).hasMessageContaining("web.index");
  }
}
