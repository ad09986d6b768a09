// SPDX-License-Identifier: Apache-2.0
package io.ioto.sync;

import io.ioto.api.db.Commit;
import io.ioto.api.db.Origin;
import io.ioto.api.db.Trigger;
import java.util.concurrent.Semaphore;
import org.osgi.service.component.annotations.Component;

/// Wakes who sends, when something was committed. A component of its own, since the database
/// refers to its triggers, and one of them that refers to the database would never come to be.
@Component(service = {Trigger.class, Bell.class})
public final class Bell implements Trigger {
  private final Semaphore rung = new Semaphore(0);

  @Override
  public void changed(Commit commit) {
    if (commit.origin() != Origin.REMOTE) {
      ring();
    }
  }

  /// Wakes who waits, or who waits next.
  void ring() {
    rung.release();
  }

  /// Waits until it has been rung since it was last waited for.
  void await() throws InterruptedException {
    rung.acquire();
    rung.drainPermits();
  }
}
