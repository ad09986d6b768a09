// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Finds the node of a path: exact ones first, then those with braces, then the longest prefix.
/// Immutable; only the seats inside change hands.
final class Table {
  private final Map<String, Node> exact = new HashMap<>();
  private final Map<String, Node> prefixes = new HashMap<>();
  private final Map<Integer, List<Node>> exactBraces = new HashMap<>();
  private final Map<Integer, List<Node>> prefixBraces = new HashMap<>();

  Table(Collection<Node> nodes) {
    for (var node : nodes) {
      var pattern = node.pattern();
      if (pattern.literal()) {
        (pattern.prefix() ? prefixes : exact).put(pattern.text(), node);
      } else {
        (pattern.prefix() ? prefixBraces : exactBraces)
            .computeIfAbsent(pattern.segments().size(), _ -> new ArrayList<>())
            .add(node);
      }
    }
    for (var byCount : List.of(exactBraces, prefixBraces)) {
      byCount.values().forEach(list -> list.sort((a, b) -> a.pattern().compareTo(b.pattern())));
    }
  }

  /// The node that answers a normalised path; null when there is none.
  @Nullable Node find(String path) {
    var node = exact.get(path);
    if (expected(node)) {
      return node;
    }
    var braces = !exactBraces.isEmpty() || !prefixBraces.isEmpty();
    var segments = braces ? PathPattern.split(path) : List.<String>of();
    if (braces && !path.endsWith("/")) {
      node = first(exactBraces, segments.size(), segments);
      if (node != null) {
        return node;
      }
    }
    // Complete segments in front of a slash, of which a prefix can be made.
    var count = segments.size() - (path.endsWith("/") ? 0 : 1);
    for (var slash = path.lastIndexOf('/'); slash >= 0; slash = path.lastIndexOf('/', slash - 1)) {
      node = prefixes.get(slash == 0 ? "/" : path.substring(0, slash + 1));
      if (expected(node)) {
        return node;
      }
      node = braces ? first(prefixBraces, count--, segments) : null;
      if (node != null) {
        return node;
      }
    }
    return null;
  }

  private static boolean expected(@Nullable Node node) {
    return node != null && node.expected();
  }

  private static @Nullable Node first(
      Map<Integer, List<Node>> byCount, int count, List<String> segments) {
    for (var node : byCount.getOrDefault(count, List.of())) {
      if (node.pattern().matches(segments) && expected(node)) {
        return node;
      }
    }
    return null;
  }
}
