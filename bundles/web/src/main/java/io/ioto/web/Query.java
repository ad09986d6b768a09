// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Variables as they stand behind the question mark of an address, and in a form without files.
final class Query {
  private Query() {}

  /// @throws io.ioto.api.web.HttpException 400 when it is malformed
  static Map<String, List<String>> parse(@Nullable String raw) {
    var query = new LinkedHashMap<String, List<String>>();
    if (raw != null) {
      for (var pair : raw.split("&", -1)) {
        if (!pair.isEmpty()) {
          var equals = pair.indexOf('=');
          var name = equals < 0 ? pair : pair.substring(0, equals);
          var value = equals < 0 ? "" : pair.substring(equals + 1);
          query
              .computeIfAbsent(UriPath.decode(name, true), _ -> new ArrayList<>())
              .add(UriPath.decode(value, true));
        }
      }
    }
    query.replaceAll((_, values) -> List.copyOf(values));
    return Collections.unmodifiableMap(query);
  }
}
