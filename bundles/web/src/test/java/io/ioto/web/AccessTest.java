// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.api.web.User;
import io.ioto.api.web.Users;
import io.ioto.api.web.Users.Account;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.ServiceRegistration;

final class AccessTest {
  private static final Bcrypt PASSWORDS = new Bcrypt(4);
  private static final String HASH = PASSWORDS.hash("secret");

  /// As `htpasswd -nbB` writes it.
  private static final String APACHE = HASH.replace("$2b$", "$2y$");

  private static final String SETTINGS =
      """
      {
        auth: {
          users: {ops: {password: '%s', role: 'ops'}},
          roles: {user: [], admin: ['user', 'reboot'], ops: ['*'], idle: []},
          failures: 3,
          origins: ['https://friend:1'],
        },
        routes: [
          {match: '/pages/', role: 'user', redirect: '/login.html'},
          {match: '/basic/', role: 'user', authType: 'basic'},
          {match: '/read', methods: ['GET']},
        ],
        sessions: {perUser: 2},
        limits: {sessions: 4, session: 100},
        swap: {grace: 0.2},
      }
      """
          .formatted(APACHE);

  private final Map<String, Account> accounts = new ConcurrentHashMap<>();
  private ServiceRegistration<Users> users;
  private Site site;
  private Visitor visitor;

  @TempDir Path folder;

  @BeforeEach
  void open() throws Exception {
    site = new Site(folder, SETTINGS);
    users = register();
    add("anna", HASH, "admin");
    add("bob", HASH, "user");
    site.publish(
        router ->
            router
                .get("/open", e -> e.send(e.user().map(User::name).orElse("nobody")))
                .get("/can", e -> e.send(e.can("user") + " " + e.can("reboot")))
                .post("/note", e -> e.session().put("note", e.text()))
                .get("/note", e -> e.send(e.session().get("note").orElse("none")))
                .get("/read", e -> e.send(""))
                .post("/read", e -> e.send(""))
                .get("/pages/a", e -> e.send("page"))
                .get("/basic/a", e -> e.send(e.user().orElseThrow().name()))
                .post("/basic/a", e -> e.send(e.user().orElseThrow().name()))
                .role("user")
                .get("/user", e -> e.send("user"))
                .post("/user", e -> e.send("user"))
                .role("admin")
                .get("/admin", e -> e.send("admin")));
    visitor = new Visitor(site);
  }

  private ServiceRegistration<Users> register() {
    Users service = name -> Optional.ofNullable(accounts.get(name));
    return site.context().registerService(Users.class, service, null);
  }

  private void add(String name, String hash, String... roles) {
    accounts.put(name, new Account(new User(name, Set.of(roles)), hash));
  }

  @AfterEach
  void close() {
    site.close();
  }

  @Test
  void aLoginOpensWhatTheRoleMay() throws Exception {
    assertThat(visitor.get("/user").statusCode()).isEqualTo(401);

    var login = visitor.login("bob", "secret");

    assertThat(login.statusCode()).isEqualTo(200);
    assertThat(login.body())
        .isEqualTo(
            "{\"user\":{\"username\":\"bob\",\"role\":\"user\",\"roles\":[\"user\"],"
                + "\"abilities\":[\"public\",\"user\"]}}");
    assertThat(visitor.get("/user").body()).isEqualTo("user");
    assertThat(visitor.get("/open").body()).isEqualTo("bob");
    assertThat(visitor.get("/can").body()).isEqualTo("true false");
    assertThat(visitor.get("/admin").statusCode()).isEqualTo(403);
  }

  @Test
  void rolesIncludeOthers() throws Exception {
    visitor.login("anna", "secret");
    assertThat(visitor.get("/user").statusCode()).isEqualTo(200);
    assertThat(visitor.get("/admin").statusCode()).isEqualTo(200);
    assertThat(visitor.get("/can").body()).isEqualTo("true true");
  }

  @Test
  void usersOfTheConfigurationLogInWithoutADatabase() throws Exception {
    users.unregister();
    assertThat(visitor.login("ops", "secret").statusCode()).isEqualTo(200);
    assertThat(visitor.get("/admin").statusCode()).isEqualTo(200);
  }

  @Test
  void whoIsLoggedInIsTold() throws Exception {
    assertThat(visitor.post("/api/public/getAuth", "").body()).isEqualTo("{}");
    visitor.login("anna", "secret");
    visitor.token = "";
    var answer = visitor.post("/api/public/getAuth", "");
    assertThat(answer.body())
        .contains("\"username\":\"anna\",\"role\":\"admin\"")
        .contains("\"abilities\":[\"admin\",\"public\",\"reboot\",\"user\"]");
    assertThat(answer.headers().firstValue("X-XSRF-TOKEN")).isPresent();
  }

