// SPDX-License-Identifier: Apache-2.0
package io.ioto.trust;

import static io.ioto.api.ota.UpdateException.Reason.MALFORMED;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.ioto.api.ota.UpdateException;
import io.ioto.json.Json5;
import io.ioto.json.JsonException;
import io.ioto.json.Limits;
import io.ioto.json.Units;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A whole target state of a gateway: an OSGi feature file (Feature Service, JSON) that names
/// every bundle with its hash, and in its extension `ioto-release` the number and the conditions
/// under which it is kept. The launcher reads the same file.
///
/// @param number grows with every release; 1 or more
/// @param bundles in start order, no name twice
/// @param minStable how long it must stay healthy; null leaves it to the gateway
/// @param checks names of health checks that must be there
public record ReleaseSet(
    long number, List<Bundle> bundles, @Nullable Duration minStable, List<String> checks) {
  /// One bundle.
  ///
  /// @param id where it comes from, in the form of Maven coordinates
  /// @param name symbolic name
  /// @param size bytes
  /// @param startLevel 1 or more
  public record Bundle(
      String id, String name, String version, String sha256, long size, int startLevel) {}

  private static final String EXTENSION = "ioto-release";
  private static final Limits LIMITS = new Limits(32, 4 << 20, 20);

  public ReleaseSet {
    bundles = List.copyOf(bundles);
    checks = List.copyOf(checks);
  }

  /// Reads the file.
  ///
  /// @throws UpdateException MALFORMED
  public static ReleaseSet read(String name, byte[] bytes) {
    try {
      var root = Json5.read(bytes, name, LIMITS);
      var own = root.path("extensions").path(EXTENSION).path("json");
      var number = own.path("release").asLong();
      if (number < 1) {
        throw Envelope.malformed(name, "expected a release number in the extension " + EXTENSION);
      }
      var bundles = new ArrayList<Bundle>();
      for (var bundle : root.path("bundles")) {
        bundles.add(bundle(name, bundle));
      }
      if (bundles.isEmpty()) {
        throw Envelope.malformed(name, "expected bundles");
      }
      var names = new HashSet<String>();
      for (var bundle : bundles) {
        if (!names.add(bundle.name())) {
          throw Envelope.malformed(name, "%s is there twice".formatted(bundle.name()));
        }
      }
      var stable = own.path("minStable");
      var checks = new ArrayList<String>();
      own.path("checks").forEach(c -> checks.add(c.asText()));
      return new ReleaseSet(
          number, bundles, stable.isTextual() ? Units.time(stable.textValue()) : null, checks);
    } catch (JsonException | IllegalArgumentException e) {
      throw new UpdateException(MALFORMED, "%s: %s".formatted(name, e.getMessage()), e);
    }
  }

  private static Bundle bundle(String name, JsonNode node) {
    var bundle =
        new Bundle(
            node.path("id").asText(),
            node.path("ioto-name").asText(),
            node.path("ioto-version").asText(),
            node.path("ioto-sha256").asText(),
            node.path("ioto-size").asLong(-1),
            node.path("start-order").asInt(1));
    if (!bundle.name().matches("[\\w-]+(\\.[\\w-]+)*")
        || !Hash.looksRight(bundle.sha256())
        || bundle.size() < 1
        || bundle.startLevel() < 1) {
      throw Envelope.malformed(
          name,
          "bundle '%s' must have ioto-name, ioto-version, ioto-sha256 and ioto-size"
              .formatted(bundle.name().isEmpty() ? bundle.id() : bundle.name()));
    }
    return bundle;
  }

  /// The file's content; the same set always makes the same bytes.
  public byte[] bytes() {
    var root = JsonNodeFactory.instance.objectNode();
    root.put("feature-resource-version", "1.0");
    root.put("id", "io.ioto:release:osgifeature:set:%d".formatted(number));
    root.put("name", "Release %d".formatted(number));
    var list = root.putArray("bundles");
    bundles.stream()
        .sorted(Comparator.comparingInt(Bundle::startLevel).thenComparing(Bundle::name))
        .forEach(
            b ->
                list.addObject()
                    .put("id", b.id())
                    .put("start-order", b.startLevel())
                    .put("ioto-name", b.name())
                    .put("ioto-version", b.version())
                    .put("ioto-sha256", b.sha256())
                    .put("ioto-size", b.size()));
    var own =
        root.putObject("extensions")
            .putObject(EXTENSION)
            .put("kind", "mandatory")
            .put("type", "JSON")
            .putObject("json")
            .put("release", number);
    if (minStable != null) {
      own.put("minStable", "%d ms".formatted(minStable.toMillis()));
    }
    if (!checks.isEmpty()) {
      checks.forEach(own.putArray("checks")::add);
    }
    return (Json5.pretty(root) + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
