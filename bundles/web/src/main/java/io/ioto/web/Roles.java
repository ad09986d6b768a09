// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import com.fasterxml.jackson.databind.JsonNode;
import io.ioto.json.Json5;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// What roles permit: each its own name, the abilities it lists, and whatever the roles among them
/// permit. The ability `*` permits everything. May be shared between threads.
final class Roles {
  /// What everybody may.
  static final String PUBLIC = "public";

  private static final String EVERYTHING = "*";
  private static final String PROPERTY = "web.auth.roles";

  /// Sets of roles remembered with what they permit.
  private static final int KNOWN = 1_000;

  private final Map<String, Set<String>> roles;
  private final Map<Set<String>, Set<String>> known = new ConcurrentHashMap<>();

  private Roles(Map<String, List<String>> lists) {
    var all = new HashMap<String, Set<String>>();
    lists.keySet().forEach(role -> all.put(role, closure(role, lists)));
    roles = Map.copyOf(all);
  }

  /// @param json an object, role to list of abilities and roles, or an ordered list of roles of
  ///     which each permits what those before it do
  /// @throws IllegalArgumentException when it is something else
  static Roles of(String json) {
    var root = Json5.read(json, PROPERTY);
    var lists = new HashMap<String, List<String>>();
    if (root.isArray()) {
      var before = texts(root, PROPERTY);
      for (var i = 0; i < before.size(); i++) {
        lists.put(before.get(i), before.subList(0, i));
      }
    } else if (root.isObject()) {
      root.properties()
          .forEach(e -> lists.put(e.getKey(), texts(e.getValue(), PROPERTY + "." + e.getKey())));
    } else {
      throw new IllegalArgumentException(
          PROPERTY + ": expected an object, such as {admin: ['user']}, or a list of roles");
    }
    return new Roles(lists);
  }

  private static List<String> texts(JsonNode node, String property) {
    if (!node.isArray()) {
      throw new IllegalArgumentException(property + ": expected a list of roles and abilities");
    }
    var texts = new ArrayList<String>();
    for (var element : node) {
      if (!element.isTextual() || element.textValue().isEmpty()) {
        throw new IllegalArgumentException(property + ": expected names only");
      }
      texts.add(element.textValue());
    }
    return texts;
  }

  private static Set<String> closure(String role, Map<String, List<String>> lists) {
    var found = new HashSet<String>();
    var open = new ArrayList<>(List.of(role));
    while (!open.isEmpty()) {
      var next = open.removeLast();
      if (found.add(next)) {
        open.addAll(lists.getOrDefault(next, List.of()));
      }
    }
    return Set.copyOf(found);
  }

  /// True when there is a role of that name.
  boolean defined(String role) {
    return role.equals(PUBLIC) || roles.containsKey(role);
  }

  /// True when a requirement is met by everybody.
  static boolean open(String required) {
    return required.isEmpty() || required.equals(PUBLIC);
  }

  /// True when a user with these roles meets a requirement.
  boolean permit(Set<String> held, String required) {
    if (open(required)) {
      return true;
    }
    var abilities = abilities(held);
    return abilities.contains(required) || abilities.contains(EVERYTHING);
  }

  /// All that a user with these roles may. Roles that are not defined permit nothing.
  Set<String> abilities(Set<String> held) {
    var found = known.get(held);
    if (found == null) {
      var all = new HashSet<String>();
      held.forEach(role -> all.addAll(roles.getOrDefault(role, Set.of())));
      all.add(PUBLIC);
      found = Set.copyOf(all);
      if (known.size() < KNOWN) {
        known.put(held, found);
      }
    }
    return found;
  }
}
