// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

import static io.ioto.json.Characters.isDigit;
import static io.ioto.json.Characters.isLineTerminator;
import static io.ioto.json.Characters.isNamePart;
import static io.ioto.json.Characters.isNameStart;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonToken;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Splits JSON5 text into tokens and checks its grammar, for the tree reader and for Jackson's
/// parser alike. Where JSON5 leaves a choice: a property named twice in one object is refused, and
/// so is a number too large (or too close to zero) for a double.
final class Tokenizer {
  /// What the grammar allows next.
  private enum Expected {
    VALUE("a value"),
    FIRST_ELEMENT("a value or ']'"),
    ELEMENT("a value or ']'"),
    FIRST_NAME("a property name or '}'"),
    NAME("a property name or '}'"),
    SEPARATOR_OF_ELEMENTS("',' or ']'"),
    SEPARATOR_OF_PROPERTIES("',' or '}'"),
    END("the end of the input");

    private final String words;

    Expected(String words) {
      this.words = words;
    }
  }

  /// An object or array that is not closed yet.
  private record Scope(boolean object, Set<String> names) {}

  private final String text;
  private final String source;
  private final Limits limits;
  private final List<Scope> open = new ArrayList<>();
  private Expected expected = Expected.VALUE;

  private int position;
  private int line = 1;
  private int lineStart;
  private int start;
  private int startLine = 1;
  private int startOfLine;

  private String string = "";
  private @Nullable Number number;

  Tokenizer(String text, String source, Limits limits) {
    this.text = text;
    this.source = source;
    this.limits = limits;
    if (peek() == Characters.BYTE_ORDER_MARK) {
      position = 1;
      lineStart = 1;
    }
    if (text.length() > limits.size()) {
      throw failure(
          "the text has %d characters, %d are allowed".formatted(text.length(), limits.size()));
    }
  }

  /// The next token, or null after the last one.
  @Nullable JsonToken next() {
    begin();
    if (peek() == ',') {
      switch (expected) {
        case SEPARATOR_OF_ELEMENTS -> separator(Expected.ELEMENT);
        case SEPARATOR_OF_PROPERTIES -> separator(Expected.NAME);
        default -> throw unexpected();
      }
    }
    int c = peek();
    return switch (expected) {
      case VALUE -> value(c);
      case FIRST_ELEMENT, ELEMENT -> c == ']' ? close() : value(c);
      case FIRST_NAME, NAME -> c == '}' ? close() : name(c);
      case SEPARATOR_OF_ELEMENTS -> close(c, ']');
      case SEPARATOR_OF_PROPERTIES -> close(c, '}');
      case END -> end(c);
    };
  }

  private void begin() {
    skipSpace();
    start = position;
    startLine = line;
    startOfLine = lineStart;
  }

  private void separator(Expected then) {
    position++;
    expected = then;
    begin();
  }

  /// Where the latest token begins.
  Location start() {
    return location(start, startLine, startOfLine);
  }

  /// Where reading goes on.
  Location here() {
    return location(position, line, lineStart);
  }

  // Counts only when asked: a text may be one long line.
  private Location location(int at, int line, int lineStart) {
    return new Location(source, line, text.codePointCount(lineStart, at) + 1);
  }

  /// The text of the latest name, string or number.
  String string() {
    return string;
  }

  /// The value of the latest number: Integer, Long, BigInteger or Double.
  Number number() {
    return requireNonNull(number);
  }

  private JsonToken value(int c) {
    return switch (c) {
      case '{' -> open(true);
      case '[' -> open(false);
      case '"', '\'' -> {
        string = quoted();
        yield scalar(JsonToken.VALUE_STRING);
      }
      case '+', '-', '.', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> scalar(number(c));
      default -> scalar(word());
    };
  }

  private JsonToken open(boolean object) {
    if (open.size() == limits.depth()) {
      throw failure("nested deeper than %d levels".formatted(limits.depth()));
    }
    position++;
    open.add(new Scope(object, object ? new HashSet<>() : Set.of()));
    expected = object ? Expected.FIRST_NAME : Expected.FIRST_ELEMENT;
    return object ? JsonToken.START_OBJECT : JsonToken.START_ARRAY;
  }

  private JsonToken close(int c, int bracket) {
    if (c != bracket) {
      throw unexpected();
    }
    return close();
  }

  private @Nullable JsonToken end(int c) {
    if (c != -1) {
      throw unexpected();
    }
    return null;
  }

  private JsonToken close() {
    position++;
    return scalar(open.removeLast().object() ? JsonToken.END_OBJECT : JsonToken.END_ARRAY);
  }

  /// Ends a value: what may follow depends on what surrounds it.
  private JsonToken scalar(JsonToken token) {
    if (open.isEmpty()) {
      expected = Expected.END;
    } else {
      expected =
          open.getLast().object()
              ? Expected.SEPARATOR_OF_PROPERTIES
              : Expected.SEPARATOR_OF_ELEMENTS;
    }
    return token;
  }

