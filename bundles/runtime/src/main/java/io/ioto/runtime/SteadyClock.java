// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import java.time.Instant;
import java.time.InstantSource;

/// Starts at the date and goes on without ever jumping, however the date of the machine is set:
/// devices without a battery start in 1970, and their timers must survive the correction.
final class SteadyClock implements InstantSource {
  private final Instant start = Instant.now();
  private final long origin = System.nanoTime();

  @Override
  public Instant instant() {
    return start.plusNanos(System.nanoTime() - origin);
  }
}
