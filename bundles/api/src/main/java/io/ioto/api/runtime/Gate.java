// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.runtime;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Counts the callers inside one provider so that it can be closed once the last has left.
/// Entering and leaving cost one atomic addition each. May be shared between threads.
public final class Gate {
  private static final int CLOSED = 1 << 30;

  /// How often those inside are asked to leave, which catches who had only just come.
  private static final long DISMISS_NANOS = 100_000_000;

  private final AtomicInteger state = new AtomicInteger();
  private volatile @Nullable Lingering provider;

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

  /// Names the provider behind the gate when it is one in which callers linger: [#close] has it
  /// send them away.
  public void guard(Lingering provider) {
    this.provider = provider;
  }

  /// Has the provider send away those who linger, without closing.
  void dismiss() {
    var known = provider;
    if (known != null && inside() > 0) {
      known.dismiss();
    }
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
    while (true) {
      dismiss();
      synchronized (this) {
        if (inside() == 0) {
          return true;
        }
        var left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        var pause = provider == null ? left : Math.min(left, DISMISS_NANOS);
        try {
          wait(pause / 1_000_000, (int) (pause % 1_000_000));
        } catch (InterruptedException _) {
          Thread.currentThread().interrupt();
          return false;
        }
      }
    }
  }
}
