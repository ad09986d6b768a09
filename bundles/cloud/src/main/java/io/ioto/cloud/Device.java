// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import io.ioto.api.cloud.Store;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the registry knows of a device.
///
/// @param version of the record; [Store#ABSENT] for one that is not stored yet
/// @param key SHA-256 of the public key that the device announced; pinned when it is claimed
/// @param account who claimed it; empty while nobody has
/// @param claims how often it has been claimed; its token follows from it
/// @param certificates SHA-256 of the certificates that are let in, oldest first
/// @param attributes what the device says of itself
record Device(
    String id,
    long version,
    State state,
    String product,
    String key,
    String account,
    long claims,
    List<String> certificates,
    Map<String, Object> attributes,
    String registered) {
  static final String KIND = "device";

  enum State {
    /// Known, and nobody's.
    REGISTERED,
    /// Somebody's, without a certificate.
    CLAIMED,
    /// Let in at the broker.
    PROVISIONED,
    /// Given up by its owner; does not know it yet, or has not said so.
    RELEASED
  }

  static Device of(Store.Entry entry) {
    return new Device(
        entry.key(),
        entry.version(),
        State.valueOf(entry.text("state")),
        entry.text("product"),
        entry.text("key"),
        entry.text("account"),
        entry.values().get("claims") instanceof Long claims ? claims : 0,
        texts(entry.values().get("certificates")),
        attributes(entry.values().get("attributes")),
        entry.text("registered"));
  }

  private static List<String> texts(@Nullable Object value) {
    return value instanceof List<?> list ? list.stream().map(Object::toString).toList() : List.of();
  }

  private static Map<String, Object> attributes(@Nullable Object value) {
    var attributes = new LinkedHashMap<String, Object>();
    if (value instanceof Map<?, ?> map) {
      map.forEach((name, attribute) -> attributes.put(name.toString(), attribute));
    }
    return attributes;
  }

  /// The write that stores it, if its record has not changed since.
  Store.Step step() {
    return new Store.Step.Put(
        KIND,
        id,
        Map.of(
            "state", state.name(),
            "product", product,
            "key", key,
            "account", account,
            "claims", claims,
            "certificates", certificates,
            "attributes", attributes,
            "registered", registered),
        version);
  }

  /// As the device describes itself now, with the key it will ask a certificate for.
  Device describing(String product, String key, Map<String, Object> attributes) {
    return new Device(
        id, version, state, product, key, account, claims, certificates, attributes, registered);
  }

  /// Belonging to an account from now on.
  Device claimedBy(String owner) {
    return new Device(
        id,
        version,
        State.CLAIMED,
        product,
        key,
        owner,
        claims + 1,
        List.of(),
        attributes,
        registered);
  }

  /// With one more certificate that is let in.
  Device certified(String certificate) {
    var all = new ArrayList<>(certificates);
    all.remove(certificate);
    all.add(certificate);
    return certified(all);
  }

  /// With these certificates only.
  Device certified(List<String> all) {
    return new Device(
        id,
        version,
        State.PROVISIONED,
        product,
        key,
        account,
        claims,
        List.copyOf(all),
        attributes,
        registered);
  }

  /// Given up by its owner: no certificate is let in any more, the token still answers.
  Device released() {
    return new Device(
        id,
        version,
        State.RELEASED,
        product,
        key,
        account,
        claims,
        List.of(),
        attributes,
        registered);
  }

  /// Nobody's again: the account, the token and the key are forgotten.
  Device forgotten() {
    return new Device(
        id,
        version,
        State.REGISTERED,
        product,
        "",
        "",
        claims + 1,
        List.of(),
        attributes,
        registered);
  }
}
