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
  /// @param role that is required
  /// @param binder of the publisher
  /// @param own whether it is an action of this bundle
  record Route(
      String method,
      PathPattern pattern,
      Handler handler,
      String role,
      Binder binder,
      boolean own) {}

  private final BiFunction<String, String, FileHandler> files;
  private final Binder binder;
  private final boolean own;
  private final List<Route> routes = new ArrayList<>();
  private final Set<String> taken = new HashSet<>();
  private boolean closed;

  /// @param files makes the handler of a prefix and a folder
  /// @param binder of the publisher
  /// @param own whether the publisher is this bundle itself
  RouteList(BiFunction<String, String, FileHandler> files, Binder binder, boolean own) {
    this.files = files;
    this.binder = binder;
    this.own = own;
  }

  @Override
  public RouteList route(String method, String path, Handler handler) {
    return route(method, path, handler, Roles.PUBLIC);
  }

  private RouteList route(String method, String path, Handler handler, String role) {
    if (closed) {
      throw new IllegalStateException("Routes are named during register() only");
    }
    if (!method.matches("[A-Z][A-Z-]*") || method.equals("TRACE") || method.equals("CONNECT")) {
      throw new IllegalArgumentException("'%s' is no method of a route".formatted(method));
    }
    if (!taken.add(method + " " + path)) {
      throw new IllegalArgumentException("'%s %s' is named twice".formatted(method, path));
    }
    routes.add(new Route(method, PathPattern.of(path), handler, role, binder, own));
    return this;
  }

  @Override
  public Router role(String role) {
    return new Restricted(role);
  }

  @Override
  public RouteList files(String prefix, String folder) {
    return files(prefix, folder, Roles.PUBLIC);
  }

  private RouteList files(String prefix, String folder, String role) {
    var pattern = PathPattern.of(prefix);
    if (!pattern.prefix() || !pattern.literal()) {
      throw new IllegalArgumentException(
          "'%s' is no prefix of files: it must end in a slash and have no braces"
              .formatted(prefix));
    }
    route("GET", prefix, files.apply(prefix, folder), role);
    if (prefix.length() > 1) {
      route("GET", prefix.substring(0, prefix.length() - 1), FileHandler::addSlash, role);
    }
    return this;
  }

  /// What was named; nothing more can be.
  List<Route> close() {
    closed = true;
    return List.copyOf(routes);
  }

  /// The view whose routes require a role.
  private final class Restricted implements Router {
    private final String role;

    Restricted(String role) {
      this.role = role;
    }

    @Override
    public Router route(String method, String path, Handler handler) {
      RouteList.this.route(method, path, handler, role);
      return this;
    }

    @Override
    public Router role(String other) {
      return new Restricted(other);
    }

    @Override
    public Router files(String prefix, String folder) {
      RouteList.this.files(prefix, folder, role);
      return this;
    }
  }
}
