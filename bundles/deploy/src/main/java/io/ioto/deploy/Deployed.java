// SPDX-License-Identifier: Apache-2.0
package io.ioto.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.ioto.json.Document;
import io.ioto.json.Json5;
import io.ioto.json.JsonException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// What was deployed over the distribution, or over a release, as the launcher reads it at the
/// next start.
///
/// @param over number of the release; 0 for the distribution. Under another one it counts for
///     nothing
record Deployed(long over, List<Entry> entries) {
  /// One bundle.
  ///
  /// @param size bytes of its jar in the store
  record Entry(String name, String version, String sha256, long size, int startLevel) {}

  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  Deployed {
    entries = List.copyOf(entries);
  }

  /// Reads the file; one that is absent names nothing.
  ///
  /// @throws JsonException when it is damaged
  static Deployed read(Path file) throws IOException {
    if (!Files.exists(file)) {
      return new Deployed(0, List.of());
    }
    var document = Json5.document(file);
    var bundles = document.root().path("bundles");
    return new Deployed(
        document.root().path("over").asLong(),
        StreamSupport.stream(bundles.spliterator(), false).map(b -> entry(document, b)).toList());
  }

  private static Entry entry(Document document, JsonNode bundle) {
    var entry =
        new Entry(
            bundle.path("name").asText(),
            bundle.path("version").asText(),
            bundle.path("sha256").asText(),
            bundle.path("size").asLong(),
            bundle.path("startLevel").asInt());
    if (entry.name().isEmpty() || !SHA256.matcher(entry.sha256()).matches()) {
      throw new JsonException(document.at("/bundles"), "expected bundles with name and sha256");
    }
    return entry;
  }

  /// The same with one bundle set anew.
  Deployed with(Entry entry) {
    return new Deployed(
        over,
        Stream.concat(
                entries.stream().filter(e -> !e.name().equals(entry.name())), Stream.of(entry))
            .toList());
  }

  /// The file's content.
  byte[] bytes() {
    var root = JsonNodeFactory.instance.objectNode();
    if (over > 0) {
      root.put("over", over);
    }
    var bundles = root.putArray("bundles");
    for (var entry : entries) {
      bundles
          .addObject()
          .put("name", entry.name())
          .put("version", entry.version())
          .put("sha256", entry.sha256())
          .put("size", entry.size())
          .put("startLevel", entry.startLevel());
    }
    return (Json5.pretty(root) + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
