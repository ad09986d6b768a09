// SPDX-License-Identifier: Apache-2.0
package io.ioto.config;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ioto.json.Document;
import io.ioto.json.Json5;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What the command line and the environment say, in the words of the files. The launcher passes
/// it on as framework properties.
final class Options {
  /// How messages name the command line, where a file would be named.
  static final String SOURCE = "command line";

  private static final Map<String, String> PLAIN =
      Map.of(
          "ioto.profile", "profile",
          "ioto.app", "app",
          "ioto.show", "log.show",
          "ioto.id", "device.id",
          "ioto.product", "device.product",
          "ioto.account", "device.account",
          "ioto.cloud", "device.cloud",
          "ioto.builder", "api.builder");

  private Options() {}

  /// The overriding configuration.
  ///
  /// @param properties gives the value of a framework property
  static Document read(Function<String, @Nullable String> properties) {
    var root = JsonNodeFactory.instance.objectNode();
    PLAIN.forEach((name, path) -> put(root, path, properties.apply(name)));
    var listen = properties.apply("ioto.listen");
    if (listen != null && !listen.isBlank()) {
      var list = root.withObjectProperty("web").putArray("listen");
      for (var url : listen.strip().split("\\s+", -1)) {
        list.add(url);
      }
    }
    var trace = properties.apply("ioto.trace");
    if (trace != null) {
      var parts = trace.split(":", 3);
      put(root, "log.path", parts[0]);
      put(root, "log.types", parts.length > 1 ? parts[1] : null);
      put(root, "log.sources", parts.length > 2 ? parts[2] : null);
    }
    return Json5.document(Json5.print(root), SOURCE);
  }

  private static void put(ObjectNode root, String path, @Nullable String value) {
    if (value == null || value.isBlank()) {
      return;
    }
    int dot = path.indexOf('.');
    if (dot < 0) {
      root.put(path, value);
    } else {
      root.withObjectProperty(path.substring(0, dot)).put(path.substring(dot + 1), value);
    }
  }
}