  @Test
  void formsAreSentOn() throws Exception {
    var login =
        visitor.send(
            "POST",
            "/api/public/login",
            "username=bob&password=secret",
            "Content-Type",
            "application/x-www-form-urlencoded; charset=utf-8");
    assertThat(login.statusCode()).isEqualTo(303);
    assertThat(login.headers().firstValue("Location")).contains("/");
    assertThat(visitor.get("/user").statusCode()).isEqualTo(200);
  }

  @Test
  void refusalsSayHowToGetIn() throws Exception {
    assertThat(visitor.get("/user").headers().firstValue("WWW-Authenticate"))
        .contains("Session realm=\"web\"");
  }

  @Test
  void wrongPasswordsAndUnknownUsersLookTheSame() throws Exception {
    var wrong = visitor.login("bob", "guess");
    var unknown = visitor.login("nobody", "guess");
    assertThat(wrong.statusCode()).isEqualTo(401);
    assertThat(unknown.statusCode()).isEqualTo(401);
    assertThat(unknown.body()).isEqualTo(wrong.body());
    assertThat(wrong.headers().map()).doesNotContainKey("set-cookie");
    assertThat(visitor.login("bob", "x".repeat(73)).statusCode()).isEqualTo(401);
    assertThat(visitor.login("x".repeat(257), "x").statusCode()).isEqualTo(401);
    assertThat(visitor.login("", "").statusCode()).isEqualTo(400);
  }

  @Test
  void afterThreeFailuresEvenTheRightPasswordHasToWait() throws Exception {
    for (var i = 0; i < 3; i++) {
      assertThat(visitor.login("bob", "guess").statusCode()).isEqualTo(401);
    }
    var locked = visitor.login("bob", "secret");
    assertThat(locked.statusCode()).isEqualTo(429);
    assertThat(locked.headers().firstValue("Retry-After")).contains("300");
    assertThat(visitor.login("anna", "secret").statusCode()).isEqualTo(200);

    site.clock().advance(Duration.ofMinutes(5));

    assertThat(visitor.login("bob", "secret").statusCode()).isEqualTo(200);
  }

  @Test
  void aUserWithARoleNobodyKnowsCannotLogIn() throws Exception {
    add("carl", HASH, "king");
    var login = visitor.login("carl", "secret");
    assertThat(login.statusCode()).isEqualTo(400);
    assertThat(login.body()).contains("'king'");
  }

  @Test
  void theCookieIsForTheBrowserAlone() throws Exception {
    var cookie = visitor.login("bob", "secret").headers().firstValue("Set-Cookie").orElseThrow();
    assertThat(cookie)
        .matches(
            "-web-session-%d=[\\w-]{32}; Max-Age=86400; path=/; HttpOnly; SameSite=Lax"
                .formatted(site.uri("/").getPort()));
  }

  @Test
  void aLoginBeginsANewSessionAndEndsTheOldOne() throws Exception {
    visitor.post("/note", "mine");
    var before = visitor.cookie;
    assertThat(visitor.get("/note").body()).isEqualTo("mine");

    visitor.login("bob", "secret");

    assertThat(visitor.cookie).isNotEqualTo(before);
    assertThat(visitor.get("/note").body()).isEqualTo("none");
    visitor.cookie = before;
    assertThat(visitor.get("/open").body()).isEqualTo("nobody");
    assertThat(visitor.get("/note").body()).isEqualTo("none");
  }

  @Test
  void anIdThatTheClientMadeUpIsNeverAdopted() throws Exception {
    var name = "-web-session-" + site.uri("/").getPort();
    visitor.cookie = name + "=" + "a".repeat(32);
    var answer = visitor.post("/note", "mine");
    assertThat(answer.headers().firstValue("Set-Cookie").orElseThrow())
        .startsWith(name + "=")
        .doesNotContain("aaaa");
  }

  @Test
  void logoutEndsTheSession() throws Exception {
    visitor.login("bob", "secret");
    var cookie = visitor.cookie;
    var logout = visitor.post("/api/public/logout", "");
    assertThat(logout.statusCode()).isEqualTo(200);
    assertThat(logout.headers().firstValue("Set-Cookie").orElseThrow()).contains("=; Max-Age=0;");
    visitor.cookie = cookie;
    assertThat(visitor.get("/user").statusCode()).isEqualTo(401);
  }

