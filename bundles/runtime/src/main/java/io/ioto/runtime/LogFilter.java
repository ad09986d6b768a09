// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/// Decides by type and source what is logged.
///
/// @param types what is logged, beside `raw`, which always is
/// @param others whether sources that are not named are logged
/// @param named sources to which the opposite applies
record LogFilter(Set<Type> types, boolean others, Set<String> named) {
  /// What the specification calls a log type. Information from libraries counts as `debug`;
  /// warnings have a name of their own where a line is written and are chosen together with
  /// errors.
  enum Type {
    RAW,
    FATAL,
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE;

    static Type of(ILoggingEvent event) {
      var markers = event.getMarkerList();
      if (markers != null) {
        for (var marker : markers) {
          switch (marker.getName()) {
            case "raw" -> {
              return RAW;
            }
            case "fatal" -> {
              return FATAL;
            }
            default -> {} // Markers mean nothing else to us.
          }
        }
      }
      return switch (event.getLevel().toInt()) {
        case Level.ERROR_INT -> ERROR;
        case Level.WARN_INT -> WARN;
        case Level.INFO_INT -> library(event.getLoggerName()) ? DEBUG : INFO;
        case Level.DEBUG_INT -> DEBUG;
        default -> TRACE;
      };
    }

    /// What the libraries below us think worth telling is of use to developers only.
    private static boolean library(String logger) {
      return logger.startsWith("org.apache.") || logger.startsWith("org.eclipse.");
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  LogFilter {
    types = Set.copyOf(types);
    named = Set.copyOf(named);
  }

  /// Reads comma-separated lists in which `!x` takes x away again, such as `all,!debug`. A list
  /// that starts with `!` takes away from everything. Unknown types are left out; see [#unknown].
  static LogFilter of(String types, String sources) {
    var chosen = EnumSet.noneOf(Type.class);
    for (var word : words(types)) {
      if (word.startsWith("!")) {
        chosen.removeAll(types(word.substring(1)));
      } else {
        chosen.addAll(types(word));
      }
    }
    var others = false;
    var named = new HashSet<String>();
    for (var word : words(sources)) {
      var off = word.startsWith("!");
      var source = off ? word.substring(1) : word;
      if (source.equals("all")) {
        others = !off;
        named.clear();
      } else if (off == others) {
        named.add(source);
      } else {
        named.remove(source);
      }
    }
    return new LogFilter(chosen, others, named);
  }

  /// The words of a list of types that mean nothing.
  static List<String> unknown(String types) {
    return words(types).stream()
        .map(w -> w.startsWith("!") ? w.substring(1) : w)
        .filter(w -> types(w).isEmpty())
        .toList();
  }

  private static List<String> words(String list) {
    var words = new ArrayList<String>();
    for (var word : list.split(",", -1)) {
      if (!word.isBlank()) {
        words.add(word.strip().toLowerCase(Locale.ROOT));
      }
    }
    if (!words.isEmpty() && words.getFirst().startsWith("!")) {
      words.addFirst("all");
    }
    return words;
  }

  private static Set<Type> types(String word) {
    return switch (word) {
      case "all" -> EnumSet.allOf(Type.class);
      case "error" -> EnumSet.of(Type.FATAL, Type.ERROR, Type.WARN);
      default ->
          Stream.of(Type.values())
              .filter(t -> t.word().equals(word))
              .collect(() -> EnumSet.noneOf(Type.class), Set::add, Set::addAll);
    };
  }

  boolean passes(Type type, String source) {
    return type == Type.RAW || (types.contains(type) && named.contains(source) != others);
  }

  /// The level below which nothing can pass. Never above `info`, so that what is `raw` passes.
  Level level() {
    if (types.contains(Type.TRACE)) {
      return Level.TRACE;
    }
    return types.contains(Type.DEBUG) ? Level.DEBUG : Level.INFO;
  }
}
