// SPDX-License-Identifier: Apache-2.0
package io.ioto.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// A clock that moves only when told to. May be shared between threads.
public final class ManualClock implements InstantSource {
  private Instant now;

  public ManualClock(Instant start) {
    now = start;
  }

  @Override
  public synchronized Instant instant() {
    return now;
  }

  /// Moves the clock forward.
  public synchronized void advance(Duration by) {
    now = now.plus(by);
  }
}