  @Test
  void sessionsEndWithoutUseAndAfterTheirLifetime() throws Exception {
    visitor.login("bob", "secret");
    for (var i = 0; i < 48; i++) {
      assertThat(visitor.get("/user").statusCode()).as("use %d", i).isEqualTo(200);
      site.clock().advance(Duration.ofMinutes(30).minusMillis(1));
    }
    site.clock().advance(Duration.ofMillis(48));
    assertThat(visitor.get("/user").statusCode()).isEqualTo(401);

    visitor.login("bob", "secret");
    site.clock().advance(Duration.ofMinutes(30));
    assertThat(visitor.get("/user").statusCode()).isEqualTo(401);
  }

  @Test
  void aUserHasAFewSessionsAtATimeAndTheOldestEnds() throws Exception {
    visitor.login("bob", "secret");
    site.clock().advance(Duration.ofSeconds(2));
    var second = new Visitor(site);
    second.login("bob", "secret");
    site.clock().advance(Duration.ofSeconds(2));
    var third = new Visitor(site);
    third.login("bob", "secret");
    assertThat(visitor.get("/user").statusCode()).isEqualTo(401);
    assertThat(second.get("/user").statusCode()).isEqualTo(200);
    assertThat(third.get("/user").statusCode()).isEqualTo(200);
  }

  @Test
  void sessionsAreLimitedButThoseOfNobodyMakeRoom() throws Exception {
    for (var i = 0; i < 4; i++) {
      assertThat(new Visitor(site).post("/note", "x").statusCode()).isEqualTo(200);
      site.clock().advance(Duration.ofSeconds(2));
    }
    assertThat(new Visitor(site).post("/note", "x").statusCode()).isEqualTo(429);
    assertThat(visitor.login("bob", "secret").statusCode()).isEqualTo(200);
    assertThat(visitor.get("/user").statusCode()).isEqualTo(200);

    site.clock().advance(Duration.ofMinutes(30));

    assertThat(new Visitor(site).post("/note", "x").statusCode()).isEqualTo(200);
  }

  @Test
  void aSessionHoldsALittle() throws Exception {
    assertThat(visitor.post("/note", "x".repeat(95)).statusCode()).isEqualTo(200);
    assertThat(visitor.post("/note", "y".repeat(95)).statusCode()).isEqualTo(200);
    assertThat(visitor.post("/note", "x".repeat(96)).statusCode()).isEqualTo(500);
    assertThat(visitor.get("/note").body()).startsWith("y");
  }

  @Test
  void nobodyIsLoggedOutByASwapOfTheServer() throws Exception {
    visitor.login("bob", "secret");
    visitor.post("/note", "kept");
    site.swap(SETTINGS);
    assertThat(visitor.get("/user").statusCode()).isEqualTo(200);
    assertThat(visitor.post("/user", "x").statusCode()).isEqualTo(200);
    assertThat(visitor.get("/note").body()).isEqualTo("kept");
  }

  @Test
  void aUserIsBelievedWhileTheServiceIsSwappedAndNotAfterItHasGone() throws Exception {
    visitor.login("bob", "secret");
    users.unregister();
    site.clock().advance(Duration.ofMinutes(1));
    assertThat(visitor.get("/user").statusCode()).isEqualTo(200);
    io.ioto.testing.Eventually.eventually(
        () -> assertThat(visitor.get("/user").statusCode()).isEqualTo(401));
    users = register();
    assertThat(visitor.get("/user").statusCode()).isEqualTo(200);
  }

  @Test
  void changesOfAUserAreNoticed() throws Exception {
    visitor.login("bob", "secret");
    add("bob", HASH, "admin");
    assertThat(visitor.get("/admin").statusCode()).isEqualTo(403);
    site.clock().advance(Duration.ofSeconds(10));
    assertThat(visitor.get("/admin").statusCode()).isEqualTo(200);

    add("bob", PASSWORDS.hash("changed"), "admin");
    site.clock().advance(Duration.ofSeconds(10));
    assertThat(visitor.get("/admin").statusCode()).isEqualTo(401);

    visitor.login("bob", "changed");
    accounts.remove("bob");
    site.clock().advance(Duration.ofSeconds(10));
    assertThat(visitor.get("/admin").statusCode()).isEqualTo(401);
  }

