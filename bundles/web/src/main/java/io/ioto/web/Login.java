// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import io.ioto.api.web.Exchange;
import io.ioto.api.web.HttpException;
import io.ioto.api.web.Router;
import io.ioto.api.web.Routes;
import io.ioto.api.web.User;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Logs users in and out and tells who is in: `web.auth.login`, `web.auth.logout`,
/// `web.auth.whoami`. They take JSON and forms, and answer as they were asked.
final class Login implements Routes {
  /// What pages learn of a user.
  ///
  /// @param role the first of the roles, for those who expect one
  /// @param abilities all that the roles permit
  record Somebody(String username, String role, List<String> roles, Set<String> abilities) {}

  private static final Logger log = LoggerFactory.getLogger(Login.class);

  private final Guard guard;

  Login(Guard guard) {
    this.guard = guard;
  }

  @Override
  public void register(Router router) {
    var access = guard.access();
    if (!access.login().isEmpty()) {
      router.post(access.login(), this::login);
    }
    if (!access.logout().isEmpty()) {
      router.post(access.logout(), Login::logout);
    }
    if (!access.whoami().isEmpty()) {
      router.action(access.whoami(), this::whoami);
    }
  }

  private void login(Exchange exchange) {
    var form = form(exchange);
    String name;
    String password;
    if (form) {
      var fields = exchange.form();
      name = fields.field("username").orElse("");
      password = fields.field("password").orElse("");
    } else {
      var body = exchange.json();
      name = body.path("username").asText();
      password = body.path("password").asText();
    }
    if (name.isEmpty() || password.isEmpty()) {
      throw new HttpException(400, "Expected 'username' and 'password'");
    }
    var account = guard.verify(name, password, exchange.remote());
    for (var role : account.user().roles()) {
      if (!guard.access().roles().defined(role)) {
        log.error("'{}' cannot log in: web.auth.roles has no '{}'", name, role);
        throw new HttpException(400, "The role '%s' is not defined".formatted(role));
      }
    }
    caller(exchange).login(account);
    answer(exchange, form, Map.of("user", somebody(account.user())));
  }

  private static void logout(Exchange exchange) {
    exchange.session().invalidate();
    answer(exchange, form(exchange), Map.of());
  }

  private void whoami(Exchange exchange) {
    exchange.header("Cache-Control", "no-store");
    var user = caller(exchange).user();
    exchange.json(user == null ? Map.of() : somebody(user));
  }

  private static void answer(Exchange exchange, boolean form, Map<String, ?> answer) {
    exchange.header("Cache-Control", "no-store");
    if (form) {
      exchange.redirect(303, "/");
    } else {
      exchange.json(answer);
    }
  }

  private Somebody somebody(User user) {
    var roles = List.copyOf(new TreeSet<>(user.roles()));
    return new Somebody(
        user.name(),
        roles.isEmpty() ? Roles.PUBLIC : roles.getFirst(),
        roles,
        new TreeSet<>(guard.access().roles().abilities(user.roles())));
  }

  private static boolean form(Exchange exchange) {
    var type = ContentTypes.plain(exchange.header("Content-Type").orElse(""));
    return type.equals("application/x-www-form-urlencoded") || type.equals("multipart/form-data");
  }

  /// Routes of this bundle are not in the registry, so their exchanges are its own.
  private static Caller caller(Exchange exchange) {
    return ((ServletExchange) exchange).caller();
  }
}
