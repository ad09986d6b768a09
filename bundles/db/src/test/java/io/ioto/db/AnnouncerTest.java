// SPDX-License-Identifier: Apache-2.0
package io.ioto.db;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.api.db.Commit;
import io.ioto.api.db.Origin;
import io.ioto.api.db.Trigger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class AnnouncerTest {
  private static Commit commit(long sequence) {
    return new Commit(sequence, Origin.LOCAL, List.of());
  }

  /// Holds whoever calls it until it is let go.
  private static final class Slow implements Trigger {
    final CountDownLatch inside = new CountDownLatch(1);
    final CountDownLatch go = new CountDownLatch(1);
    final List<Long> told = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void changed(Commit commit) {
      inside.countDown();
      try {
        go.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      told.add(commit.sequence());
    }
  }

  @Test
  void writersWaitWhileTriggersAreBehind() throws Exception {
    var announcer = new Announcer(null, 2);
    announcer.start();
    var slow = new Slow();
    announcer.add(slow, Set.of());
    announcer.add(commit(1));
    slow.inside.await();
    announcer.add(commit(2));
    announcer.add(commit(3));
    announcer.room();
    announcer.add(commit(4));
    var waiting = Thread.ofVirtual().start(announcer::room);
    eventually(() -> assertThat(waiting.getState()).isEqualTo(Thread.State.WAITING));
    slow.go.countDown();
    waiting.join();
    announcer.close();
    assertThat(slow.told).containsExactly(1L, 2L, 3L, 4L);
  }

  @Test
  void triggerThatLeavesIsDrainedAndToldNothingMore() throws Exception {
    var announcer = new Announcer(null, 10);
    announcer.start();
    var slow = new Slow();
    announcer.add(slow, Set.of());
    announcer.add(commit(1));
    announcer.add(commit(2));
    slow.inside.await();
    var leaving = Thread.ofVirtual().start(() -> announcer.remove(slow));
    eventually(() -> assertThat(leaving.getState()).isEqualTo(Thread.State.TIMED_WAITING));
    slow.go.countDown();
    leaving.join();
    assertThat(slow.told).containsExactly(1L);
    announcer.close();
    assertThat(slow.told).containsExactly(1L);
  }

  @Test
  void nothingIsKeptForNobody() {
    var announcer = new Announcer(null, 0);
    announcer.start();
    announcer.add(commit(1));
    announcer.add(commit(2));
    announcer.room();
    announcer.close();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }
}
