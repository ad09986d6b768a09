// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import io.ioto.api.web.Users.Account;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Passwords that were right a moment ago: who sends one with each request would otherwise have it
/// hashed each time. Kept as codes that are of no use without the key, which is that of this
/// object. May be shared between threads.
final class Remembered {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int COUNT = 100;

  private record Proof(String hash, long until) {}

  private final Duration time;
  private final InstantSource clock;
  private final Map<String, Proof> entries =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Proof> eldest) {
          return size() > COUNT;
        }
      };
  private @Nullable SecretKeySpec key;

  /// @param time for which a password is remembered
  Remembered(Duration time, InstantSource clock) {
    this.time = time;
    this.clock = clock;
  }

  /// True when the password was that of the account, and the account is the same still.
  synchronized boolean right(Account account, String password) {
    var code = code(account, password);
    var entry = entries.get(code);
    if (entry == null) {
      return false;
    }
    var left = entry.until() - clock.millis();
    if (left <= 0 || left > time.toMillis() || !entry.hash().equals(account.password())) {
      entries.remove(code);
      return false;
    }
    return true;
  }

  /// Notes that the password is that of the account.
  synchronized void add(Account account, String password) {
    entries.put(
        code(account, password), new Proof(account.password(), clock.millis() + time.toMillis()));
  }

  private String code(Account account, String password) {
    try {
      var mac = Mac.getInstance(ALGORITHM);
      mac.init(key());
      mac.update(account.user().name().getBytes(StandardCharsets.UTF_8));
      mac.update((byte) 0);
      return HexFormat.of().formatHex(mac.doFinal(password.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK lacks " + ALGORITHM, e);
    }
  }

  private SecretKeySpec key() {
    var made = key;
    if (made == null) {
      var random = new byte[32];
      Randomness.SOURCE.nextBytes(random);
      made = new SecretKeySpec(random, ALGORITHM);
      key = made;
    }
    return made;
  }
}
