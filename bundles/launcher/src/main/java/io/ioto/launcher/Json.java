// SPDX-License-Identifier: Apache-2.0
package io.ioto.launcher;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads the strict JSON (RFC 8259) that the build and the gateway write for the launcher. Objects
/// become maps in their order, numbers `Long` or `Double`. It is here because the launcher must
/// start without any bundle, the JSON5 library included; what people write is read by that
/// library.
final class Json {
  private static final int MAX_DEPTH = 64;

  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  /// Reads one value.
  ///
  /// @throws IllegalArgumentException with the offset and what was expected there
  static @Nullable Object read(String text) {
    var json = new Json(text);
    var value = json.value(0);
    json.blank();
    if (json.at < text.length()) {
      throw json.error("the end");
    }
    return value;
  }

  /// Reads an object.
  @SuppressWarnings("unchecked")
  static Map<String, Object> object(String text) {
    if (read(text) instanceof Map<?, ?> map) {
      return (Map<String, Object>) map;
    }
    throw new IllegalArgumentException("expected a JSON object");
  }

  /// The objects of an array member; none when it is absent.
  @SuppressWarnings("unchecked")
  static List<Map<String, Object>> objects(Map<String, Object> object, String member) {
    var value = object.get(member);
    if (value == null) {
      return List.of();
    }
    if (value instanceof List<?> list && list.stream().allMatch(Map.class::isInstance)) {
      return (List<Map<String, Object>>) list;
    }
    throw new IllegalArgumentException("'%s' is no array of objects".formatted(member));
  }

  /// The strings of an array member; none when it is absent.
  static List<String> strings(Map<String, Object> object, String member) {
    return object.get(member) instanceof List<?> list
        ? list.stream().map(String::valueOf).toList()
        : List.of();
  }

  /// A text member.
  static String string(Map<String, Object> object, String member) {
    if (object.get(member) instanceof String s) {
      return s;
    }
    throw new IllegalArgumentException("'%s' is missing or no string".formatted(member));
  }

  /// A number member, or the default when it is absent.
  static long number(Map<String, Object> object, String member, long otherwise) {
    var value = object.get(member);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof Number number) {
      return number.longValue();
    }
    throw new IllegalArgumentException("'%s' is no number".formatted(member));
  }

  private @Nullable Object value(int depth) {
    if (depth > MAX_DEPTH) {
      throw error("at most %d levels".formatted(MAX_DEPTH));
    }
    blank();
    if (at >= text.length()) {
      throw error("a value");
    }
    return switch (text.charAt(at)) {
      case '{' -> members(depth);
      case '[' -> elements(depth);
      case '"' -> quoted();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", null);
      default -> number();
    };
  }

  private Map<String, @Nullable Object> members(int depth) {
    var members = new LinkedHashMap<String, @Nullable Object>();
    at++;
    blank();
    if (accept('}')) {
      return members;
    }
    do {
      blank();
      if (at >= text.length() || text.charAt(at) != '"') {
        throw error("a name in double quotes");
      }
      var name = quoted();
      blank();
      expect(':');
      members.put(name, value(depth + 1));
      blank();
    } while (accept(','));
    expect('}');
    return members;
  }

  private List<@Nullable Object> elements(int depth) {
    var elements = new ArrayList<@Nullable Object>();
    at++;
    blank();
    if (accept(']')) {
      return elements;
    }
    do {
      elements.add(value(depth + 1));
      blank();
    } while (accept(','));
    expect(']');
    return elements;
  }

  private String quoted() {
    var out = new StringBuilder();
    at++;
    while (true) {
      if (at >= text.length()) {
        throw error("a closing quote");
      }
      var c = text.charAt(at++);
      if (c == '"') {
        return out.toString();
      }
      out.append(c == '\\' ? escaped() : c);
    }
  }

  private char escaped() {
    if (at >= text.length()) {
      throw error("an escape");
    }
    return switch (text.charAt(at++)) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case '"' -> '"';
      case '/' -> '/';
      case '\\' -> '\\';
      case 'u' -> {
        if (at + 4 > text.length()) {
          throw error("four hex digits");
        }
        at += 4;
        yield (char) Integer.parseInt(text, at - 4, at, 16);
      }
      default -> throw error("an escape");
    };
  }

  private Object number() {
    var start = at;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    var number = text.substring(start, at);
    try {
      return number.matches("-?\\d+") ? (Object) Long.valueOf(number) : Double.valueOf(number);
    } catch (NumberFormatException _) {
      at = start;
      throw error("a value");
    }
  }

  private @Nullable Object word(String word, @Nullable Object value) {
    if (!text.startsWith(word, at)) {
      throw error("a value");
    }
    at += word.length();
    return value;
  }

  private void blank() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private boolean accept(char c) {
    if (at < text.length() && text.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  private void expect(char c) {
    if (!accept(c)) {
      throw error("'%c'".formatted(c));
    }
  }

  private IllegalArgumentException error(String expected) {
    return new IllegalArgumentException("expected %s at offset %d".formatted(expected, at));
  }
}