  private JsonToken name(int c) {
    var name = c == '"' || c == '\'' ? quoted() : identifier(c);
    if (!open.getLast().names().add(name)) {
      throw failure("the property '%s' is there twice".formatted(shorten(name)));
    }
    skipSpace();
    if (peek() != ':') {
      throw error("expected ':' after the property name '%s'".formatted(shorten(name)));
    }
    position++;
    string = name;
    expected = Expected.VALUE;
    return JsonToken.FIELD_NAME;
  }

  /// An ECMAScript 5.1 IdentifierName; escapes count as the character they stand for.
  private String identifier(int c) {
    if (c != '\\' && !isNameStart(c)) {
      throw unexpected();
    }
    var name = new StringBuilder();
    while (true) {
      int at = position;
      c = peekCodePoint();
      boolean escaped = c == '\\';
      if (escaped) {
        position++;
        if (peek() != 'u') {
          throw error("expected \\uXXXX in a property name");
        }
        position++;
        c = hex(4);
      }
      if (name.isEmpty() ? isNameStart(c) : isNamePart(c)) {
        name.appendCodePoint(c);
        position += escaped ? 0 : Character.charCount(c);
      } else if (escaped) {
        throw new JsonException(
            location(at, line, lineStart),
            "%s cannot be in an unquoted name".formatted(Characters.describe(c)));
      } else {
        return name.toString();
      }
    }
  }

  private String quoted() {
    int quote = peek();
    int from = ++position;
    StringBuilder built = null;
    while (true) {
      int c = peek();
      if (c == quote) {
        var tail = text.substring(from, position++);
        return built == null ? tail : built.append(tail).toString();
      }
      switch (c) {
        case -1 -> throw failure("this string is not closed");
        case '\n', '\r' ->
            throw error(
                "expected %s before the end of the line".formatted(Characters.describe(quote)));
        case '\\' -> {
          built = built == null ? new StringBuilder() : built;
          built.append(text, from, position);
          escape(built);
          from = position;
        }
        default -> position++;
      }
    }
  }

  private void escape(StringBuilder out) {
    position++;
    int c = peek();
    if (isLineTerminator(c)) {
      newline();
      return;
    }
    switch (c) {
      case -1 -> throw failure("this string is not closed");
      case 'b' -> out.append('\b');
      case 'f' -> out.append('\f');
      case 'n' -> out.append('\n');
      case 'r' -> out.append('\r');
      case 't' -> out.append('\t');
      case 'v' -> out.append((char) 0x0B);
      case '0' -> {
        if (isDigit(peek(1))) {
          throw error("octal escapes are not allowed, write \\x or \\u");
        }
        out.append((char) 0);
      }
      case '1', '2', '3', '4', '5', '6', '7', '8', '9' ->
          throw error("a digit cannot be escaped, write \\x or \\u");
      case 'x', 'u' -> {
        position++;
        out.append((char) hex(c == 'x' ? 2 : 4));
        return;
      }
      default -> out.append((char) c);
    }
    position++;
  }

  private int hex(int digits) {
    int value = 0;
    for (int i = 0; i < digits; i++, position++) {
      int digit = hexDigit(peek());
      if (digit < 0) {
        throw error("expected %d hexadecimal digits".formatted(digits));
      }
      value = value << 4 | digit;
    }
    return value;
  }

  private static int hexDigit(int c) {
    // Character.digit alone would take the digits of every script.
    return c >= 0 && c < 0x80 ? Character.digit(c, 16) : -1;
  }

  private JsonToken number(int c) {
    int from = position;
    boolean signed = c == '+' || c == '-';
    if (signed) {
      position++;
    }
    if (signed && isNameStart(peek())) {
      return notFinite(c == '-');
    }
    if (peek() == '0' && (peek(1) | 0x20) == 'x') {
      return hexadecimal(from, c == '-');
    }
    if (peek() == '0' && isDigit(peek(1))) {
      throw failure("a number cannot begin with 0 (octal is not allowed)");
    }
    int digits = digits();
    boolean whole = true;
    if (peek() == '.') {
      position++;
      whole = false;
      digits += digits();
    }
    if (digits == 0) {
      throw error("expected a digit");
    }
    if ((peek() | 0x20) == 'e') {
      position++;
      whole = false;
      if (peek() == '+' || peek() == '-') {
        position++;
      }
      if (digits() == 0) {
        throw error("expected a digit of the exponent");
      }
    }
    string = literal(from);
    if (whole) {
      number = integer(string, 10);
      return JsonToken.VALUE_NUMBER_INT;
    }
    number = real(string);
    return JsonToken.VALUE_NUMBER_FLOAT;
  }

  private JsonToken notFinite(boolean negative) {
    var word = takeWord();
    switch (word) {
      case "Infinity" -> number = negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
      case "NaN" -> number = Double.NaN;
      default -> throw failure("expected a number, found '%s'".formatted(shorten(word)));
    }
    string = number.toString();
    return JsonToken.VALUE_NUMBER_FLOAT;
  }

  private JsonToken hexadecimal(int from, boolean negative) {
    position += 2;
    int first = position;
    while (hexDigit(peek()) >= 0) {
      position++;
    }
    if (position == first) {
      throw error("expected a hexadecimal digit");
    }
    literal(from);
    number = integer((negative ? "-" : "") + text.substring(first, position), 16);
    string = number.toString();
    return JsonToken.VALUE_NUMBER_INT;
  }

