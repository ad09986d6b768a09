// SPDX-License-Identifier: Apache-2.0
package io.ioto.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.json.Json5;
import io.ioto.json.Units;
import io.ioto.testing.Configs;
import io.ioto.testing.ManualClock;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoginTest {
  private static final String HERE = "127.0.0.1";
  private static final String ELSEWHERE = "192.0.2.7";

  private final ManualClock clock = new ManualClock(Instant.EPOCH);
  private final List<String> shown = new ArrayList<>();

  private final Path state;

  LoginTest(@TempDir Path state) {
    this.state = state;
  }

  /// What a client sent.
  private record Request(
      String address, boolean secure, String method, Map<String, String> headers) {
    static Request from(String address) {
      return new Request(address, false, "GET", Map.of("Host", "localhost:8080"));
    }

    Request tls() {
      return new Request(address, true, method, headers);
    }

    Request post() {
      return new Request(address, secure, "POST", headers);
    }

    Request header(String name, String value) {
      var all = new HashMap<>(headers);
      all.put(name, value);
      return new Request(address, secure, method, all);
    }

    Request login(String user, String password) {
      var credentials = Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8));
      return header("Authorization", "Basic " + credentials);
    }

    HttpServletRequest servlet() {
      return (HttpServletRequest)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {HttpServletRequest.class},
              (_, called, arguments) ->
                  switch (called.getName()) {
                    case "getRemoteAddr" -> address;
                    case "isSecure" -> secure;
                    case "getMethod" -> method;
                    case "getHeader" -> headers.get(arguments[0]);
                    case "getCookies" ->
                        headers.containsKey("Cookie")
                            ? new Cookie[] {new Cookie(headers.get("Cookie"), "true")}
                            : null;
                    default -> throw new UnsupportedOperationException(called.getName());
                  });
    }
  }

  /// What was answered.
  private static final class Response {
    private final Map<String, String> headers = new HashMap<>();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private int status;
    private @Nullable Object user;

    HttpServletResponse servlet() {
      return (HttpServletResponse)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {HttpServletResponse.class},
              (_, called, arguments) ->
                  switch (called.getName()) {
                    case "setStatus" -> status((int) arguments[0]);
                    case "setHeader" -> headers.put((String) arguments[0], (String) arguments[1]);
                    case "addCookie" ->
                        headers.put("Set-Cookie", ((Cookie) arguments[0]).getName());
                    case "getOutputStream" -> output();
                    case "setContentType", "setContentLength", "flushBuffer" -> null;
                    default -> throw new UnsupportedOperationException(called.getName());
                  });
    }

    private @Nullable Object status(int value) {
      status = value;
      return null;
    }

    private ServletOutputStream output() {
      return new ServletOutputStream() {
        @Override
        public void write(int b) {
          body.write(b);
        }

        @Override
        public boolean isReady() {
          return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
          throw new UnsupportedOperationException();
        }
      };
    }
  }

  private static Map<String, Object> defaults() throws IOException {
    var text =
        new String(
            Login.class.getResourceAsStream("/OSGI-INF/ioto/settings.json5").readAllBytes(), UTF_8);
    var values = new HashMap<String, Object>();
    Json5.read(text, "settings.json5")
        .get("properties")
        .properties()
        .forEach(
            p -> {
              var value = p.getValue().get("default");
              values.put(
                  p.getKey(),
                  switch (p.getValue().get("type").asText()) {
                    case "boolean" -> value.asBoolean();
                    case "int" -> value.asInt();
                    case "time" -> Units.time(value.asText()).toMillis();
                    default -> value.asText();
                  });
            });
    return values;
  }

  private Login login(String profile, Map<String, Object> settings) throws IOException {
    var values = defaults();
    values.put("file", state.resolve("console.json").toString());
    values.putAll(settings);
    return new Login(Configs.of(Login.Config.class, values), profile, clock, shown::add);
  }

  private static Response ask(Login login, Request request) {
    var response = new Response();
    response.user = login.authenticate(request.servlet(), response.servlet());
    return response;
  }

  private String generated() {
    assertThat(shown).hasSize(1);
    return shown.getFirst().replaceFirst("(?s).*with the password (\\S+).*", "$1");
  }

  @Test
  void defaultsAreThoseOfTheDocumentation() throws Exception {
    assertThat(defaults())
        .containsEntry("user", "admin")
        .containsEntry("password", "")
        .containsEntry("file", "@state/console.json")
        .containsEntry("requireTls", true)
        .containsEntry("limits.failures", 10)
        .containsEntry("limits.window", 60_000L)
        .containsEntry("limits.clients", 1_000)
        .containsEntry("limits.wait", 10_000L)
        .hasSize(8);
  }

  @Test
  void requestWithoutPasswordIsChallenged() throws Exception {
    var response = ask(login("dev", Map.of()), Request.from(HERE));

    assertThat(response.user).isNull();
    assertThat(response.status).isEqualTo(401);
    assertThat(response.headers)
        .containsEntry("WWW-Authenticate", "Basic realm=\"Ioto Console\", charset=\"UTF-8\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer x", "Basic", "Basic !!!", "Basic YWRtaW4="})
  void authorizationThatIsNoBasicLoginIsChallenged(String header) throws Exception {
    var response = ask(login("dev", Map.of()), Request.from(HERE).header("Authorization", header));

    assertThat(response.status).isEqualTo(401);
  }

  @Test
  void documentedPasswordWorksInTheDevProfileOnThisMachine() throws Exception {
    var login = login("dev", Map.of());

    assertThat(ask(login, Request.from(HERE).login("admin", "admin")).user).isEqualTo("admin");
    assertThat(ask(login, Request.from("[::1]").login("admin", "admin")).user).isEqualTo("admin");
    assertThat(ask(login, Request.from(HERE).login("admin", "nimda")).status).isEqualTo(401);
    assertThat(ask(login, Request.from(HERE).login("nimda", "admin")).status).isEqualTo(401);
    assertThat(shown).isEmpty();
    assertThat(state).isEmptyDirectory();
  }

  @Test
  void documentedPasswordDoesNotWorkFromAnotherMachine() throws Exception {
    var login = login("dev", Map.of("requireTls", false));
    var response = ask(login, Request.from(ELSEWHERE).tls().login("admin", "admin"));

    assertThat(response.status).isEqualTo(403);
    assertThat(response.body.toString(UTF_8)).contains("console.password");
  }

  @Test
  void passwordIsGeneratedShownOnceAndKeptAsHash() throws Exception {
    var login = login("prod", Map.of());
    var password = generated();

    assertThat(password).matches("([2-9a-hjkmnp-z]{5}-){3}[2-9a-hjkmnp-z]{5}");
    assertThat(ask(login, Request.from(HERE).login("admin", password)).user).isEqualTo("admin");
    assertThat(ask(login, Request.from(HERE).login("admin", "admin")).status).isEqualTo(401);
    var file = state.resolve("console.json");
    assertThat(file).content().doesNotContain(password).contains("PBKDF2WithHmacSHA256");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");

    var again = login("prod", Map.of());

    assertThat(shown).hasSize(1);
    assertThat(ask(again, Request.from(HERE).login("admin", password)).user).isEqualTo("admin");
  }

  @Test
  void configuredPasswordIsUsedInEveryProfile() throws Exception {
    for (var profile : List.of("dev", "prod")) {
      var login = login(profile, Map.of("user", "olga", "password", "grün: ja"));

      var request = Request.from(ELSEWHERE).tls();
      assertThat(ask(login, request.login("olga", "grün: ja")).user).isEqualTo("olga");
      assertThat(ask(login, request.login("admin", "admin")).status).isEqualTo(401);
    }
    assertThat(shown).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{algorithm: 'none'} | 'algorithm' is 'none'",
        "{algorithm: 'PBKDF2WithHmacSHA256', iterations: 1} | 'iterations' is 1",
        "{algorithm: 'PBKDF2WithHmacSHA256', iterations: 600000} | 'salt' is no text",
        "{algorithm | console.json:1:"
      })
  void damagedPasswordFileIsRefusedAndKept(String content, String reason) throws Exception {
    var file = Files.writeString(state.resolve("console.json"), content);

    assertThatThrownBy(() -> login("prod", Map.of()))
        .hasMessageContaining("console.json")
        .hasMessageContaining(reason)
        .hasMessageContaining("delete it for a new password");
    assertThat(file).hasContent(content);
    assertThat(shown).isEmpty();
  }

  @Test
  void plainHttpFromAnotherMachineIsRefused() throws Exception {
    var request = Request.from(ELSEWHERE).login("admin", "secret");

    var refused = ask(login("prod", Map.of("password", "secret")), request);
    assertThat(refused.status).isEqualTo(403);
    assertThat(refused.body.toString(UTF_8)).contains("console.requireTls");
    assertThat(ask(login("prod", Map.of("password", "secret")), request.tls()).user)
        .isEqualTo("admin");
    assertThat(ask(login("prod", Map.of("password", "secret", "requireTls", false)), request).user)
        .isEqualTo("admin");
  }

  @Test
  void tooManyFailedLoginsLockTheirAddressOutForAWhile() throws Exception {
    var login = login("dev", Map.of("limits.failures", 3));
    var wrong = Request.from(HERE).login("admin", "wrong");
    var right = Request.from(HERE).login("admin", "admin");
    assertThat(ask(login, right).user).isEqualTo("admin");
    for (var i = 0; i < 3; i++) {
      assertThat(ask(login, wrong).status).isEqualTo(401);
    }

    clock.advance(Duration.ofSeconds(20));
    var locked = ask(login, right);
    assertThat(locked.status).isEqualTo(429);
    assertThat(locked.headers).containsEntry("Retry-After", "40");
    assertThat(ask(login, Request.from("::1").login("admin", "admin")).user).isEqualTo("admin");

    clock.advance(Duration.ofSeconds(40));
    assertThat(ask(login, right).user).isEqualTo("admin");
  }

  @ParameterizedTest
  @CsvSource({
    "Origin,         https://evil.example, 403",
    "Origin,         null,                 403",
    "Origin,         file:///x,            403",
    "Origin,         http://localhost:8080,  200",
    "Sec-Fetch-Site, cross-site,           403",
    "Sec-Fetch-Site, same-site,            403",
    "Sec-Fetch-Site, same-origin,          200",
    "User-Agent,     curl,                 200",
  })
  void changesThatPagesOfOtherSitesAskForAreRefused(String name, String value, int status)
      throws Exception {
    var request =
        Request.from(HERE)
            .header("Host", "localhost:8080")
            .header(name, value)
            .login("admin", "admin");

    var post = ask(login("dev", Map.of()), request.post());
    assertThat(post.user == null ? post.status : 200).isEqualTo(status);
    assertThat(ask(login("dev", Map.of()), request).user).isEqualTo("admin");
  }

  @Test
  void logoutRefusesTheLoginOnce() throws Exception {
    var login = login("dev", Map.of());
    var first = new Response();
    login.logout(Request.from(HERE).servlet(), first.servlet());
    assertThat(first.status).isEqualTo(401);
    assertThat(first.headers).containsEntry("Set-Cookie", "logout");

    var second = new Response();
    login.logout(Request.from(HERE).header("Cookie", "logout").servlet(), second.servlet());
    assertThat(second.status).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "Host,            evil.example:8080",
    "Host,            127.0.0.1.evil.example",
    "Forwarded,       for=192.0.2.7",
    "X-Forwarded-For, 192.0.2.7",
  })
  void theDocumentedPasswordIsForThoseWhoAskThisMachineItself(String name, String value)
      throws Exception {
    var request = Request.from(HERE).header(name, value).login("admin", "admin");

    assertThat(ask(login("dev", Map.of()), request).status).isEqualTo(403);
  }

  @Test
  void thePasswordThatWasShownBeforeIsNoAttempt() throws Exception {
    var login = login("dev", Map.of("limits.failures", 3));
    for (var i = 0; i < 2; i++) {
      ask(login, Request.from(HERE).login("admin", "wrong"));
    }
    for (var i = 0; i < 20; i++) {
      assertThat(ask(login, Request.from(HERE).login("admin", "admin")).user).isEqualTo("admin");
    }
  }
}
