// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import io.ioto.api.web.Users.Account;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/// Who may come in, how, and what is remembered of it: `web.auth`, `web.sessions` and
/// `web.routes`, checked.
///
/// @param users the operator's own
/// @param rules for paths, on top of what routes require
/// @param realm told to clients that are asked for a password
/// @param login path of the login; empty for none
/// @param logout path of the logout; empty for none
/// @param whoami path that tells who is logged in; empty for none
/// @param cost of hashing a password
/// @param failures of one user from one address before they are locked out
/// @param lockout for how long
/// @param recheck how long a change of a user may go unnoticed
/// @param origins of pages elsewhere that may send requests
/// @param tlsForBasic whether passwords in a header need TLS
/// @param checks passwords checked at the same time
/// @param patience of a login until it is checked
record Access(
    Roles roles,
    Map<String, Account> users,
    Rules rules,
    String realm,
    String login,
    String logout,
    String whoami,
    int cost,
    int failures,
    Duration lockout,
    Duration recheck,
    Set<String> origins,
    boolean tlsForBasic,
    int checks,
    Duration patience,
    Sessions.Limits sessions,
    SessionCookie cookie) {

  /// The part of section `web` that concerns access; see `settings.json5`.
  public @interface Config {
    int auth_cost();

    int auth_failures();

    long auth_lockout();

    String auth_login();

    String auth_logout();

    String[] auth_origins();

    String auth_realm();

    long auth_recheck();

    boolean auth_requireTlsForBasic();

    String auth_roles();

    String auth_users();

    String auth_whoami();

    int limits_logins();

    long limits_session();

    int limits_sessions();

    String routes();

    String sessions_cookie();

    boolean sessions_httpOnly();

    long sessions_lifetime();

    int sessions_perUser();

    String sessions_sameSite();

    boolean sessions_secure();

    long timeouts_login();

    long timeouts_session();
  }

  Access {
    for (var path : new String[] {login, logout, whoami}) {
      if (!path.isEmpty() && (!path.startsWith("/") || path.endsWith("/"))) {
        throw new IllegalArgumentException(
            "web.auth: '%s' is no path of an action; expected one such as /api/public/login"
                .formatted(path));
      }
    }
    if (realm.chars().anyMatch(c -> c < ' ' || c == '"' || c == '\\' || c > '~')) {
      throw new IllegalArgumentException(
          "web.auth.realm: '%s' holds a quote or a character beyond ASCII".formatted(realm));
    }
  }

  static Access of(Config config) {
    return new Access(
        Roles.of(config.auth_roles()),
        Accounts.of(config.auth_users()),
        Rules.of(config.routes()),
        config.auth_realm(),
        config.auth_login(),
        config.auth_logout(),
        config.auth_whoami(),
        config.auth_cost(),
        config.auth_failures(),
        Duration.ofMillis(config.auth_lockout()),
        Duration.ofMillis(config.auth_recheck()),
        Set.of(config.auth_origins()),
        config.auth_requireTlsForBasic(),
        config.limits_logins(),
        Duration.ofMillis(config.timeouts_login()),
        new Sessions.Limits(
            config.limits_sessions(),
            config.sessions_perUser(),
            config.limits_session(),
            Duration.ofMillis(config.timeouts_session()),
            Duration.ofMillis(config.sessions_lifetime())),
        new SessionCookie(
            config.sessions_cookie(),
            config.sessions_httpOnly(),
            config.sessions_sameSite(),
            config.sessions_secure()));
  }
}
