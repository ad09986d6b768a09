// SPDX-License-Identifier: Apache-2.0
package io.ioto.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.ioto.api.web.Exchange;
import io.ioto.api.web.HttpException;
import io.ioto.json.Json5;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Which role each model requires (`rest.roles`).
final class Roles {
  /// Stands for the models that are not named.
  static final String OTHERS = "*";

  private static final String ADMIN = "admin";

  /// What one model requires.
  private record Required(String read, String write) {}

  private final Map<String, Required> models = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

  /// @throws IllegalArgumentException when it names no roles
  Roles(String json) {
    var root = Json5.read(json, "rest.roles");
    if (!root.isObject()) {
      throw new IllegalArgumentException("rest.roles: expected an object of roles by model");
    }
    root.properties().forEach(e -> models.put(e.getKey(), required(e.getKey(), e.getValue())));
  }

  private static Required required(String model, JsonNode role) {
    if (role.isTextual()) {
      return new Required(role.asText(), role.asText());
    }
    if (role.path("read").isTextual() && role.path("write").isTextual() && role.size() == 2) {
      return new Required(role.path("read").asText(), role.path("write").asText());
    }
    throw new IllegalArgumentException(
        "rest.roles.%s: expected a role, or {read: ROLE, write: ROLE}".formatted(model));
  }

  /// The role that a model requires.
  String role(String model, boolean write) {
    var required =
        models.getOrDefault(model, models.getOrDefault(OTHERS, new Required(ADMIN, ADMIN)));
    return write ? required.write() : required.read();
  }

  /// Refuses whoever lacks the role of a model.
  ///
  /// @throws HttpException 401 when nobody is logged in, 403 when somebody is
  void check(Exchange exchange, String model, boolean write) {
    var role = role(model, write);
    if (!exchange.can(role)) {
      throw exchange
          .user()
          .map(
              user ->
                  new HttpException(
                      403,
                      "'%s' may not %s %s; it takes the role '%s'"
                          .formatted(
                              user.name(),
                              write ? "change" : "see",
                              model.toLowerCase(Locale.ROOT),
                              role)))
          .orElseGet(() -> new HttpException(401, "Log in first"));
    }
  }
}
