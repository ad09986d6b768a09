// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Counts what was refused and tells it in the log. May be shared between threads.
final class Refusals {
  private static final Logger log = LoggerFactory.getLogger(Refusals.class);

  private final Map<Refusal, LongAdder> counts =
      Arrays.stream(Refusal.values())
          .collect(
              Collectors.toMap(
                  r -> r, _ -> new LongAdder(), (a, _) -> a, () -> new EnumMap<>(Refusal.class)));

  /// @param who the device, or the address where it is not known yet
  void count(Refusal refusal, Object who, String why) {
    var count = counter(refusal);
    count.increment();
    log.debug("{} refused, {} number {}: {}", who, refusal, count.sum(), why);
  }

  long of(Refusal refusal) {
    return counter(refusal).sum();
  }

  private LongAdder counter(Refusal refusal) {
    return counts.getOrDefault(refusal, new LongAdder());
  }

  /// The counters that are not zero.
  @Override
  public String toString() {
    return counts.entrySet().stream()
        .filter(e -> e.getValue().sum() > 0)
        .map(e -> e.getKey() + "=" + e.getValue().sum())
        .collect(Collectors.joining(" "));
  }
}
