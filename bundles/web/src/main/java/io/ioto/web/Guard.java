// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import io.ioto.api.runtime.Seat;
import io.ioto.api.web.User;
import io.ioto.api.web.Users.Account;
import io.ioto.web.Rules.Rule;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Decides who comes in: checks passwords, sessions, roles, and that a request which changes
/// something was meant by its sender. May be shared between threads.
final class Guard implements AutoCloseable {
  static final String TOKEN_HEADER = "X-XSRF-TOKEN";

  private static final Logger log = LoggerFactory.getLogger(Guard.class);
  private static final int LONGEST_NAME = 256;

  private final Access access;
  private final Sessions sessions;
  private final Accounts accounts;
  private final Attempts attempts;
  private final Bcrypt passwords;
  private final Semaphore checks;

  Guard(
      BundleContext context,
      Access access,
      Seat.Patience patience,
      Duration drain,
      InstantSource clock) {
    this.access = access;
    var system = context.getBundle(0).getBundleContext();
    sessions = new Sessions(Sessions.shared(system), access.sessions(), clock);
    accounts = new Accounts(context, access.users(), patience, drain);
    attempts = new Attempts(access.failures(), access.lockout(), clock);
    passwords = new Bcrypt(access.cost());
    checks = new Semaphore(access.checks(), true);
  }

  Access access() {
    return access;
  }

  Sessions sessions() {
    return sessions;
  }

  /// The rule of the operator for a path; null when there is none.
  @Nullable Rule rule(String path) {
    return access.rules().find(path);
  }

  /// Lets a request in that a rule of the operator concerns.
  ///
  /// @throws Refused with the status and headers of the refusal
  void admit(ServletExchange exchange, Rule rule) {
    if (!rule.methods().isEmpty() && !rule.methods().contains(exchange.method())) {
      throw new Refused(
          405,
          "%s is not allowed here".formatted(exchange.method()),
          Map.of("Allow", rule.allow()));
    }
    if (Roles.open(rule.role()) || exchange.method().equals("OPTIONS")) {
      return;
    }
    var caller = exchange.caller();
    if (rule.basic()) {
      basic(caller, exchange.request());
    }
    try {
      require(caller, rule.role(), rule.basic());
    } catch (Refused refused) {
      if (rule.redirect().isEmpty()) {
        throw refused;
      }
      throw new Refused(302, "Log in first", Map.of("Location", rule.redirect()));
    }
  }

  /// Lets a request in whose route may require a role.
  ///
  /// @param own whether it is one of the actions of this bundle, which need no token
  /// @throws Refused with the status and headers of the refusal
  void admit(ServletExchange exchange, String role, boolean own) {
    if (changes(exchange.method())) {
      meant(exchange.caller(), own);
    }
    if (!Roles.open(role)) {
      require(exchange.caller(), role, false);
    }
  }

  private static boolean changes(String method) {
    return switch (method) {
      case "GET", "HEAD", "OPTIONS", "TRACE" -> false;
      default -> true;
    };
  }

  /// Refuses what a page of somebody else made a browser send: cookies and remembered passwords go
  /// along with it. A request without any of them is nobody's, so whoever sends it is welcome.
  private void meant(Caller caller, boolean own) {
    if (!own && !caller.recognisable()) {
      return;
    }
    if (foreign(caller.request())) {
      throw new Refused(
          403, "This was sent by a page of another site (web.auth.origins)", Map.of());
    }
    var session = own || caller.basic() ? null : caller.stored();
    if (session != null && !equal(session.token(), caller.request().getHeader(TOKEN_HEADER))) {
      throw new Refused(
          400,
          "The header %s is missing or wrong; the right one is in this answer"
              .formatted(TOKEN_HEADER),
          Map.of(TOKEN_HEADER, session.token()));
    }
  }

