// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Content types by the extension of a file name, in whatever case it is written.
final class ContentTypes {
  private static final Map<String, String> KNOWN =
      Map.ofEntries(
          Map.entry("avi", "video/x-msvideo"),
          Map.entry("avif", "image/avif"),
          Map.entry("bin", "application/octet-stream"),
          Map.entry("class", "application/java"),
          Map.entry("css", "text/css;charset=utf-8"),
          Map.entry("csv", "text/csv;charset=utf-8"),
          Map.entry("eps", "application/postscript"),
          Map.entry("gif", "image/gif"),
          Map.entry("gz", "application/gzip"),
          Map.entry("htm", "text/html;charset=utf-8"),
          Map.entry("html", "text/html;charset=utf-8"),
          Map.entry("ico", "image/vnd.microsoft.icon"),
          Map.entry("jar", "application/java"),
          Map.entry("jpeg", "image/jpeg"),
          Map.entry("jpg", "image/jpeg"),
          Map.entry("js", "text/javascript;charset=utf-8"),
          Map.entry("json", "application/json"),
          Map.entry("map", "application/json"),
          Map.entry("md", "text/markdown;charset=utf-8"),
          Map.entry("mjs", "text/javascript;charset=utf-8"),
          Map.entry("mov", "video/quicktime"),
          Map.entry("mp3", "audio/mpeg"),
          Map.entry("mp4", "video/mp4"),
          Map.entry("mpeg", "video/mpeg"),
          Map.entry("mpg", "video/mpeg"),
          Map.entry("otf", "font/otf"),
          Map.entry("patch", "application/x-patch"),
          Map.entry("pdf", "application/pdf"),
          Map.entry("png", "image/png"),
          Map.entry("ps", "application/postscript"),
          Map.entry("qt", "video/quicktime"),
          Map.entry("rtf", "application/rtf"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("tgz", "application/x-tgz"),
          Map.entry("tif", "image/tiff"),
          Map.entry("tiff", "image/tiff"),
          Map.entry("ttf", "font/ttf"),
          Map.entry("txt", "text/plain;charset=utf-8"),
          Map.entry("wasm", "application/wasm"),
          Map.entry("wav", "audio/x-wav"),
          Map.entry("webmanifest", "application/manifest+json"),
          Map.entry("webp", "image/webp"),
          Map.entry("woff", "font/woff"),
          Map.entry("woff2", "font/woff2"),
          Map.entry("xml", "text/xml;charset=utf-8"),
          Map.entry("z", "application/compress"),
          Map.entry("zip", "application/zip"));

  private final Map<String, String> types;

  /// @param configured by extension, with or without its dot; beats the built-in types
  ContentTypes(Map<String, String> configured) {
    if (configured.isEmpty()) {
      types = KNOWN;
      return;
    }
    var all = new HashMap<>(KNOWN);
    configured.forEach(
        (extension, type) -> {
          Headers.check("Content-Type", type);
          var bare = extension.startsWith(".") ? extension.substring(1) : extension;
          all.put(bare.toLowerCase(Locale.ROOT), type);
        });
    types = Map.copyOf(all);
  }

  /// A content type without its parameters, in small letters.
  static String plain(String type) {
    var end = type.indexOf(';');
    return (end < 0 ? type : type.substring(0, end)).trim().toLowerCase(Locale.ROOT);
  }

  /// The type of a file; empty when the extension is unknown or missing.
  Optional<String> of(String path) {
    var dot = path.lastIndexOf('.');
    return dot < path.lastIndexOf('/')
        ? Optional.empty()
        : Optional.ofNullable(types.get(path.substring(dot + 1).toLowerCase(Locale.ROOT)));
  }
}
