// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import io.ioto.api.web.Handler;
import io.ioto.api.web.Router;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

/// Collects what one publisher names, checks it, and closes.
final class RouteList implements Router {
  /// One named path.
  ///
  /// @param binder of the publisher
  record Route(String method, PathPattern pattern, Handler handler, Binder binder) {}

  private final BiFunction<String, String, FileHandler> files;
  private final Binder binder = new Binder();
  private final List<Route> routes = new ArrayList<>();
  private final Set<String> taken = new HashSet<>();
  private boolean closed;

  /// @param files makes the handler of a prefix and a folder
  RouteList(BiFunction<String, String, FileHandler> files) {
    this.files = files;
  }

  @Override
  public RouteList route(String method, String path, Handler handler) {
    if (closed) {
      throw new IllegalStateException("Routes are named during register() only");
    }
    if (!method.matches("[A-Z][A-Z-]*") || method.equals("TRACE") || method.equals("CONNECT")) {
      throw new IllegalArgumentException("'%s' is no method of a route".formatted(method));
    }
    if (!taken.add(method + " " + path)) {
      throw new IllegalArgumentException("'%s %s' is named twice".formatted(method, path));
    }
    routes.add(new Route(method, PathPattern.of(path), handler, binder));
    return this;
  }

  @Override
  public RouteList files(String prefix, String folder) {
    var pattern = PathPattern.of(prefix);
    if (!pattern.prefix() || !pattern.literal()) {
      throw new IllegalArgumentException(
          "'%s' is no prefix of files: it must end in a slash and have no braces"
              .formatted(prefix));
    }
    get(prefix, files.apply(prefix, folder));
    if (prefix.length() > 1) {
      get(prefix.substring(0, prefix.length() - 1), FileHandler::addSlash);
    }
    return this;
  }

  /// What was named; nothing more can be.
  List<Route> close() {
    closed = true;
    return List.copyOf(routes);
  }
}
