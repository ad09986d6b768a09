// SPDX-License-Identifier: Apache-2.0
package io.ioto.config;

import io.ioto.json.Document;
import io.ioto.json.Location;
import java.util.TreeMap;

/// Remembers which file every value of the merged tree came from. Places are looked up only when
/// there is something to tell.
final class Origins {
  private record Origin(Document document, String pointer) {}

  private final TreeMap<String, Origin> known = new TreeMap<>();

  /// A value was put; whatever was known of places below it is past.
  void put(String target, Document document, String pointer) {
    // '0' is the character after '/', so the range is exactly what begins with "target/".
    known.subMap(target + "/", target + "0").clear();
    known.put(target, new Origin(document, pointer));
  }

  /// Where a value stands.
  Location at(String pointer) {
    var origin = find(pointer);
    return origin.document.at(origin.pointer);
  }

  /// Where the name of a property stands.
  Location nameAt(String pointer) {
    var origin = find(pointer);
    return origin.document.nameAt(origin.pointer);
  }

  /// A value that was put as part of a list or object is found through what holds it.
  private Origin find(String pointer) {
    var holder = pointer;
    while (!known.containsKey(holder)) {
      int slash = holder.lastIndexOf('/');
      if (slash < 0) {
        throw new IllegalStateException("nothing was put around '%s'".formatted(pointer));
      }
      holder = holder.substring(0, slash);
    }
    var origin = known.get(holder);
    return new Origin(origin.document, origin.pointer + pointer.substring(holder.length()));
  }
}
