// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.web;

import org.osgi.annotation.versioning.ProviderType;

/// Hashes passwords for storing, with bcrypt; a service of `web`, for those who create users.
@ProviderType
public interface Passwords {
  /// A salted hash, such as `$2b$10$…`. Takes a tenth of a second on purpose.
  ///
  /// @throws IllegalArgumentException when the password is empty or longer than the 72 bytes of
  ///     UTF-8 that bcrypt takes
  String hash(String password);

  /// Says whether a hash is that of the password; takes as long either way.
  ///
  /// @return false also for a text that is no such hash
  boolean matches(String password, String hash);
}
