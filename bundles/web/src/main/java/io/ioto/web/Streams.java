// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// The open streams of events, so that they can be ended when their provider leaves. May be shared
/// between threads.
final class Streams {
  /// The part of section `web` that concerns streams; see `settings.json5`.
  public @interface Config {
    long events_heartbeat();

    long events_retry();

    int limits_streams();
  }

  /// What streams put up with.
  ///
  /// @param count streams at the same time
  /// @param heartbeat how often a silent stream says something
  /// @param retry how long clients wait before they connect again
  record Limits(int count, Duration heartbeat, Duration retry) {
    static Limits of(Config config) {
      return new Limits(
          config.limits_streams(),
          Duration.ofMillis(config.events_heartbeat()),
          Duration.ofMillis(config.events_retry()));
    }
  }

  private final Limits limits;
  private final Set<EventStream> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger count = new AtomicInteger();

  Streams(Limits limits) {
    this.limits = limits;
  }

  Limits limits() {
    return limits;
  }

  /// Counts a stream in, which [#remove] must end.
  ///
  /// @throws Refused 503 when there are too many
  void add(EventStream stream) {
    if (count.incrementAndGet() > limits.count()) {
      count.decrementAndGet();
      throw new Refused(
          503,
          "There are %d streams of events already (web.limits.streams)".formatted(limits.count()),
          Map.of("Retry-After", "10"));
    }
    open.add(stream);
  }

  void remove(EventStream stream) {
    if (open.remove(stream)) {
      count.decrementAndGet();
    }
  }

  /// Ends those of one publisher.
  void dismiss(Binder publisher) {
    for (var stream : open) {
      if (stream.publisher() == publisher) {
        stream.end();
      }
    }
  }

  /// Ends all.
  void dismiss() {
    open.forEach(EventStream::end);
  }
}
