// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import io.ioto.api.runtime.Seat;
import io.ioto.json.Json5;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// The section `web`, checked.
///
/// @param documents folder of files that belong to no application
/// @param headers added to every response; names in any case
/// @param index file that stands for its folder
/// @param types content types by extension
/// @param body largest request body in bytes
/// @param cache bytes of files kept in memory
/// @param ranges ranges answered in one response
/// @param patience of requests whose provider is being swapped
/// @param drain of providers that leave
record Settings(
    Path documents,
    Map<String, String> headers,
    String index,
    ContentTypes types,
    long body,
    long cache,
    int ranges,
    Seat.Patience patience,
    Duration drain) {

  Settings {
    var byName = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
    byName.putAll(headers);
    byName.forEach(Headers::check);
    headers = Collections.unmodifiableMap(byName);
    if (index.isEmpty() || index.indexOf('/') >= 0) {
      throw new IllegalArgumentException(
          "web.index: '%s' is no file name; expected one such as index.html".formatted(index));
    }
  }

  static Settings of(Dispatcher.Config config) {
    return new Settings(
        Path.of(config.documents()),
        withDefaults(texts("web.headers", config.headers())),
        config.index(),
        new ContentTypes(texts("web.mime", config.mime())),
        config.limits_body(),
        config.limits_cache(),
        config.limits_ranges(),
        new Seat.Patience(Duration.ofMillis(config.swap_grace()), config.swap_waiting()),
        Duration.ofMillis(config.swap_drain()));
  }

  /// Names are compared as HTTP does, so that a configured header replaces ours.
  private static Map<String, String> withDefaults(Map<String, String> configured) {
    var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
    headers.put("X-Content-Type-Options", "nosniff");
    headers.putAll(configured);
    return headers;
  }

  private static Map<String, String> texts(String property, String json) {
    var texts = new TreeMap<String, String>();
    if (json.equals("{}")) {
      return texts;
    }
    for (var entry : Json5.read(json, property).properties()) {
      if (!entry.getValue().isTextual()) {
        throw new IllegalArgumentException(
            "%s.%s: expected a text, found %s"
                .formatted(
                    property,
                    entry.getKey(),
                    entry.getValue().getNodeType().name().toLowerCase(Locale.ROOT)));
      }
      texts.put(entry.getKey(), entry.getValue().textValue());
    }
    return texts;
  }
}
