// SPDX-License-Identifier: Apache-2.0
package io.ioto.trust;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/// Who may sign what (§4.3).
///
/// @param keys by their id
/// @param roles by name: root, targets, snapshot, timestamp
record Root(Common common, Map<String, Key> keys, Map<String, Role> roles) {
  static final String NAME = "root";
  static final String TARGETS = "targets";
  static final String SNAPSHOT = "snapshot";
  static final String TIMESTAMP = "timestamp";
  static final List<String> ROLES = List.of(NAME, TARGETS, SNAPSHOT, TIMESTAMP);

  /// The keys of a role, and how many of them must have signed.
  record Role(Set<String> keyids, int threshold) {
    Role {
      keyids = Set.copyOf(keyids);
    }
  }

  Root {
    keys = Map.copyOf(keys);
    roles = Map.copyOf(roles);
  }

  /// @throws io.ioto.api.ota.UpdateException MALFORMED
  static Root read(Envelope envelope) {
    var common = Common.read(envelope, NAME);
    var signed = envelope.signed();
    if (!signed.path("consistent_snapshot").asBoolean()) {
      throw Envelope.malformed(envelope.name(), "expected consistent_snapshot to be true");
    }
    var keys = new HashMap<String, Key>();
    for (var key : signed.path("keys").properties()) {
      Key.of(key.getValue()).ifPresent(k -> keys.put(key.getKey(), k));
    }
    var roles = new HashMap<String, Role>();
    for (var name : ROLES) {
      var role = signed.path("roles").path(name);
      var threshold = role.path("threshold").asInt();
      var keyids =
          StreamSupport.stream(role.path("keyids").spliterator(), false)
              .map(id -> id.asText())
              .collect(Collectors.toSet());
      if (threshold < 1 || keyids.size() < threshold) {
        throw Envelope.malformed(
            envelope.name(),
            "role %s must have a threshold of 1 or more and as many keys".formatted(name));
      }
      roles.put(name, new Role(keyids, threshold));
    }
    return new Root(common, keys, roles);
  }

  long version() {
    return common.version();
  }

  Role role(String name) {
    var role = roles.get(name);
    if (role == null) {
      throw new IllegalArgumentException("no role '%s'".formatted(name));
    }
    return role;
  }

  /// The keys of a role, whatever their ids.
  Set<Key> keysOf(String role) {
    return role(role).keyids().stream()
        .filter(keys::containsKey)
        .map(id -> java.util.Objects.requireNonNull(keys.get(id)))
        .collect(Collectors.toSet());
  }

  ObjectNode write() {
    var signed = common.write(NAME);
    signed.put("consistent_snapshot", true);
    var all = signed.putObject("keys");
    new TreeMap<>(keys).forEach((id, key) -> all.set(id, key.json()));
    var named = signed.putObject("roles");
    for (var name : ROLES) {
      var role = role(name);
      var node = named.putObject(name);
      role.keyids().stream().sorted().forEach(node.putArray("keyids")::add);
      node.put("threshold", role.threshold());
    }
    return signed;
  }

  /// A root for the keys of each role.
  static Root of(Common common, Map<String, List<Key>> assigned, Map<String, Integer> thresholds) {
    var keys = new LinkedHashMap<String, Key>();
    var roles = new LinkedHashMap<String, Role>();
    assigned.forEach(
        (name, list) -> {
          list.forEach(k -> keys.put(k.id(), k));
          roles.put(
              name,
              new Role(
                  list.stream().map(Key::id).collect(Collectors.toSet()),
                  thresholds.getOrDefault(name, 1)));
        });
    return new Root(common, keys, roles);
  }
}
