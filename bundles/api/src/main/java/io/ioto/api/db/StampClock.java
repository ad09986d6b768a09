// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.db;

import java.time.Duration;
import java.time.InstantSource;

/// A hybrid logical clock: makes stamps that are later than all it has made and followed, and
/// close to the time of day. May be shared between threads.
public final class StampClock {
  private static final int COUNTS = 1 << 16;

  private final InstantSource clock;
  private final String node;
  private final long ahead;
  private Stamp last = Stamp.NONE;

  /// A clock that follows every stamp it sees.
  ///
  /// @param node part of its stamps
  public StampClock(InstantSource clock, String node) {
    this(clock, node, Duration.ofMillis(Long.MAX_VALUE));
  }

  /// A clock that cannot be led astray.
  ///
  /// @param node part of its stamps
  /// @param ahead how far the stamps it follows may be ahead of the time of day
  public StampClock(InstantSource clock, String node, Duration ahead) {
    this.clock = clock;
    this.node = node;
    this.ahead = ahead.toMillis();
  }

  /// A stamp later than all that were made and followed.
  public Stamp next() {
    return after(Stamp.NONE);
  }

  /// A stamp later than all that were made and followed, and than one it need not have followed:
  /// that of the version which is being replaced.
  ///
  /// @throws IllegalArgumentException when no stamp is later
  public synchronized Stamp after(Stamp before) {
    last = later(last, Math.max(clock.millis(), last.millis()));
    return before.compareTo(last) < 0 ? last : later(before, before.millis());
  }

  private Stamp later(Stamp than, long millis) {
    if (millis > than.millis()) {
      return new Stamp(millis, 0, node);
    }
    return than.count() + 1 < COUNTS
        ? new Stamp(than.millis(), than.count() + 1, node)
        : new Stamp(than.millis() + 1, 0, node);
  }

  /// Follows a stamp made elsewhere, or found on the disk.
  ///
  /// @return false when that is too far ahead: the clock stays as it was
  public synchronized boolean see(Stamp stamp) {
    if (stamp.millis() - clock.millis() > ahead) {
      return false;
    }
    if (stamp.compareTo(last) > 0) {
      last = stamp;
    }
    return true;
  }

  /// The last stamp that was made or followed.
  public synchronized Stamp last() {
    return last;
  }
}
