// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.web;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/// Knows who may log in; a service of whoever keeps the users. `web` asks it at each login, and
/// now and then for those who are logged in (`web.auth.recheck`), so that a user who is removed,
/// or gets other roles or another password, is noticed. While it is being swapped logins wait.
@ConsumerType
@FunctionalInterface
public interface Users {
  /// A user as stored.
  ///
  /// @param password as [Passwords#hash] made it
  record Account(User user, String password) {
    /// The hash stays out of logs.
    @Override
    public String toString() {
      return "Account[%s]".formatted(user);
    }
  }

  /// The user of that name, which is as it was typed.
  Optional<Account> find(String name);
}
