// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import io.ioto.api.web.Exchange;
import io.ioto.api.web.Handler;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Serves the files of one folder below one prefix. Folders have no listing, only their index;
/// names that begin with a dot are not served, except `.well-known`.
final class FileHandler implements Handler {
  private static final String REVALIDATE = "no-cache";
  private static final String FOREVER = "public, max-age=31536000, immutable";

  /// A name with a hash in it, as build tools write it: hexadecimal anywhere, or whatever
  /// characters below `assets/`.
  private static final Pattern FINGERPRINT =
      Pattern.compile(
          "(?:.*/)?[^/]+[.-](?=[^./]*\\d)(?=[^./]*[a-f])[0-9a-f]{8,64}\\.[^/]+"
              + "|(?:.*/)?assets/(?:.*/)?[^/]+-(?=[^./]*\\d)(?=[^./]*[A-Z])[\\w-]{8}\\.[^/]+");

  /// A content coding and the extension of files that have it.
  private record Coding(String name, String extension) {}

  private static final List<Coding> CODINGS =
      List.of(new Coding("br", ".br"), new Coding("gzip", ".gz"));

  private final int prefix;
  private final Folder folder;
  private final Settings settings;
  private final FileCache cache;
  private final @Nullable Handler otherwise;
  private final Map<String, Asset> assets = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /// @param prefix of all its paths; ends in a slash
  /// @param otherwise answers for what is not there; null for 404
  FileHandler(
      String prefix,
      Folder folder,
      Settings settings,
      FileCache cache,
      @Nullable Handler otherwise) {
    this.prefix = prefix.length();
    this.folder = folder;
    this.settings = settings;
    this.cache = cache;
    this.otherwise = otherwise;
  }

  /// The files in memory; [FileCache] alone changes them.
  Map<String, Asset> assets() {
    return assets;
  }

  /// True when its publisher has left: nothing is kept any more.
  boolean closed() {
    return closed;
  }

  /// See [FileCache#forget].
  void close() {
    closed = true;
  }

  @Override
  public void handle(Exchange exchange) throws Exception {
    var path = exchange.path().substring(prefix);
    var asset = find(path.isEmpty() || path.endsWith("/") ? path + settings.index() : path);
    if (asset != null) {
      FileResponse.send((ServletExchange) exchange, asset, settings.ranges());
    } else if (!path.isEmpty() && !path.endsWith("/") && !hidden(path) && folder.folder(path)) {
      addSlash(exchange);
    } else if (otherwise != null) {
      otherwise.handle(exchange);
    } else {
      throw ServletExchange.notFound();
    }
  }

  /// Sends the browser to the same address with a slash at its end, so that relative links work.
  static void addSlash(Exchange exchange) {
    var query = ((ServletExchange) exchange).rawQuery();
    exchange.redirect(
        301, UriPath.encode(exchange.path()) + "/" + (query == null ? "" : "?" + query));
  }

  private @Nullable Asset find(String path) throws IOException {
    var known = assets.get(path);
    if (known != null && known.fresh(folder.believeNanos())) {
      return known;
    }
    var found = hidden(path) ? null : load(path);
    if (found == null) {
      if (known != null) {
        cache.remove(this, path);
      }
    } else if (known != null && known.same(found)) {
      known.confirm();
      return known;
    } else {
      cache.put(this, path, found);
    }
    return found;
  }

  private static boolean hidden(String path) {
    return (path.startsWith(".") && !path.startsWith(".well-known/")) || path.contains("/.");
  }

  private @Nullable Asset load(String path) throws IOException {
    var file = folder.file(path);
    if (file.isEmpty()) {
      return null;
    }
    var type = settings.types().of(path).orElse(null);
    var caching =
        settings
            .headers()
            .getOrDefault(
                "Cache-Control", FINGERPRINT.matcher(path).matches() ? FOREVER : REVALIDATE);
    var variants = new ArrayList<Asset>();
    for (var coding : CODINGS) {
      var sibling = folder.file(path + coding.extension());
      if (sibling.isPresent()) {
        variants.add(
            new Asset(sibling.get(), type, coding.name(), caching, cache.keeps(), List.of()));
      }
    }
    return new Asset(
        file.get(), type, Asset.IDENTITY, caching, cache.keeps(), List.copyOf(variants));
  }
}
