// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import com.fasterxml.jackson.databind.JsonNode;
import io.ioto.api.runtime.Seat;
import io.ioto.api.runtime.ServiceSeat;
import io.ioto.api.web.User;
import io.ioto.api.web.Users;
import io.ioto.api.web.Users.Account;
import io.ioto.json.Json5;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;

/// All who may log in: the operator's own (`web.auth.users`) and those of the [Users] service. May
/// be shared between threads.
final class Accounts implements AutoCloseable {
  private static final String PROPERTY = "web.auth.users";

  private final Map<String, Account> configured;
  private final ServiceSeat<Users> seat;

  Accounts(
      BundleContext context,
      Map<String, Account> configured,
      Seat.Patience patience,
      Duration drain) {
    this.configured = configured;
    try {
      var filter = FrameworkUtil.createFilter("(objectClass=%s)".formatted(Users.class.getName()));
      seat = new ServiceSeat<>(context, filter, patience, drain);
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Reads `web.auth.users`: name to password and role or list of roles.
  ///
  /// @throws IllegalArgumentException when it is something else, or a password is no bcrypt hash
  static Map<String, Account> of(String json) {
    var root = Json5.read(json, PROPERTY);
    if (!root.isObject()) {
      throw new IllegalArgumentException(
          PROPERTY + ": expected an object, such as {admin: {password: '$2b$…', role: 'admin'}}");
    }
    var accounts = new HashMap<String, Account>();
    for (var entry : root.properties()) {
      var name = entry.getKey();
      var password = entry.getValue().path("password").asText();
      if (!Bcrypt.readable(password)) {
        throw new IllegalArgumentException(
            "%s.%s.password: expected a bcrypt hash, such as `htpasswd -nB %s` makes"
                .formatted(PROPERTY, name, name));
      }
      accounts.put(name, new Account(new User(name, roles(name, entry.getValue())), password));
    }
    return Map.copyOf(accounts);
  }

  private static Set<String> roles(String name, JsonNode user) {
    var role = user.path("role");
    var roles = new HashSet<String>();
    if (role.isTextual()) {
      roles.add(role.textValue());
    } else if (role.isArray()) {
      role.forEach(element -> roles.add(element.asText()));
    } else if (!role.isMissingNode()) {
      throw new IllegalArgumentException(
          "%s.%s.role: expected a role or a list of roles".formatted(PROPERTY, name));
    }
    return roles;
  }

  /// The account of that name. Waits while the service is being swapped.
  ///
  /// @throws io.ioto.api.runtime.VacantException when its successor did not come in time
  Optional<Account> find(String name) {
    var own = configured.get(name);
    if (own != null || seat.abandoned()) {
      return Optional.ofNullable(own);
    }
    return seat.call(users -> users.find(name));
  }

  /// True while nobody can tell anything of that user.
  boolean away(String name) {
    return seat.vacant() && !configured.containsKey(name);
  }

  /// True when there is no service, nor is one expected back.
  boolean gone() {
    return seat.abandoned();
  }

  @Override
  public void close() {
    seat.close();
  }
}
