// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.ioto.api.web.Passwords;
import java.nio.charset.StandardCharsets;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;

/// Hashes passwords with bcrypt. May be shared between threads.
@Component(
    service = Passwords.class,
    configurationPid = "io.ioto.web",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class Bcrypt implements Passwords {
  /// The part of section `web` that concerns hashing; see `settings.json5`.
  public @interface Config {
    int auth_cost();
  }

  /// What bcrypt takes; some implementations drop what is beyond in silence.
  private static final int MAX_BYTES = 72;

  private final int cost;

  @Activate
  public Bcrypt(Config config) {
    this(config.auth_cost());
  }

  Bcrypt(int cost) {
    this.cost = cost;
  }

  @Override
  public String hash(String password) {
    if (!acceptable(password)) {
      throw new IllegalArgumentException(
          "a password must have 1 to %d bytes of UTF-8".formatted(MAX_BYTES));
    }
    return BCrypt.with(BCrypt.Version.VERSION_2B).hashToString(cost, password.toCharArray());
  }

  private static boolean acceptable(String password) {
    var length = password.getBytes(StandardCharsets.UTF_8).length;
    return length > 0 && length <= MAX_BYTES;
  }

  @Override
  public boolean matches(String password, String hash) {
    // What cannot match is tried as well, so that it takes as long.
    var possible = acceptable(password) && readable(hash);
    var tried = possible ? password : "x";
    var against = possible ? hash : nobody();
    return BCrypt.verifyer().verify(tried.toCharArray(), against.toCharArray()).verified
        && possible;
  }

  /// True for a text that [#matches] can compare with.
  static boolean readable(String hash) {
    return hash.matches("\\$2[aby]\\$(0[4-9]|1\\d|2[0-4])\\$[./A-Za-z0-9]{53}");
  }

  /// A hash that no password has, for users who do not exist: to find that out takes as long as
  /// for those who do.
  String nobody() {
    return "$2b$%02d$".formatted(cost) + "u".repeat(53);
  }
}
