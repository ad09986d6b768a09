// SPDX-License-Identifier: Apache-2.0
package io.ioto.console;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Counts the failed logins of each client, so that passwords cannot be tried out. An attempt
/// counts from its beginning and is forgiven when it succeeds, so many at once get no further than
/// one after the other. May be shared between threads.
final class Attempts {
  private static final class Count {
    final Instant since;
    int attempts;

    Count(Instant since) {
      this.since = since;
    }
  }

  private final int failures;
  private final Duration window;
  private final InstantSource clock;
  private final Map<String, Count> counts;

  /// @param failures attempts per window that a client may fail
  /// @param clients how many clients are remembered
  Attempts(int failures, Duration window, int clients, InstantSource clock) {
    this.failures = failures;
    this.window = window;
    this.clock = clock;
    this.counts =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Count> eldest) {
            return size() > clients;
          }
        };
  }

  /// Notes the beginning of an attempt.
  ///
  /// @return how long the client has to wait when it has failed too often; empty lets it go on
  synchronized Optional<Duration> begin(String client) {
    var locked = locked(client);
    if (locked.isEmpty()) {
      counts.computeIfAbsent(client, _ -> new Count(clock.instant())).attempts++;
    }
    return locked;
  }

  /// How long the client has to wait when it has failed too often, else empty.
  synchronized Optional<Duration> locked(String client) {
    var now = clock.instant();
    var count = counts.get(client);
    if (count == null) {
      return Optional.empty();
    }
    // A clock that was set back must not lock anybody out for longer than the window.
    if (now.isBefore(count.since) || !now.isBefore(count.since.plus(window))) {
      counts.remove(client);
      return Optional.empty();
    }
    return count.attempts < failures
        ? Optional.empty()
        : Optional.of(Duration.between(now, count.since.plus(window)));
  }

  /// Forgives the attempts of a client that has shown the password.
  synchronized void succeeded(String client) {
    counts.remove(client);
  }
}
