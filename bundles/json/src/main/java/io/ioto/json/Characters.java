// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

/// The character classes of JSON5 §8 and ECMAScript 5.1 §7.6, and how a character is named in a
/// message.
final class Characters {
  static final int BYTE_ORDER_MARK = 0xFEFF;

  private Characters() {}

  static boolean isLineTerminator(int c) {
    return c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029;
  }

  static boolean isSpace(int c) {
    return switch (c) {
      case ' ', '\t', '\n', '\r', 0x0B, '\f', 0xA0, 0x2028, 0x2029, BYTE_ORDER_MARK -> true;
      default -> c > 0x7F && Character.getType(c) == Character.SPACE_SEPARATOR;
    };
  }

  static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  static boolean isNameStart(int c) {
    return c == '$'
        || c == '_'
        || Character.isLetter(c)
        || Character.getType(c) == Character.LETTER_NUMBER;
  }

  static boolean isNamePart(int c) {
    return isNameStart(c)
        || c == 0x200C
        || c == 0x200D
        || switch (Character.getType(c)) {
          case Character.NON_SPACING_MARK,
              Character.COMBINING_SPACING_MARK,
              Character.DECIMAL_DIGIT_NUMBER,
              Character.CONNECTOR_PUNCTUATION ->
              true;
          default -> false;
        };
  }

  /// The character in quotes, or its code point when it would be invisible.
  static String describe(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.UNASSIGNED,
          Character.PRIVATE_USE,
          Character.SPACE_SEPARATOR,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          "the character U+%04X".formatted(c);
      default -> "'" + Character.toString(c) + "'";
    };
  }
}