  private int digits() {
    int first = position;
    while (isDigit(peek())) {
      position++;
    }
    return position - first;
  }

  /// The text of a number, once it is sure where it ends.
  private String literal(int from) {
    int c = peekCodePoint();
    if (c == '\\' || isNamePart(c)) {
      throw error("expected the number to end");
    }
    if (position - from > limits.digits()) {
      throw failure("a number of more than %d characters".formatted(limits.digits()));
    }
    return text.substring(from, position);
  }

  private static Number integer(String literal, int radix) {
    if (literal.length() <= 15) { // fits a long in either radix
      return narrow(Long.parseLong(literal, radix));
    }
    var big = new BigInteger(literal, radix);
    return big.bitLength() < Long.SIZE ? narrow(big.longValue()) : big;
  }

  private static Number narrow(long value) {
    if (value == (int) value) {
      return (int) value;
    }
    return value;
  }

  private Double real(String literal) {
    double value = Double.parseDouble(literal);
    boolean vanished =
        value == 0
            && literal.chars().takeWhile(c -> (c | 0x20) != 'e').anyMatch(c -> c > '0' && c <= '9');
    if (Double.isInfinite(value) || vanished) {
      throw failure(
          "the number is too %s for a double".formatted(vanished ? "close to zero" : "large"));
    }
    return value;
  }

  private JsonToken word() {
    if (!isNameStart(peekCodePoint())) {
      throw unexpected();
    }
    var word = takeWord();
    return switch (word) {
      case "true" -> JsonToken.VALUE_TRUE;
      case "false" -> JsonToken.VALUE_FALSE;
      case "null" -> JsonToken.VALUE_NULL;
      case "Infinity", "NaN" -> {
        number = Double.valueOf(word);
        string = word;
        yield JsonToken.VALUE_NUMBER_FLOAT;
      }
      default ->
          throw failure(
              "expected %s, found '%s' (a string needs quotes)"
                  .formatted(expected.words, shorten(word)));
    };
  }

  private String takeWord() {
    int from = position;
    int c = peekCodePoint();
    while (isNamePart(c)) {
      position += Character.charCount(c);
      c = peekCodePoint();
    }
    return text.substring(from, position);
  }

  private void skipSpace() {
    while (true) {
      int c = peek();
      if (c == -1) {
        return;
      } else if (isLineTerminator(c)) {
        newline();
      } else if (Characters.isSpace(c)) {
        position++;
      } else if (c == '/') {
        comment();
      } else {
        return;
      }
    }
  }

  private void comment() {
    int at = position;
    int atLine = line;
    int atLineStart = lineStart;
    position++;
    switch (peek()) {
      case '/' -> {
        while (peek() != -1 && !isLineTerminator(peek())) {
          position++;
        }
      }
      case '*' -> {
        position++;
        while (peek() != '*' || peek(1) != '/') {
          if (peek() == -1) {
            throw new JsonException(
                location(at, atLine, atLineStart), "this comment is not closed");
          } else if (isLineTerminator(peek())) {
            newline();
          } else {
            position++;
          }
        }
        position += 2;
      }
      default -> throw error("expected '/' or '*' to begin a comment");
    }
  }

  /// Passes one line terminator. U+2028 and U+2029 end a line for JSON5 but for no editor, so they
  /// do not count as lines.
  private void newline() {
    int c = peek();
    position += c == '\r' && peek(1) == '\n' ? 2 : 1;
    if (c == '\n' || c == '\r') {
      line++;
      lineStart = position;
    }
  }

  private int peek() {
    return peek(0);
  }

  private int peek(int ahead) {
    int at = position + ahead;
    return at < text.length() ? text.charAt(at) : -1;
  }

  private int peekCodePoint() {
    return position < text.length() ? text.codePointAt(position) : -1;
  }

  /// An error of the latest token as a whole.
  private JsonException failure(String reason) {
    return new JsonException(start(), reason);
  }

  private JsonException unexpected() {
    return error("expected " + expected.words);
  }

  private JsonException error(String reason) {
    return new JsonException(here(), reason + ", found " + found());
  }

  private String found() {
    int c = peekCodePoint();
    if (c == -1) {
      return "the end of the input";
    }
    if (isNameStart(c)) {
      int mark = position;
      var word = takeWord();
      position = mark;
      return "'" + shorten(word) + "'";
    }
    var hint =
        switch (c) {
          case '#' -> " (a comment begins with // or /*)";
          case '`' -> " (a string is in ' or \")";
          case '.', '-' ->
              expected == Expected.FIRST_NAME || expected == Expected.NAME
                  ? " (a name with other characters than letters, digits, _ and $ needs quotes)"
                  : "";
          default -> "";
        };
    return Characters.describe(c) + hint;
  }

  private static String shorten(String word) {
    return word.codePointCount(0, word.length()) <= 40
        ? word
        : word.substring(0, word.offsetByCodePoints(0, 40)) + "…";
  }
}
