// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.web;

import java.util.Set;

/// Somebody who may log in.
///
/// @param name unique
/// @param roles as stored with the user; what they permit is told by `web.auth.roles` and asked
///     with [Exchange#can]
public record User(String name, Set<String> roles) {
  public User {
    if (name.isEmpty() || name.length() > 256) {
      throw new IllegalArgumentException(
          "the name of a user has %d characters; expected 1 to 256".formatted(name.length()));
    }
    roles = Set.copyOf(roles);
  }
}
