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
  private static Settings settings(String json5) {
    return Settings.of(Site.config(Path.of("/folder"), json5));
  }

  @Test
  void defaults() {
    var settings = settings("{}");
    assertThat(settings.documents()).isEqualTo(Path.of("/folder/site"));
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
            """
            {
              documents: '@state/d',
              headers: {'x-content-type-options': 'none', 'X-Own': '1'},
              index: 'main.htm',
              mime: {'.x': 'a/b'},
              limits: {body: 1, cache: 2, ranges: 3},
              swap: {drain: 4, grace: 5, waiting: 6},
            }
            """);
    assertThat(settings.documents()).isEqualTo(Path.of("/folder/state/d"));
    assertThat(settings.headers())
        .containsOnlyKeys("X-Content-Type-Options", "X-Own")
        .containsEntry("X-Own", "1")
        .containsEntry("X-Content-Type-Options", "none");
    assertThat(settings.index()).isEqualTo("main.htm");
    assertThat(settings.types().of("a.x")).contains("a/b");
    assertThat(settings.body()).isEqualTo(1);
    assertThat(settings.cache()).isEqualTo(2);
    assertThat(settings.ranges()).isEqualTo(3);
    assertThat(settings.drain()).isEqualTo(Duration.ofSeconds(4));
    assertThat(settings.patience()).isEqualTo(new Seat.Patience(Duration.ofSeconds(5), 6));
  }

  @Test
  void refusesWhatIsNoTextOrNoHeader() {
    assertThatThrownBy(() -> settings("{headers: {A: 1}}"))
        .hasMessage("web.headers.A: expected a text, found number");
    assertThatThrownBy(() -> settings("{headers: {'A b': 'c'}}")).hasMessageContaining("'A b'");
    assertThatThrownBy(() -> settings("{headers: {A: 'c\\r\\nB: d'}}"))
        .hasMessageContaining("header 'A'");
    assertThatThrownBy(() -> settings("{index: 'a/b'}")).hasMessageContaining("web.index");
  }

  @Test
  void defaultsOfAccess() {
    var access = Site.access(Path.of("/folder"), "{}");
    assertThat(access.login()).isEqualTo("/api/public/login");
    assertThat(access.users()).isEmpty();
    assertThat(access.roles().permit(java.util.Set.of("super"), "admin")).isTrue();
    assertThat(access.roles().permit(java.util.Set.of("admin"), "owner")).isFalse();
    assertThat(access.cost()).isEqualTo(10);
    assertThat(access.tlsForBasic()).isTrue();
    assertThat(access.sessions())
        .isEqualTo(new Sessions.Limits(100, 10, 4096, Duration.ofMinutes(30), Duration.ofDays(1)));
    assertThat(access.cookie())
        .isEqualTo(new SessionCookie("-web-session-{port}", true, "Lax", false));
  }

  @Test
  void refusesUsersAndPathsThatAreNone() {
    var folder = Path.of("/folder");
    assertThatThrownBy(() -> Site.access(folder, "{auth: {users: {bob: {password: 'x'}}}}"))
        .hasMessage(
            "web.auth.users.bob.password: expected a bcrypt hash, such as `htpasswd -nB bob` makes");
    assertThatThrownBy(() -> Site.access(folder, "{auth: {users: []}}"))
        .hasMessageContaining("web.auth.users");
    assertThatThrownBy(() -> Site.access(folder, "{auth: {login: 'login'}}"))
        .hasMessageContaining("'login'");
    assertThatThrownBy(() -> Site.access(folder, "{auth: {realm: 'a\"b'}}"))
        .hasMessageContaining("web.auth.realm");
  }
}
