// SPDX-License-Identifier: Apache-2.0
package io.ioto.trust;

import static io.ioto.api.ota.UpdateException.Reason.MALFORMED;
import static io.ioto.api.ota.UpdateException.Reason.WRONG_SIGNATURE;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ioto.api.ota.UpdateException;
import io.ioto.json.Json5;
import io.ioto.json.JsonException;
import io.ioto.json.Limits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;

/// A signed metadata file: what was signed, and the signatures (§4.2). Read, but not verified
/// until [#verify] has returned.
///
/// @param name of the file, for messages
record Envelope(String name, JsonNode signed, List<Seal> seals) {
  /// One signature.
  ///
  /// @param signature hex
  record Seal(String keyid, String signature) {}

  private static final Limits LIMITS = new Limits(64, 64 << 20, 20);

  Envelope {
    seals = List.copyOf(seals);
  }

  /// @throws UpdateException MALFORMED
  static Envelope read(String name, byte[] bytes) {
    try {
      var root = Json5.read(bytes, name, LIMITS);
      if (!root.path("signed").isObject() || !root.path("signatures").isArray()) {
        throw malformed(name, "expected an object with 'signed' and 'signatures'");
      }
      var seals = new ArrayList<Seal>();
      for (var seal : root.path("signatures")) {
        seals.add(new Seal(seal.path("keyid").asText(), seal.path("sig").asText()));
      }
      return new Envelope(name, root.path("signed"), seals);
    } catch (JsonException e) {
      throw new UpdateException(MALFORMED, String.valueOf(e.getMessage()), e);
    }
  }

  static UpdateException malformed(String name, String why) {
    return new UpdateException(MALFORMED, "%s: %s".formatted(name, why));
  }

  /// Checks that as many of a role's keys as its threshold asks for have signed this.
  ///
  /// @throws UpdateException WRONG_SIGNATURE
  void verify(Root root, String role) {
    var message = message();
    var assigned = root.role(role);
    // By key and not by id: one key under two names is one (§5.3.4).
    var valid = new HashSet<Key>();
    for (var seal : seals) {
      var key = root.keys().get(seal.keyid());
      if (key != null
          && assigned.keyids().contains(seal.keyid())
          && !valid.contains(key)
          && key.verifies(message, hex(seal.signature()))) {
        valid.add(key);
      }
    }
    if (valid.size() < assigned.threshold()) {
      throw new UpdateException(
          WRONG_SIGNATURE,
          "%s has %d valid signatures of the keys of role %s in root %d, and needs %d"
              .formatted(name, valid.size(), role, root.version(), assigned.threshold()));
    }
  }

  private byte[] message() {
    try {
      return Canonical.bytes(signed);
    } catch (IllegalArgumentException e) {
      throw new UpdateException(MALFORMED, "%s: %s".formatted(name, e.getMessage()), e);
    }
  }

  private static byte[] hex(String text) {
    try {
      return HexFormat.of().parseHex(text);
    } catch (IllegalArgumentException _) {
      return new byte[0];
    }
  }

  /// Signs metadata.
  static byte[] seal(ObjectNode signed, List<Signer> signers) {
    var message = Canonical.bytes(signed);
    var root = JsonNodeFactory.instance.objectNode();
    root.set("signed", signed);
    var signatures = root.putArray("signatures");
    for (var signer : signers) {
      signatures
          .addObject()
          .put("keyid", signer.key().id())
          .put("sig", HexFormat.of().formatHex(signer.sign(message)));
    }
    return (Json5.pretty(root) + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
