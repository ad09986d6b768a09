// SPDX-License-Identifier: Apache-2.0
package io.ioto.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// Waits for something that another thread or process brings about.
public final class Eventually {
  /// An assertion that may fail for a while.
  @FunctionalInterface
  public interface Assertion {
    void check() throws Exception;
  }

  private Eventually() {}

  /// Repeats an assertion until it holds, for 10 seconds at most.
  public static void eventually(Assertion assertion) {
    eventually(Duration.ofSeconds(10), assertion);
  }

  /// Repeats an assertion until it holds.
  ///
  /// @throws AssertionError the last failure, when it did not hold in time
  public static void eventually(Duration patience, Assertion assertion) {
    var deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      try {
        assertion.check();
        return;
      } catch (AssertionError | Exception failure) {
        if (System.nanoTime() > deadline) {
          throw new AssertionError("still failing after " + patience, failure);
        }
      }
      LockSupport.parkNanos(5_000_000);
    }
  }
}
