// SPDX-License-Identifier: Apache-2.0
package io.ioto.trust;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/// A public Ed25519 key, as metadata names it.
///
/// @param value its 32 bytes in lower-case hex
record Key(String value) {
  /// What precedes the 32 bytes in the X.509 form of such a key (RFC 8410 §4).
  private static final byte[] PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  /// Reads a key of metadata; empty for one of a kind that is not supported, which counts for
  /// nothing.
  static Optional<Key> of(JsonNode node) {
    var value = node.path("keyval").path("public").asText();
    return node.path("keytype").asText().equals("ed25519")
            && node.path("scheme").asText().equals("ed25519")
            && Hash.looksRight(value)
        ? Optional.of(new Key(value))
        : Optional.empty();
  }

  static Key of(PublicKey key) {
    var encoded = key.getEncoded();
    return new Key(
        HexFormat.of().formatHex(Arrays.copyOfRange(encoded, PREFIX.length, encoded.length)));
  }

  ObjectNode json() {
    var node = JsonNodeFactory.instance.objectNode();
    node.put("keytype", "ed25519")
        .put("scheme", "ed25519")
        .putObject("keyval")
        .put("public", value);
    return node;
  }

  /// Hash of the key's canonical form, as the specification has it (§4.2.1).
  String id() {
    return Hash.of(Canonical.bytes(json()));
  }

  boolean verifies(byte[] message, byte[] signature) {
    try {
      var raw = HexFormat.of().parseHex(value);
      var encoded = Arrays.copyOf(PREFIX, PREFIX.length + raw.length);
      System.arraycopy(raw, 0, encoded, PREFIX.length, raw.length);
      var verifier = Signature.getInstance("Ed25519");
      verifier.initVerify(
          KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
      verifier.update(message);
      return verifier.verify(signature);
    } catch (GeneralSecurityException _) {
      // A signature or key of the wrong shape is none.
      return false;
    }
  }
}
