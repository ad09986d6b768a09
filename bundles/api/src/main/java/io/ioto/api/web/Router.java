// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.web;

import org.osgi.annotation.versioning.ProviderType;

/// Takes the paths of one [Routes]. A path is exact (`/api/time`), or, where it ends in a slash, a
/// prefix for all below it (`/api/`; the longest one wins, exact paths come first); `/` alone is
/// the prefix of everything. A segment in braces matches any one segment (`/api/port/{id}`) and is
/// read by [Exchange#param]; literal segments win over it.
@ProviderType
public interface Router {
  /// Answers requests of one method. GET answers HEAD too.
  ///
  /// @param method upper-case HTTP method
  Router route(String method, String path, Handler handler);

  /// Answers GET and HEAD.
  default Router get(String path, Handler handler) {
    return route("GET", path, handler);
  }

  /// Answers POST.
  default Router post(String path, Handler handler) {
    return route("POST", path, handler);
  }

  /// Answers PUT.
  default Router put(String path, Handler handler) {
    return route("PUT", path, handler);
  }

  /// Answers DELETE.
  default Router delete(String path, Handler handler) {
    return route("DELETE", path, handler);
  }

  /// An action in the words of the specification (§21): answers GET and POST at the path and,
  /// where it ends in a slash, below it.
  default Router action(String path, Handler handler) {
    return get(path, handler).post(path, handler);
  }

  /// A view of this router whose routes and files are for those only whom `web.auth.roles` permits
  /// that role or ability; others get 401, or 403 when they are logged in. `public`, with which
  /// every router begins, is for all.
  ///
  /// ``` router.files("/", "site").get("/api/ports", this::list);
  /// router.role("admin").post("/api/ports/update", this::update).post("/api/reset", this::reset);
  /// ```
  Router role(String role);

  /// Serves the files below a folder of the publishing bundle (such as `site`) at a prefix that
  /// ends in a slash: index, entity tags, conditional and range requests, pre-compressed siblings.
  Router files(String prefix, String folder);
}
