// SPDX-License-Identifier: Apache-2.0
package io.ioto.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ioto.json.Blend;
import io.ioto.json.BlendException;
import io.ioto.json.Document;
import io.ioto.json.Json5;
import io.ioto.json.JsonException;
import io.ioto.json.Location;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Merges the files, later ones over earlier ones: `ioto.json5`, `web.json5`, `device.json5`,
/// `provision.json5`, `local.json5`, the command line. `local.json5` and the command line are also
/// read early, so that the profile they name decides about the `conditional` blocks of all files.
final class Layers {
  /// Every file that is read.
  static final List<String> FILES =
      List.of("ioto.json5", "web.json5", "device.json5", "provision.json5", "local.json5");

  private static final String CONDITIONAL = "conditional";
  private static final String PROFILE = "profile";

  /// Profiles that need no block to make sense.
  private static final Set<String> ORDINARY = Set.of("dev", "prod");

  /// The merged tree.
  ///
  /// @param origins where each value came from
  /// @param profile the profile in force
  /// @param decided whether the files that choose the profile could be read; if not, a check of
  ///     the values would blame the wrong ones
  record Merged(ObjectNode root, Origins origins, String profile, boolean decided) {}

  /// A file without its conditional block.
  private record Layer(Document document, ObjectNode body, JsonNode conditional) {}

  private final Path folder;
  private final Report report;
  private final ObjectNode root = JsonNodeFactory.instance.objectNode();
  private final Origins origins = new Origins();
  private final TreeSet<String> profiles = new TreeSet<>();

  private Layers(Path folder, Report report) {
    this.folder = folder;
    this.report = report;
  }

  /// Reads and merges; whatever is wrong goes into the report.
  ///
  /// @param options what the command line says, in the words of the files
  static Merged read(Path folder, Document options, Report report) {
    return new Layers(folder, report).read(options);
  }

  private Merged read(Document options) {
    var ioto = layer("ioto.json5");
    var local = layer("local.json5");
    boolean decided = report.errors().isEmpty();
    origins.put("", ioto.map(Layer::document).orElse(options), "");

    ioto.ifPresent(layer -> body(layer, ""));
    local.ifPresent(layer -> body(layer, ""));
    var commandLine = layer(options);
    commandLine.ifPresent(layer -> body(layer, ""));
    var profile = root.path(PROFILE).asText("dev");
    ioto.ifPresent(layer -> conditional(layer, "", profile));
    for (var key : List.of("web", "device", "provision")) {
      layer(key + ".json5")
          .ifPresent(
              layer -> {
                body(layer, "/" + key);
                conditional(layer, "/" + key, profile);
              });
    }
    local.ifPresent(
        layer -> {
          body(layer, "");
          conditional(layer, "", profile);
        });
    commandLine.ifPresent(layer -> body(layer, ""));
    if (!ORDINARY.contains(profile) && !profiles.contains(profile)) {
      report
          .in(origins)
          .warning(
              root.has(PROFILE) ? "/" + PROFILE : "",
              "no file has a block for the profile '%s'%s"
                  .formatted(
                      profile,
                      profiles.isEmpty() ? "" : ", only for " + String.join(", ", profiles)));
    }
    return new Merged(root, origins, profile, decided);
  }

  private Optional<Layer> layer(String name) {
    var file = folder.resolve(name);
    var top = new Location(name, 1, 1);
    try {
      return layer(Json5.document(file));
    } catch (JsonException e) {
      report.error(e.location(), e.reason());
    } catch (NoSuchFileException _) {
      if (name.equals("ioto.json5")) {
        report.error(top, "the file is missing in " + folder);
      }
    } catch (IOException e) {
      report.error(top, "cannot be read: " + e);
    }
    return Optional.empty();
  }

  private Optional<Layer> layer(Document document) {
    if (document.root() instanceof ObjectNode object) {
      var conditional = object.path(CONDITIONAL);
      object.remove(CONDITIONAL);
      return Optional.of(new Layer(document, object, conditional));
    }
    report.error(document.at(""), "expected an object {…}");
    return Optional.empty();
  }

  private void body(Layer layer, String under) {
    try {
      Blend.merge(
          target(layer.document, under),
          layer.body,
          (to, from) -> origins.put(under + to, layer.document, from));
    } catch (BlendException e) {
      report.error(layer.document.at(e.pointer()), String.valueOf(e.getMessage()));
    }
  }

  /// The object of the merged tree that a file lands in.
  private ObjectNode target(Document document, String under) {
    if (under.isEmpty()) {
      return root;
    }
    var key = under.substring(1);
    if (root.get(key) instanceof ObjectNode object) {
      return object;
    }
    origins.put(under, document, "");
    return root.putObject(key);
  }

  private void conditional(Layer layer, String under, String profile) {
    for (var selector : entries(layer, layer.conditional, "/" + CONDITIONAL)) {
      var name = selector.getKey();
      var at = "/%s/%s".formatted(CONDITIONAL, escape(name));
      var wanted = name.equals(PROFILE) ? profile : root.path(name).asText();
      for (var option : entries(layer, selector.getValue(), at)) {
        if (name.equals(PROFILE)) {
          profiles.add(option.getKey());
        }
        var place = at + "/" + escape(option.getKey());
        if (!(option.getValue() instanceof ObjectNode overlay)) {
          expectedObject(layer, place);
        } else if (option.getKey().equals(wanted)) {
          overlay(layer, overlay, place, under);
        }
      }
    }
  }

  private void overlay(Layer layer, ObjectNode overlay, String place, String under) {
    try {
      Blend.combine(
          target(layer.document, under),
          overlay,
          (to, from) -> origins.put(under + to, layer.document, place + from));
    } catch (BlendException e) {
      report.error(layer.document.at(place + e.pointer()), String.valueOf(e.getMessage()));
    }
  }

  private Iterable<Map.Entry<String, JsonNode>> entries(Layer layer, JsonNode node, String at) {
    if (!node.isObject() && !node.isMissingNode()) {
      expectedObject(layer, at);
    }
    return node.properties();
  }

  private void expectedObject(Layer layer, String at) {
    report.error(
        layer.document.at(at), "expected an object: conditional: { SELECTOR: { VALUE: { … } } }");
  }

  private static String escape(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }
}
