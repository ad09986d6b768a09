// SPDX-License-Identifier: Apache-2.0
package io.ioto.console;

import io.ioto.api.config.Settings;
import io.ioto.json.Durable;
import io.ioto.json.Json5;
import io.ioto.json.JsonException;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.felix.webconsole.spi.SecurityProvider;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Decides who may use the Felix Web Console: one user, by HTTP Basic, over TLS or from this
/// machine. A password that was verified once is recognised by a keyed digest afterwards, so that
/// only the first request pays for the slow hash.
@Component(
    service = SecurityProvider.class,
    immediate = true,
    configurationPid = "io.ioto.console",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class Login implements SecurityProvider {
  /// Section `console`; see `settings.json5`.
  public @interface Config {
    String user();

    String password();

    String file();

    boolean requireTls();

    int limits_failures();

    long limits_window();

    int limits_clients();

    long limits_wait();
  }

  private record Credentials(String user, String password) {
    byte[] bytes() {
      return Password.utf8(user + ":" + password);
    }
  }

  private static final Logger log = LoggerFactory.getLogger(Login.class);

  private static final String CHALLENGE = "Basic realm=\"Ioto Console\", charset=\"UTF-8\"";
  private static final Set<String> READS = Set.of("GET", "HEAD", "OPTIONS");

  private final String user;
  private final boolean requireTls;
  private final boolean documented;
  private final Predicate<String> password;
  private final Attempts attempts;
  private final Duration wait;
  private final Semaphore turn = new Semaphore(1, true);
  private final SecretKeySpec key;
  private volatile byte @Nullable [] verified;

  @Activate
  public Login(@Reference Settings settings, Config config) {
    this(config, settings.profile(), InstantSource.system(), Login::show);
  }

  /// @param show tells the operator a generated password
  Login(Config config, String profile, InstantSource clock, Consumer<String> show) {
    var random = new byte[32];
    new SecureRandom().nextBytes(random);
    key = new SecretKeySpec(random, "HmacSHA256");
    user = config.user();
    requireTls = config.requireTls();
    wait = Duration.ofMillis(config.limits_wait());
    attempts =
        new Attempts(
            config.limits_failures(),
            Duration.ofMillis(config.limits_window()),
            config.limits_clients(),
            clock);
    documented = config.password().isEmpty() && profile.equals("dev");
    if (documented || !config.password().isEmpty()) {
      var expected = digest(Password.utf8(documented ? "admin" : config.password()));
      password = given -> MessageDigest.isEqual(expected, digest(Password.utf8(given)));
    } else {
      password = kept(Path.of(config.file()), show)::matches;
    }
  }

  /// The user's name when the request may go on, else null after the answer was sent.
  @Override
  public @Nullable Object authenticate(HttpServletRequest request, HttpServletResponse response) {
    var client = Client.of(request.getRemoteAddr());
    var secure = request.isSecure();
    if (requireTls && !secure && !client.local()) {
      return refuse(
          response,
          403,
          "The console asks for a password, so from another machine it needs https"
              + " (or 'console.requireTls: false').");
    }
    if (documented && !(client.local() && Client.direct(request))) {
      return refuse(
          response,
          403,
          "The documented password of the dev profile works on this machine only;"
              + " set 'console.password'.");
    }
    if (!READS.contains(request.getMethod()) && foreign(request)) {
      log.warn("Console refused a request that a page of another site made for {}", client.name());
      return refuse(response, 403, "This request comes from a page of another site.");
    }
    var credentials = credentials(request.getHeader("Authorization"));
    if (credentials.isEmpty()) {
      return challenge(response);
    }
    // The password that has been shown before is no attempt; but whoever is locked out must not
    // learn from us that he has guessed it.
    var known = known(digest(credentials.get().bytes()));
    var locked = known ? attempts.locked(client.name()) : attempts.begin(client.name());
    if (locked.isPresent()) {
      var seconds = locked.get().plusMillis(999).toSeconds();
      response.setHeader("Retry-After", Long.toString(seconds));
      return refuse(response, 429, "Too many failed logins; try again in %d s.".formatted(seconds));
    }
    if (known) {
      return admit(response);
    }
    var valid = verify(credentials.get());
    if (valid.isEmpty()) {
      response.setHeader("Retry-After", "5");
      return refuse(response, 503, "Too many logins at once; try again.");
    }
    if (!valid.get()) {
      // Neither name nor password: people type one into the field of the other.
      log.warn("Console login from {} failed", client.name());
      return challenge(response);
    }
    attempts.succeeded(client.name());
    return admit(response);
  }

  private Object admit(HttpServletResponse response) {
    // The console's own pages need no frames; those of others must not frame it.
    response.setHeader("Content-Security-Policy", "frame-ancestors 'self'");
    return user;
  }

  /// True: the one user may do everything.
  @Override
  public boolean authorize(Object user, String role) {
    return true;
  }

  /// Makes the browser forget the password, which for Basic means refusing it once. A cookie tells
  /// the request that follows apart, which the console then redirects to its first page.
  @Override
  public void logout(HttpServletRequest request, HttpServletResponse response) {
    var cookies = request.getCookies();
    if (cookies != null) {
      for (var cookie : cookies) {
        if (cookie.getName().equals("logout")) {
          return;
        }
      }
    }
    var cookie = new Cookie("logout", "true");
    cookie.setHttpOnly(true);
    response.addCookie(cookie);
    challenge(response);
  }

  /// Empty when it was not this login's turn in time.
  private Optional<Boolean> verify(Credentials credentials) {
    var digest = digest(credentials.bytes());
    if (known(digest)) {
      return Optional.of(true);
    }
    try {
      if (!turn.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS)) {
        return Optional.empty();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
    try {
      // A browser asks for a page and its parts at once: those that waited need no hash any more.
      if (known(digest)) {
        return Optional.of(true);
      }
      // Both are always looked at, so that the time tells nothing about the name.
      var named = MessageDigest.isEqual(Password.utf8(user), Password.utf8(credentials.user()));
      var right = password.test(credentials.password());
      var valid = named && right;
      if (valid) {
        verified = digest;
      }
      return Optional.of(valid);
    } finally {
      turn.release();
    }
  }

  private boolean known(byte[] digest) {
    var last = verified;
    return last != null && MessageDigest.isEqual(last, digest);
  }

  private byte[] digest(byte[] bytes) {
    try {
      var mac = Mac.getInstance(key.getAlgorithm());
      mac.init(key);
      return mac.doFinal(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK lacks " + key.getAlgorithm(), e);
    }
  }

  /// True when a browser says that a page of another site sent this: it adds the password to such
  /// a request as well.
  private static boolean foreign(HttpServletRequest request) {
    var site = request.getHeader("Sec-Fetch-Site");
    if (site != null && !site.equals("same-origin") && !site.equals("none")) {
      return true;
    }
    var origin = request.getHeader("Origin");
    if (origin == null) {
      return false;
    }
    try {
      // "null", which sandboxed pages send, has no authority.
      var authority = URI.create(origin).getRawAuthority();
      return authority == null || !authority.equalsIgnoreCase(request.getHeader("Host"));
    } catch (IllegalArgumentException _) {
      return true;
    }
  }

  private static Optional<Credentials> credentials(@Nullable String header) {
    if (header == null || !header.regionMatches(true, 0, "Basic ", 0, 6)) {
      return Optional.empty();
    }
    try {
      var text =
          new String(
              Base64.getDecoder().decode(header.substring(6).strip()), StandardCharsets.UTF_8);
      var colon = text.indexOf(':');
      return colon < 0
          ? Optional.empty()
          : Optional.of(new Credentials(text.substring(0, colon), text.substring(colon + 1)));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private static @Nullable Object challenge(HttpServletResponse response) {
    response.setHeader("WWW-Authenticate", CHALLENGE);
    return refuse(response, 401, "The console asks for a name and a password.");
  }

  private static @Nullable Object refuse(HttpServletResponse response, int status, String why) {
    var body = Password.utf8(why + "\n");
    response.setStatus(status);
    response.setHeader("Cache-Control", "no-store");
    response.setContentType("text/plain; charset=utf-8");
    response.setContentLength(body.length);
    try {
      response.getOutputStream().write(body);
      response.flushBuffer();
    } catch (IOException e) {
      log.debug("Console client left before it was answered: {}", e.toString());
    }
    return null;
  }

  private Password kept(Path file, Consumer<String> show) {
    if (Files.exists(file)) {
      return read(file);
    }
    var generated = Password.generate();
    var hashed = Password.of(generated);
    // Shown before it is kept: after a crash in between the next start shows another one, while
    // one that was kept but never shown would lock everybody out.
    show.accept(
        """
        Log in to the web console as '%s' with the password %s
        (shown once; its hash is kept in %s; delete that file for another password)"""
            .formatted(user, generated, file));
    try {
      Durable.write(file, Password.utf8(Json5.pretty(hashed.json()) + "\n"));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot keep the console's password in " + file, e);
    }
    return hashed;
  }

  private static Password read(Path file) {
    try {
      return Password.of(Json5.document(file).root());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the console's password from " + file, e);
    } catch (IllegalArgumentException | JsonException e) {
      throw new IllegalStateException(
          "%s holds no password hash: %s; delete it for a new password"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  private static void show(String text) {
    if (log.isWarnEnabled()) {
      log.warn(text);
    } else {
      System.out.println(text);
    }
  }
}
