// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/// A path as [Router] describes it: exact, or a prefix where it ends in a slash; segments in
/// braces match any one segment. Patterns with braces sort the more literal ones first.
///
/// @param text as it was written
/// @param segments between the slashes, without the empty one after the last
record PathPattern(String text, List<String> segments) implements Comparable<PathPattern> {
  PathPattern {
    segments = List.copyOf(segments);
  }

  /// @throws IllegalArgumentException when the text is no such path
  static PathPattern of(String text) {
    if (!text.startsWith("/")) {
      throw bad(text, "it must begin with a slash");
    }
    var segments = split(text);
    var names = new HashSet<String>();
    for (var segment : segments) {
      if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
        throw bad(text, "it is not normalised");
      }
      if (brace(segment) && !names.add(segment)) {
        throw bad(text, segment + " is in it twice");
      }
      if (!brace(segment) && (segment.indexOf('{') >= 0 || segment.indexOf('}') >= 0)) {
        throw bad(text, "braces must hold a whole segment, and a name");
      }
    }
    return new PathPattern(text, segments);
  }

  private static IllegalArgumentException bad(String text, String why) {
    return new IllegalArgumentException("'%s' is no path of a route: %s".formatted(text, why));
  }

  /// The segments of a normalised path.
  static List<String> split(String path) {
    var segments = new ArrayList<String>();
    for (int from = 1, to; from < path.length(); from = to + 1) {
      to = path.indexOf('/', from);
      to = to < 0 ? path.length() : to;
      segments.add(path.substring(from, to));
    }
    return segments;
  }

  private static boolean brace(String segment) {
    return segment.length() > 2 && segment.startsWith("{") && segment.endsWith("}");
  }

  boolean prefix() {
    return text.endsWith("/");
  }

  /// The same for all patterns that match the same paths, whatever their braces are called.
  String shape() {
    return text.replaceAll("\\{[^/]*}", "{}");
  }

  /// True when it can be found by comparing texts alone.
  boolean literal() {
    return segments.stream().noneMatch(PathPattern::brace);
  }

  /// True when the first segments of a path fit.
  boolean matches(List<String> path) {
    for (var i = 0; i < segments.size(); i++) {
      var segment = segments.get(i);
      if (!brace(segment) && !segment.equals(path.get(i))) {
        return false;
      }
    }
    return true;
  }

  /// What the brace of that name stands for in a path that matches.
  ///
  /// @throws IllegalArgumentException when there is no such brace
  String param(String name, String path) {
    var i = segments.indexOf("{" + name + "}");
    if (i < 0) {
      throw new IllegalArgumentException("'%s' has no {%s}".formatted(text, name));
    }
    return split(path).get(i);
  }

  @Override
  public int compareTo(PathPattern other) {
    for (var i = 0; i < Math.min(segments.size(), other.segments.size()); i++) {
      var order = Boolean.compare(brace(segments.get(i)), brace(other.segments.get(i)));
      if (order != 0) {
        return order;
      }
    }
    return text.compareTo(other.text);
  }
}
