// SPDX-License-Identifier: Apache-2.0
package io.ioto.testing;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Makes a component's configuration annotation from a map, as the component runtime would.
public final class Configs {
  private Configs() {}

  /// An instance of the annotation whose values come from the map, under the property names of the
  /// component runtime (`limits_body` is `limits.body`), else from the annotation's defaults.
  ///
  /// @throws IllegalArgumentException when an attribute has neither, or a property has no
  ///     attribute
  public static <T extends Annotation> T of(Class<T> type, Map<String, ?> values) {
    for (var name : values.keySet()) {
      if (java.util.Arrays.stream(type.getDeclaredMethods())
          .noneMatch(m -> property(m).equals(name))) {
        throw new IllegalArgumentException("%s has no '%s'".formatted(type.getName(), name));
      }
    }
    for (var method : type.getDeclaredMethods()) {
      if (value(method, values) == null) {
        throw new IllegalArgumentException("no value for '%s'".formatted(property(method)));
      }
    }
    var proxy =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, method, _) ->
                switch (method.getName()) {
                  case "annotationType" -> type;
                  case "toString" -> "@" + type.getSimpleName() + values;
                  case "hashCode" -> values.hashCode();
                  default -> value(method, values);
                });
    return type.cast(proxy);
  }

  private static @Nullable Object value(Method method, Map<String, ?> values) {
    var value = values.get(property(method));
    return value == null ? method.getDefaultValue() : value;
  }

  static String property(Method method) {
    return method.getName().replace("__", "\0").replace('_', '.').replace('\0', '_');
  }
}
