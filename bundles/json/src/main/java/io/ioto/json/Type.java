// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// What kind of value a property takes, and what becomes of it in a component's dictionary.
enum Type {
  STRING(String.class, "a string"),
  PATH(String.class, "a path such as @state/file"),
  URL(String.class, "a URL such as http://127.0.0.1:8080"),
  ENUM(String.class, "a string"),
  SECRET(String.class, "a string"),
  JSON(String.class, "a value"),
  BOOLEAN(boolean.class, "true or false"),
  INT(int.class, "a whole number below 2147483648"),
  LONG(long.class, "a whole number"),
  SIZE(long.class, "a size such as 100k"),
  TIME(long.class, "a time such as '15 secs'");

  private static final Set<String> WITHOUT_END = Set.of("unlimited", "infinite");

  private static final Pattern ENDPOINT =
      Pattern.compile(
          "(?:[a-zA-Z][a-zA-Z0-9+.-]*://)?(?:\\[[0-9a-fA-F:.]+]|[^\\s:/?#\\[\\]]*)"
              + "(?::(?<port>[0-9]{1,6}))?(?:[/?#]\\S*)?");

  /// Of one value in the dictionary.
  final Class<?> component;

  /// What to say that was expected.
  final String words;

  Type(Class<?> component, String words) {
    this.component = component;
    this.words = words;
  }

  /// As settings.json5 spells it.
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean isNumber() {
    return component == int.class || component == long.class;
  }

  /// The value for the dictionary.
  ///
  /// @throws IllegalArgumentException with the reason when the node is of another kind
  Object convert(JsonNode node) {
    return switch (this) {
      case STRING, PATH, ENUM, SECRET -> text(node);
      case URL -> url(text(node));
      case JSON -> Json5.print(node);
      case BOOLEAN -> {
        if (!node.isBoolean()) {
          throw unexpected(node);
        }
        yield node.booleanValue();
      }
      case INT -> {
        if (unlimited(node)) {
          yield Integer.MAX_VALUE;
        }
        if (!node.isIntegralNumber() || !node.canConvertToInt()) {
          throw unexpected(node);
        }
        yield node.intValue();
      }
      case LONG -> {
        if (unlimited(node)) {
          yield Long.MAX_VALUE;
        }
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
          throw unexpected(node);
        }
        yield node.longValue();
      }
      case SIZE -> Units.size(quantity(node));
      case TIME -> Units.time(quantity(node)).toMillis();
    };
  }

  private String text(JsonNode node) {
    if (!node.isTextual()) {
      throw unexpected(node);
    }
    return node.textValue();
  }

  private String url(String text) {
    var match = ENDPOINT.matcher(text);
    if (!match.matches()) {
      throw new IllegalArgumentException("expected %s, found '%s'".formatted(words, text));
    }
    var port = match.group("port");
    if (port != null && Integer.parseInt(port) > 65535) {
      throw new IllegalArgumentException(
          "expected a port of at most 65535, found %s in '%s'".formatted(port, text));
    }
    return text;
  }

  private static boolean unlimited(JsonNode node) {
    return node.isTextual() && WITHOUT_END.contains(node.textValue().toLowerCase(Locale.ROOT));
  }

  private String quantity(JsonNode node) {
    if (node.isTextual()) {
      return node.textValue();
    }
    // A fraction may print with an exponent, which units do not know.
    if (!node.isNumber() || node.asText().indexOf('E') >= 0) {
      throw unexpected(node);
    }
    return node.asText();
  }

  private IllegalArgumentException unexpected(JsonNode node) {
    return new IllegalArgumentException("expected %s, found %s".formatted(words, found(node)));
  }

  /// The value as a message shows it; never the text of a secret.
  String found(JsonNode node) {
    return switch (node.getNodeType()) {
      case OBJECT -> "an object";
      case ARRAY -> "a list";
      case STRING -> this == SECRET ? "a string" : "'" + shorten(node.textValue()) + "'";
      default -> this == SECRET ? "another value" : shorten(node.asText());
    };
  }

  private static String shorten(String text) {
    return text.length() <= 60 ? text : text.substring(0, 60) + "…";
  }
}
