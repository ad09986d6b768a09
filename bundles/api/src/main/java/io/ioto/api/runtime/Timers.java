// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.runtime;

import java.time.Duration;
import java.time.InstantSource;
import org.osgi.annotation.versioning.ProviderType;

/// Work to be done later. Each bundle gets an instance of its own (service scope *bundle*) and
/// loses its timers when it stops. Timers fire in the order of their due time, then of their
/// making, each on a fiber of its own.
@ProviderType
public interface Timers {
  /// A timer that has been set; closing it before it fires cancels it.
  @ProviderType
  interface Timer extends AutoCloseable {
    /// Fires at once instead of at the due time; no effect once fired or cancelled.
    void fire();

    @Override
    void close();
  }

  /// Runs work once after a delay.
  Timer after(Duration delay, String name, Runnable work);

  /// Runs work every period, the first time after one period; a run that takes longer than the
  /// period delays the next, runs never overlap.
  Timer every(Duration period, String name, Runnable work);

  /// The clock the timers go by. It never jumps, and so may differ from the date when that is set.
  InstantSource clock();
}