  private static boolean equal(String expected, @Nullable String given) {
    return given != null
        && MessageDigest.isEqual(
            expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
  }

  private boolean foreign(HttpServletRequest request) {
    var origin = request.getHeader("Origin");
    if (origin != null) {
      return !access.origins().contains(origin) && !sameHost(origin, request.getHeader("Host"));
    }
    return "cross-site".equals(request.getHeader("Sec-Fetch-Site"));
  }

  /// The scheme may differ where TLS ends in front of the gateway.
  private static boolean sameHost(String origin, @Nullable String host) {
    try {
      return host != null && host.equalsIgnoreCase(URI.create(origin).getRawAuthority());
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  private void require(Caller caller, String role, boolean basic) {
    var user = caller.user();
    if (user == null) {
      throw new Refused(401, "Log in first", Map.of("WWW-Authenticate", challenge(basic)));
    }
    if (!access.roles().permit(user.roles(), role)) {
      throw new Refused(403, "'%s' may not do this".formatted(user.name()), Map.of());
    }
    caller.restrict();
  }

  private String challenge(boolean basic) {
    return basic
        ? "Basic realm=\"%s\", charset=\"UTF-8\"".formatted(access.realm())
        : "Session realm=\"%s\"".formatted(access.realm());
  }

  /// Takes the password from a header, when there is one (RFC 7617).
  private void basic(Caller caller, HttpServletRequest request) {
    var header = request.getHeader("Authorization");
    if (header == null || !header.regionMatches(true, 0, "Basic ", 0, 6)) {
      return;
    }
    if (access.tlsForBasic() && !request.isSecure()) {
      throw new Refused(403, "Passwords are taken over TLS only", Map.of());
    }
    try {
      var bytes = Base64.getDecoder().decode(header.substring(6).trim());
      var text = new String(bytes, StandardCharsets.UTF_8);
      var colon = text.indexOf(':');
      if (colon > 0) {
        var account =
            verify(text.substring(0, colon), text.substring(colon + 1), request.getRemoteAddr());
        caller.basic(account.user());
        return;
      }
    } catch (IllegalArgumentException _) {
      // No Base64: as good as no password.
    } catch (Refused refused) {
      if (refused.status() != 401) {
        throw refused;
      }
    }
    throw new Refused(401, "Wrong password", Map.of("WWW-Authenticate", challenge(true)));
  }

  /// The account that a name and a password belong to. Takes as long for a user who does not
  /// exist.
  ///
  /// @throws Refused 401 when they belong to none, 429 after too many failures, 503 when too many
  ///     others are being checked
  Account verify(String name, String password, String address) {
    if (name.length() > LONGEST_NAME) {
      throw wrong();
    }
    var locked = attempts.begin(name, address);
    if (locked.isPresent()) {
      var seconds = Math.max(1, locked.get().toSeconds());
      throw new Refused(
          429,
          "Too many failures; try again in %d s".formatted(seconds),
          Map.of("Retry-After", Long.toString(seconds)));
    }
    var account = accounts.find(name);
    if (!matches(password, account.map(Account::password).orElseGet(passwords::nobody))
        || account.isEmpty()) {
      log.warn("A login of '{}' from {} failed", printable(name), address);
      throw wrong();
    }
    attempts.succeeded(name, address);
    return account.get();
  }

  private static Refused wrong() {
    return new Refused(401, "Wrong user name or password", Map.of());
  }

  /// Names come from anybody; they must not forge lines of the log.
  private static String printable(String name) {
    return name.replaceAll("[^\\x20-\\x7e\\xa0-\\xff]", "?");
  }

  /// One after the other, a few at a time: hashing takes all that a processor has.
  private boolean matches(String password, String hash) {
    var admitted = false;
    try {
      admitted = checks.tryAcquire(access.patience().toMillis(), TimeUnit.MILLISECONDS);
      if (!admitted) {
        throw new Refused(503, "Too many logins at a time", Map.of("Retry-After", "5"));
      }
      return passwords.matches(password, hash);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new Refused(503, "Interrupted", Map.of("Retry-After", "5"));
    } finally {
      if (admitted) {
        checks.release();
      }
    }
  }

  /// Who is logged in with a session, confirmed now and then; null when nobody is. Never waits for
  /// the service of the users: it may belong to the very bundle that waits for this request.
  @Nullable User confirmed(StoredSession session) {
    var name = session.user();
    if (name == null) {
      return null;
    }
    var now = sessions.now();
    if (Math.abs(now - session.checked()) >= access.recheck().toMillis()) {
      if (accounts.away(name)) {
        return accounts.gone() ? null : session.principal();
      }
      Optional<Account> account = accounts.find(name);
      if (account.isEmpty()) {
        log.info("The session of '{}' ends: there is no such user any more", printable(name));
        session.end();
        return null;
      }
      if (!session.confirm(account.get(), now)) {
        log.info("The session of '{}' ends: the password has changed", printable(name));
        return null;
      }
    }
    return session.principal();
  }

  boolean permit(@Nullable User user, String role) {
    return Roles.open(role) || (user != null && access.roles().permit(user.roles(), role));
  }

  @Override
  public void close() {
    accounts.close();
  }
}
