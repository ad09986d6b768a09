// SPDX-License-Identifier: Apache-2.0
package io.ioto.db;

import io.ioto.api.db.Stamp;
import java.time.InstantSource;

/// The hybrid logical clock of this database. Guarded by the store's lock.
final class Hybrid {
  private final InstantSource clock;
  private final String node;
  private long millis;
  private int count;

  Hybrid(InstantSource clock, String node) {
    this.clock = clock;
    this.node = node;
  }

  /// A stamp after all that were made and seen.
  Stamp next() {
    var now = clock.millis();
    if (now > millis) {
      millis = now;
      count = 0;
    } else if (++count > 0xFFFF) {
      millis++;
      count = 0;
    }
    return new Stamp(millis, count, node);
  }

  /// Takes note of a stamp that came from elsewhere, or from the disk.
  void see(Stamp stamp) {
    if (stamp.millis() > millis || (stamp.millis() == millis && stamp.count() > count)) {
      millis = stamp.millis();
      count = stamp.count();
    }
  }

  /// The last stamp there was.
  Stamp last() {
    return new Stamp(millis, count, node);
  }
}
