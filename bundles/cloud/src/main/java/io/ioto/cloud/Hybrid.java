// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import io.ioto.api.db.Stamp;
import java.time.InstantSource;

/// The hybrid logical clock of this cloud: later than every stamp it has seen, and close to the
/// time of day. May be shared between threads.
final class Hybrid {
  private static final int COUNTS = 1 << 16;

  private final InstantSource clock;
  private final String node;
  private Stamp last = Stamp.NONE;

  Hybrid(InstantSource clock, String node) {
    this.clock = clock;
    this.node = node;
  }

  /// Takes note of a stamp made elsewhere.
  synchronized void saw(Stamp stamp) {
    if (stamp.compareTo(last) > 0) {
      last = stamp;
    }
  }

  /// A stamp later than all that were made or seen.
  synchronized Stamp next() {
    var now = clock.millis();
    if (now > last.millis()) {
      last = new Stamp(now, 0, node);
    } else if (last.count() + 1 < COUNTS) {
      last = new Stamp(last.millis(), last.count() + 1, node);
    } else {
      last = new Stamp(last.millis() + 1, 0, node);
    }
    return last;
  }
}
