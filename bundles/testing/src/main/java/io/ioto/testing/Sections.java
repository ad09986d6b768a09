// SPDX-License-Identifier: Apache-2.0
package io.ioto.testing;

import io.ioto.json.Json5;
import io.ioto.json.Section;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;

/// A component's configuration as the gateway would publish it, made from the same
/// `settings.json5` (found on the class path by its pid).
public final class Sections {
  private Sections() {}

  /// The dictionary when the operator's files say nothing. The tokens of paths are folders below
  /// the given one: `@site/x` is `FOLDER/site/x`, and so is `site/x`.
  public static Map<String, Object> defaults(String pid, Path folder) {
    return values(pid, folder, "{}");
  }

  /// The dictionary when the section holds what the JSON5 text says.
  ///
  /// @throws AssertionError when the text does not fit the section
  public static Map<String, Object> values(String pid, Path folder, String json5) {
    var section = find(pid);
    var text = json5;
    var names = section.name().isEmpty() ? new String[0] : section.name().split("\\.");
    for (var name : Arrays.asList(names).reversed()) {
      text = "{" + Json5.quote(name) + ":" + text + "}";
    }
    var root = folder.toAbsolutePath().normalize();
    return section.values(
        Json5.read(text, pid),
        path -> root.resolve(path.startsWith("@") ? path.substring(1) : path).toString(),
        new Section.Findings() {
          @Override
          public void error(String pointer, String reason) {
            throw new AssertionError(pointer + ": " + reason);
          }

          @Override
          public void warning(String pointer, String reason) {
            error(pointer, reason);
          }
        });
  }

  /// A component's annotation when the section holds what the JSON5 text says. The section may
  /// have more properties than the annotation; an attribute that the section lacks is an error.
  public static <T extends Annotation> T config(
      Class<T> type, String pid, Path folder, String json5) {
    var values = values(pid, folder, json5);
    values
        .keySet()
        .retainAll(Arrays.stream(type.getDeclaredMethods()).map(Configs::property).toList());
    for (Method method : type.getDeclaredMethods()) {
      if (!values.containsKey(Configs.property(method))) {
        throw new AssertionError(
            "%s has no property '%s'".formatted(pid, Configs.property(method)));
      }
    }
    return Configs.of(type, values);
  }

  private static Section find(String pid) {
    try {
      var loader = Sections.class.getClassLoader();
      for (var resource : Collections.list(loader.getResources(Section.RESOURCE))) {
        for (var section : Section.read(Json5.document(text(resource), resource.toString()))) {
          if (section.pid().equals(pid)) {
            return section;
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new AssertionError("no %s on the class path has '%s'".formatted(Section.RESOURCE, pid));
  }

  private static String text(URL resource) throws IOException {
    try (var in = resource.openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
