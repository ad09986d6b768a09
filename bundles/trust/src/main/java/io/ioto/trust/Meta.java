// SPDX-License-Identifier: Apache-2.0
package io.ioto.trust;

import static io.ioto.api.ota.UpdateException.Reason.HASH_MISMATCH;
import static io.ioto.api.ota.UpdateException.Reason.WRONG_LENGTH;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ioto.api.ota.UpdateException;
import org.jspecify.annotations.Nullable;

/// What one metadata file says of another: its version and, if it likes, length and hash (§4.4).
record Meta(long version, @Nullable Long length, @Nullable String sha256) {
  static Meta read(String name, JsonNode node) {
    var hash = node.path("hashes").path("sha256");
    var length = node.path("length");
    return new Meta(
        Common.version(name, node),
        length.isIntegralNumber() ? length.longValue() : null,
        hash.isTextual() ? hash.textValue() : null);
  }

  static Meta of(long version, byte[] content) {
    return new Meta(version, (long) content.length, Hash.of(content));
  }

  /// @throws UpdateException WRONG_LENGTH or HASH_MISMATCH
  void check(String name, byte[] content) {
    if (length != null && content.length != length) {
      throw new UpdateException(
          WRONG_LENGTH,
          "%s has %d bytes where %d were signed".formatted(name, content.length, length));
    }
    if (sha256 != null && !sha256.equals(Hash.of(content))) {
      throw new UpdateException(
          HASH_MISMATCH, "%s has another SHA-256 than was signed".formatted(name));
    }
  }

  ObjectNode write() {
    var node = JsonNodeFactory.instance.objectNode().put("version", version);
    if (length != null) {
      node.put("length", length);
    }
    if (sha256 != null) {
      node.putObject("hashes").put("sha256", sha256);
    }
    return node;
  }
}
