// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.runtime;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class GateTest {
  private final Gate gate = new Gate();

  @Test
  void closedGateLetsNobodyIn() {
    assertThat(gate.enter()).isTrue();
    gate.leave();
    assertThat(gate.close(Duration.ZERO)).isTrue();

    assertThat(gate.enter()).isFalse();
    assertThat(gate.closed()).isTrue();
    assertThat(gate.inside()).isZero();
  }

  @Test
  void closingGivesUpWhenSomebodyStaysInside() {
    assertThat(gate.enter()).isTrue();

    assertThat(gate.close(Duration.ofMillis(1))).isFalse();
    assertThat(gate.inside()).isEqualTo(1);
  }

  @Test
  void closingWaitsForTheLastToLeaveHoweverLongItsPatience() throws Exception {
    assertThat(gate.enter()).isTrue();
    try (var fibers = Executors.newVirtualThreadPerTaskExecutor()) {
      var closed = fibers.submit(() -> gate.close(Duration.ofSeconds(Long.MAX_VALUE)));
      eventually(() -> assertThat(gate.closed()).isTrue());
      assertThat(closed.isDone()).isFalse();

      gate.leave();

      assertThat(closed.get()).isTrue();
    }
  }

  @Test
  void whoeverLingersIsSentAwayHoweverLateHeSettledDown() {
    var door = new Gate();
    var times = new AtomicInteger();
    assertThat(door.enter()).isTrue();
    door.guard(
        () -> {
          if (times.incrementAndGet() == 3) {
            door.leave();
          }
        });

    assertThat(door.close(Duration.ofHours(1))).isTrue();
    assertThat(times).hasValue(3);
  }

  @Test
  void interruptEndsTheWaitAndIsKept() {
    assertThat(gate.enter()).isTrue();
    Thread.currentThread().interrupt();

    assertThat(gate.close(Duration.ofHours(1))).isFalse();
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void nobodyIsInsideOnceClosingHasSucceeded() throws Exception {
    for (var round = 0; round < 200; round++) {
      var door = new Gate();
      var gone = new AtomicBoolean();
      var late = new AtomicInteger();
      try (var fibers = Executors.newVirtualThreadPerTaskExecutor()) {
        var callers = new ArrayList<Future<?>>();
        for (var i = 0; i < 20; i++) {
          callers.add(
              fibers.submit(
                  () -> {
                    while (door.enter()) {
                      if (gone.get()) {
                        late.incrementAndGet();
                      }
                      LockSupport.parkNanos(1);
                      door.leave();
                    }
                  }));
        }
        assertThat(door.close(Duration.ofSeconds(10))).isTrue();
        gone.set(true);
        for (var caller : callers) {
          caller.get();
        }
      }
      assertThat(late).hasValue(0);
      assertThat(door.inside()).isZero();
    }
  }
}
