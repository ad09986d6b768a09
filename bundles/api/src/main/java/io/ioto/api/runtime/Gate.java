// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.runtime;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Counts the callers inside one provider so that it can be closed once the last has left.
/// Entering and leaving cost one atomic addition each. May be shared between threads.
public final class Gate {
  private static final int CLOSED = 1 << 30;

  private final AtomicInteger state = new AtomicInteger();

  /// Lets the caller in, who must call [#leave] afterwards.
  ///
  /// @return false when the gate is closed; nothing has to be left then
  public boolean enter() {
    // Callers that find it closed must not move the count: whoever closes waits for zero.
    if (closed()) {
      return false;
    }
    if (state.incrementAndGet() > CLOSED) {
      leave();
      return false;
    }
    return true;
  }

  /// Ends what a successful [#enter] began.
  public void leave() {
    if (state.decrementAndGet() == CLOSED) {
      synchronized (this) {
        notifyAll();
      }
    }
  }

  /// The number of callers inside.
  public int inside() {
    return state.get() & ~CLOSED;
  }

  /// True once [#close] was called, whether or not all callers have left.
  public boolean closed() {
    return state.get() >= CLOSED;
  }

  /// Refuses new callers from now on and waits for those inside. A gate never opens again.
  ///
  /// @param patience how long to wait at most
  /// @return true when nobody is inside any more, false when patience or the thread's interrupt
  ///     ended the wait first (the interrupt status is kept)
  public boolean close(Duration patience) {
    state.getAndUpdate(s -> s | CLOSED);
    // Saturates: "never" is longer than nanoseconds can count.
    var deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(patience);
    synchronized (this) {
      while (inside() > 0) {
        var left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        try {
          wait(left / 1_000_000, (int) (left % 1_000_000));
        } catch (InterruptedException _) {
          Thread.currentThread().interrupt();
          return false;
        }
      }
      return true;
    }
  }
}
