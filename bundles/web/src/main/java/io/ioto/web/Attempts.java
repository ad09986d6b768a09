// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Counts failed logins: of one user from one address, from one address, and of one user, so that
/// passwords cannot be tried out and nobody can easily lock out somebody else. An attempt counts
/// from its beginning and is forgiven when it succeeds, so many at once get no further than one
/// after the other. May be shared between threads.
final class Attempts {
  /// More failures than of one user from one address are allowed from an address, behind which
  /// there may be many users, ...
  private static final int PER_ADDRESS = 4;

  /// ... and of a user, whom others must not lock out.
  private static final int PER_USER = 10;

  /// Counts remembered; those not asked for longest go first.
  private static final int REMEMBERED = 3_000;

  private static final class Count {
    final Instant since;
    int attempts;

    Count(Instant since) {
      this.since = since;
    }
  }

  private record Key(String user, String address, int factor) {}

  private final int failures;
  private final Duration window;
  private final InstantSource clock;
  private final Map<Key, Count> counts =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Count> eldest) {
          return size() > REMEMBERED;
        }
      };

  /// @param failures of one user from one address per window
  Attempts(int failures, Duration window, InstantSource clock) {
    this.failures = failures;
    this.window = window;
    this.clock = clock;
  }

  private static List<Key> keys(String user, String address) {
    return List.of(
        new Key(user, address, 1), new Key("", address, PER_ADDRESS), new Key(user, "", PER_USER));
  }

  /// Notes the beginning of an attempt.
  ///
  /// @return how long to wait after too many failures; empty lets it go on
  synchronized Optional<Duration> begin(String user, String address) {
    var now = clock.instant();
    for (var key : keys(user, address)) {
      var count = count(key, now);
      if (count.attempts >= failures * key.factor()) {
        return Optional.of(Duration.between(now, count.since.plus(window)));
      }
    }
    keys(user, address).forEach(key -> count(key, now).attempts++);
    return Optional.empty();
  }

  private Count count(Key key, Instant now) {
    var count = counts.get(key);
    // A clock that was set back must not lock anybody out for longer than the window.
    if (count == null || now.isBefore(count.since) || !now.isBefore(count.since.plus(window))) {
      count = new Count(now);
      counts.put(key, count);
    }
    return count;
  }

  /// Forgives the failures of a user who has shown the password. Those of others from the same
  /// address stay: a guesser may have an account too.
  synchronized void succeeded(String user, String address) {
    for (var key : keys(user, address)) {
      if (key.factor() == PER_ADDRESS) {
        count(key, clock.instant()).attempts--;
      } else {
        counts.remove(key);
      }
    }
  }
}
