// SPDX-License-Identifier: Apache-2.0
package io.ioto.device;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.ioto.json.Durable;
import io.ioto.json.Json5;
import io.ioto.json.JsonException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The claim id: ten characters that are easy to read out, kept in a file.
final class ClaimId {
  private static final Logger log = LoggerFactory.getLogger(ClaimId.class);
  // Crockford's base 32: without I, L, O and U, which are mistaken for others.
  private static final String SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final int LENGTH = 10;
  // It is the client id at the broker (MQTT 3.1.1 §3.1.3.1: 23 bytes always fit) and a level of
  // topics.
  private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9._-]{1,23}");

  private final Path file;
  private final RandomGenerator random;

  ClaimId(Path file, RandomGenerator random) {
    this.file = file;
    this.random = random;
  }

  /// An id that the operator chose.
  ///
  /// @throws IllegalArgumentException when it cannot be one
  static String checked(String id) {
    if (!ALLOWED.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "device.id: '%s'; expected 1 to 23 letters, digits, dots, dashes or underscores"
              .formatted(id));
    }
    return id;
  }

  /// The id that is kept; a new one, on the disk already, when there is none.
  ///
  /// @throws IllegalStateException when the file is damaged: the id is on a label, so another one
  ///     is not made behind the operator's back
  String kept() {
    try {
      var id = Json5.read(Files.readString(file), file.toString()).path("id").asText();
      if (ALLOWED.matcher(id).matches()) {
        return id;
      }
      throw damaged("expected {\"id\": \"…\"}");
    } catch (NoSuchFileException _) {
      return make();
    } catch (JsonException e) {
      throw damaged(e.getMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read: " + e, e);
    }
  }

  private IllegalStateException damaged(@Nullable String how) {
    return new IllegalStateException(
        "%s: is damaged (%s); put the id of the label back, or delete the file for a new one"
            .formatted(file, how));
  }

  private String make() {
    var id = new StringBuilder();
    for (var i = 0; i < LENGTH; i++) {
      id.append(SYMBOLS.charAt(random.nextInt(SYMBOLS.length())));
    }
    var json = JsonNodeFactory.instance.objectNode().put("id", id.toString());
    try {
      Durable.write(file, Json5.print(json).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot keep the device id: " + e, e);
    }
    log.info("This device is {}", id);
    return id.toString();
  }
}
