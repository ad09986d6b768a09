// SPDX-License-Identifier: Apache-2.0
package io.ioto.front;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.util.thread.ExecutionStrategy;
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.util.thread.strategy.AdaptiveExecutionStrategy;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// With the strategy of Jetty, and a queue in place of its selector.
@Timeout(30)
final class LeadersTest {
  /// An empty one is the end.
  private final LinkedBlockingQueue<Optional<Runnable>> requests = new LinkedBlockingQueue<>();
  private final Leaders leaders = new Leaders(this::refuse);
  private final AdaptiveExecutionStrategy strategy =
      new AdaptiveExecutionStrategy(new Queue(), leaders);

  private void refuse(Runnable task) {
    throw new AssertionError("on a thread of the server: " + task);
  }

  @BeforeEach
  void start() throws Exception {
    strategy.start();
    leaders.lead(strategy::produce);
  }

  @AfterEach
  void stop() throws Exception {
    strategy.stop();
    requests.add(Optional.empty());
    eventually(() -> assertThat(leaders.threads()).isZero());
  }

  @Test
  void givesEachOfFewRequestsAVirtualThread() throws Exception {
    var virtual = new AtomicInteger();
    for (var i = 0; i < 10; i++) {
      var done = new CountDownLatch(1);
      ask(
          () -> {
            if (Thread.currentThread().isVirtual()) {
              virtual.incrementAndGet();
            }
            done.countDown();
          });
      await(done);
    }
    assertThat(virtual).hasValue(10);
  }

  @Test
  void runsManyShortRequestsWhereTheyAreFound() throws Exception {
    rush();
  }

  @Test
  void goesOnWhileOneOfManyBlocks() throws Exception {
    for (var i = 0; i < 3; i++) {
      rush();
      var leave = new CountDownLatch(1);
      var blocked = new CountDownLatch(1);
      ask(
          () -> {
            blocked.countDown();
            await(leave);
          });
      await(blocked);
      var others = new CountDownLatch(1_000);
      for (var n = 0; n < 1_000; n++) {
        ask(others::countDown);
      }
      await(others);
      leave.countDown();
    }
  }

  @Test
  void keepsFewThreadsBlocked() throws Exception {
    var leave = new CountDownLatch(1);
    var inside = new CountDownLatch(2_000);
    for (var n = 0; n < 2_000; n++) {
      for (var i = 0; i < 20; i++) {
        ask(() -> {});
      }
      ask(
          () -> {
            inside.countDown();
            await(leave);
          });
    }
    await(inside);
    assertThat(leaders.threads()).isBetween(1, 14);
    leave.countDown();
  }

  @Test
  void replacesALeaderThatHasRunRequests() throws Exception {
    var leader = rush();
    eventually(
        () -> {
          ask(() -> {});
          assertThat(leader.isAlive()).isFalse();
        });
  }

  /// Sends requests without a pause until a leader runs them by itself.
  ///
  /// @return the leader
  private Thread rush() throws InterruptedException {
    var last = new AtomicThread();
    while (last.platform == null) {
      for (var i = 0; i < 64; i++) {
        ask(last::see);
      }
      while (requests.size() > 1_000) {
        LockSupport.parkNanos(1_000);
      }
    }
    return last.platform;
  }

  private static final class AtomicThread {
    private volatile @Nullable Thread platform;

    void see() {
      if (!Thread.currentThread().isVirtual()) {
        platform = Thread.currentThread();
      }
    }
  }

  private void ask(Runnable request) {
    requests.add(Optional.of(request));
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private final class Queue implements ExecutionStrategy.Producer {
    @Override
    public @Nullable Runnable produce() {
      try {
        return requests
            .take()
            .map(request -> Invocable.from(Invocable.InvocationType.BLOCKING, request))
            .orElse(null);
      } catch (InterruptedException _) {
        return null;
      }
    }
  }
}
