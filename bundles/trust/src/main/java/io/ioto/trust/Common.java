// SPDX-License-Identifier: Apache-2.0
package io.ioto.trust;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// What every kind of metadata begins with (§4.3).
record Common(long version, Instant expires) {
  private static final String SPECIFICATION = "1.0.33";

  /// @throws io.ioto.api.ota.UpdateException MALFORMED
  static Common read(Envelope envelope, String type) {
    var signed = envelope.signed();
    if (!signed.path("_type").asText().equals(type)) {
      throw Envelope.malformed(
          envelope.name(),
          "expected metadata of type '%s', not '%s'"
              .formatted(type, signed.path("_type").asText()));
    }
    if (!signed.path("spec_version").asText().startsWith("1.")) {
      throw Envelope.malformed(
          envelope.name(),
          "expected specification 1, not '%s'".formatted(signed.path("spec_version").asText()));
    }
    try {
      return new Common(
          version(envelope.name(), signed), Instant.parse(signed.path("expires").asText()));
    } catch (DateTimeException _) {
      throw Envelope.malformed(envelope.name(), "expected a date in 'expires'");
    }
  }

  static long version(String name, JsonNode node) {
    var version = node.path("version");
    if (!version.canConvertToLong() || !version.isIntegralNumber() || version.longValue() < 1) {
      throw Envelope.malformed(name, "expected a version of 1 or more");
    }
    return version.longValue();
  }

  ObjectNode write(String type) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("_type", type)
        .put("spec_version", SPECIFICATION)
        .put("version", version)
        .put("expires", expires.truncatedTo(ChronoUnit.SECONDS).toString());
  }
}
