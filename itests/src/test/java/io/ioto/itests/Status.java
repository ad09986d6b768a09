// SPDX-License-Identifier: Apache-2.0
package io.ioto.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ioto.bench.Gateway;
import io.ioto.json.Json5;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/// What `GET /status` says.
///
/// @param bundles versions by symbolic name
record Status(String state, JsonNode missing, Map<String, String> bundles) {
  static Status of(Gateway gateway) throws IOException {
    var reply = gateway.control().get("/status");
    assertThat(reply.status()).as(reply.body()).isEqualTo(200);
    var json = Json5.read(reply.body(), "status");
    var bundles = new TreeMap<String, String>();
    for (var bundle : json.get("bundles")) {
      assertThat(bundle.get("state").asText()).as(bundle.toString()).isIn("active", "lazy");
      var twin = bundles.put(bundle.get("name").asText(), bundle.get("version").asText());
      assertThat(twin).as(bundle.toString()).isNull();
    }
    return new Status(json.get("state").asText(), json.get("missing"), bundles);
  }

  /// Fails unless all is there: ready, nothing missing, each bundle of the features once and
  /// active.
  void assertComplete(Gateway gateway) throws IOException {
    assertThat(state).isEqualTo("ready");
    assertThat(missing).isEmpty();
    assertThat(bundles.keySet()).containsAll(shipped(gateway));
  }

  private static Collection<String> shipped(Gateway gateway) throws IOException {
    var config = gateway.setup().home().resolve("runtime-config/framework.properties");
    var properties = new Properties();
    try (var in = Files.newBufferedReader(config)) {
      properties.load(in);
    }
    var features = properties.getProperty("ioto.features") + " app-" + properties.get("ioto.app");
    return Arrays.stream(features.split(" "))
        .map(f -> gateway.setup().home().resolve("features/%s.json".formatted(f)))
        .map(f -> Json5.read(read(f), f.toString()).get("bundles"))
        .flatMap(b -> StreamSupport.stream(b.spliterator(), false))
        .map(b -> b.get("ioto-name").asText())
        .collect(Collectors.toSet());
  }

  private static String read(java.nio.file.Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