  @Test
  void whatChangesSomethingNeedsTheToken() throws Exception {
    visitor.login("bob", "secret");
    var token = visitor.token;
    assertThat(visitor.post("/user", "x").statusCode()).isEqualTo(200);

    visitor.token = "";
    var missing = visitor.post("/user", "x");
    assertThat(missing.statusCode()).isEqualTo(400);
    assertThat(missing.headers().firstValue("X-XSRF-TOKEN")).contains(token);
    visitor.token = "x".repeat(32);
    assertThat(visitor.post("/user", "x").statusCode()).isEqualTo(400);
    visitor.token = "";
    assertThat(visitor.post("/note", "x").statusCode()).as("public route").isEqualTo(400);
    visitor.token = token;
    assertThat(visitor.post("/user", "x").statusCode()).isEqualTo(200);
  }

  @Test
  void theTokenOfAnotherSessionIsWrong() throws Exception {
    var other = new Visitor(site);
    other.login("anna", "secret");
    visitor.login("bob", "secret");
    assertThat(other.token).isNotEqualTo(visitor.token);
    visitor.token = other.token;
    assertThat(visitor.post("/user", "x").statusCode()).isEqualTo(400);
  }

  @Test
  void whoIsNobodyNeedsNoToken() throws Exception {
    assertThat(visitor.post("/note", "x").statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Origin: https://evil.example",
        "Origin: null",
        "Origin: http://127.0.0.1:1",
        "Sec-Fetch-Site: cross-site",
      })
  void pagesOfOthersAreRefused(String header) throws Exception {
    visitor.login("bob", "secret");
    var parts = header.split(": ", 2);
    assertThat(visitor.send("POST", "/user", "x", parts[0], parts[1]).statusCode()).isEqualTo(403);
    assertThat(
            new Visitor(site)
                .send(
                    "POST",
                    "/api/public/login",
                    "{username:'bob',password:'secret'}",
                    parts[0],
                    parts[1])
                .statusCode())
        .isEqualTo(403);
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://friend:1", "http://127.0.0.1:{port}"})
  void ownPagesAndThoseOfFriendsAreWelcome(String origin) throws Exception {
    visitor.login("bob", "secret");
    var here = origin.replace("{port}", Integer.toString(site.uri("/").getPort()));
    assertThat(visitor.send("POST", "/user", "x", "Origin", here).statusCode()).isEqualTo(200);
  }

  @Test
  void whatIsForOneUserIsNotStored() throws Exception {
    visitor.login("bob", "secret");
    assertThat(visitor.get("/user").headers().firstValue("Cache-Control")).contains("no-store");
  }

  @Test
  void rulesOfTheOperatorComeOnTop() throws Exception {
    var page = visitor.get("/pages/a");
    assertThat(page.statusCode()).isEqualTo(302);
    assertThat(page.headers().firstValue("Location")).contains("/login.html");
    assertThat(visitor.get("/pages/missing").statusCode()).isEqualTo(302);
    visitor.login("bob", "secret");
    assertThat(visitor.get("/pages/a").body()).isEqualTo("page");
    assertThat(visitor.get("/pages/missing").statusCode()).isEqualTo(404);

    assertThat(visitor.get("/read").statusCode()).isEqualTo(200);
    var post = visitor.post("/read", "x");
    assertThat(post.statusCode()).isEqualTo(405);
    assertThat(post.headers().firstValue("Allow")).contains("GET, HEAD");
  }

  @Test
  void passwordsInAHeaderNeedTls() throws Exception {
    var asked = visitor.get("/basic/a");
    assertThat(asked.statusCode()).isEqualTo(401);
    assertThat(asked.headers().firstValue("WWW-Authenticate"))
        .contains("Basic realm=\"web\", charset=\"UTF-8\"");
    assertThat(site.get("/basic/a", "Authorization", "Basic Ym9iOnNlY3JldA==").statusCode())
        .isEqualTo(403);
  }

  @Test
  void passwordsInAHeaderLetIn() throws Exception {
    site.swap(SETTINGS.replace("failures: 3,", "failures: 3, requireTlsForBasic: false,"));
    var basic = "Basic Ym9iOnNlY3JldA==";
    assertThat(site.get("/basic/a", "Authorization", basic).body()).isEqualTo("bob");
    assertThat(site.send("POST", "/basic/a", "x", "Authorization", basic).body()).isEqualTo("bob");
    assertThat(
            site.send(
                    "POST",
                    "/basic/a",
                    "x",
                    "Authorization",
                    basic,
                    "Origin",
                    "https://evil.example")
                .statusCode())
        .isEqualTo(403);
    for (var wrong : new String[] {"Basic Ym9iOngK", "Basic !", "Basic", "Digest x", ""}) {
      assertThat(site.get("/basic/a", "Authorization", wrong).statusCode())
          .as(wrong)
          .isEqualTo(401);
    }
  }
}
