// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import java.util.Locale;

/// What HTTP allows in a header (RFC 9110 §5), and what it says in one.
final class Headers {
  private static final String TOKEN_PUNCTUATION = "!#$%&'*+-.^_`|~";

  private Headers() {}

  /// @throws IllegalArgumentException when the name is no token, or the value could end the header
  static void check(String name, String value) {
    if (name.isEmpty() || !name.chars().allMatch(Headers::tokenCharacter)) {
      throw new IllegalArgumentException("'%s' is no header name".formatted(visible(name)));
    }
    for (var i = 0; i < value.length(); i++) {
      var c = value.charAt(i);
      if ((c < ' ' && c != '\t') || c == 0x7f || c > 0xff) {
        throw new IllegalArgumentException(
            "header '%s' may not hold the character U+%04X".formatted(name, (int) c));
      }
    }
  }

  private static boolean tokenCharacter(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || TOKEN_PUNCTUATION.indexOf(c) >= 0;
  }

  private static String visible(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }

  /// How much the client wants a content coding, from 0 (not at all) to 1 (RFC 9110 §12.5.3).
  /// `identity` is acceptable unless it is ruled out.
  static double quality(String acceptEncoding, String coding) {
    var any = coding.equals("identity") ? 0.001 : 0;
    for (var element : acceptEncoding.toLowerCase(Locale.ROOT).split(",", -1)) {
      var parts = element.split(";", 2);
      var name = parts[0].trim();
      if (name.equals(coding)) {
        return parts.length == 1 ? 1 : weight(parts[1].trim());
      }
      if (name.equals("*")) {
        any = parts.length == 1 ? 1 : weight(parts[1].trim());
      }
    }
    return any;
  }

  private static double weight(String parameter) {
    if (!parameter.startsWith("q=")) {
      return 1;
    }
    try {
      return Math.clamp(Double.parseDouble(parameter.substring(2).trim()), 0, 1);
    } catch (NumberFormatException _) {
      return 0;
    }
  }

  /// True when a list of entity tags names this one; weak comparison (RFC 9110 §13.1.2).
  static boolean names(String list, String tag) {
    if (list.equals(tag) || list.trim().equals("*")) {
      return true;
    }
    for (var element : list.split(",", -1)) {
      var candidate = element.trim();
      if (tag.equals(candidate.startsWith("W/") ? candidate.substring(2) : candidate)) {
        return true;
      }
    }
    return false;
  }
}
