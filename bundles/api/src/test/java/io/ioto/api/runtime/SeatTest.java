// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.runtime;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class SeatTest {
  private static final Seat.Patience LONG = new Seat.Patience(Duration.ofSeconds(30), 10_000);
  private static final Seat.Patience NONE = new Seat.Patience(Duration.ZERO, 10);

  /// A provider that knows when it must not be used any more.
  private static final class Provider {
    final Gate gate = new Gate();
    volatile boolean gone;

    String answer() {
      var alive = !gone;
      LockSupport.parkNanos(1);
      if (!alive || gone) {
        throw new IllegalStateException("called after it had gone");
      }
      return "answer";
    }

    void leave(Seat<Provider> seat) {
      seat.vacate(gate);
      assertThat(gate.close(Duration.ofSeconds(30))).isTrue();
      gone = true;
    }
  }

  @Test
  void firstComeIsTheOneThatServes() {
    var seat = new Seat<String>("it", NONE);
    var first = new Gate();
    seat.seat("first", first);
    seat.seat("second", new Gate());

    assertThat(seat.<String, RuntimeException>call(s -> s)).isEqualTo("first");
    seat.vacate(first);
    assertThat(seat.<String, RuntimeException>call(s -> s)).isEqualTo("second");
  }

  @Test
  void vacantSeatIsRefusedWhenItsGraceIsOver() {
    var seat = new Seat<String>("clock", NONE);

    assertThatThrownBy(() -> seat.call(s -> s))
        .isInstanceOf(VacantException.class)
        .hasMessage("'clock' has had no provider for 0 ms");
    assertThat(seat.abandoned()).isTrue();
  }

  @Test
  void callersWaitForTheSuccessorHoweverLongTheGrace() throws Exception {
    var seat = new Seat<String>("it", new Seat.Patience(Duration.ofSeconds(Long.MAX_VALUE), 1));
    try (var fibers = Executors.newVirtualThreadPerTaskExecutor()) {
      var waiting = fibers.submit(() -> seat.call(s -> s));
      // A second caller is refused as soon as the first one waits; interrupted, so that it does
      // not wait itself before.
      eventually(
          () -> {
            Thread.currentThread().interrupt();
            try {
              assertThatThrownBy(() -> seat.call(s -> s)).hasMessageContaining("1 callers wait");
            } finally {
              Thread.interrupted();
            }
          });

      seat.seat("successor", new Gate());

      assertThat(waiting.get()).isEqualTo("successor");
      assertThat(seat.abandoned()).isFalse();
    }
  }

  @Test
  void interruptEndsTheWaitAndIsKept() {
    var seat = new Seat<String>("it", LONG);
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> seat.call(s -> s)).hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void providerThatHasLeftIsNotSeatedAnyMore() {
    var seat = new Seat<String>("it", NONE);
    var gate = new Gate();
    assertThat(gate.close(Duration.ZERO)).isTrue();

    assertThat(seat.seat("late", gate)).isFalse();
    assertThat(seat.vacant()).isTrue();
  }

  @Test
  void closedGateIsPassedOver() {
    var seat = new Seat<String>("it", NONE);
    var first = new Gate();
    seat.seat("first", first);
    seat.seat("second", new Gate());
    assertThat(first.close(Duration.ZERO)).isTrue();

    assertThat(seat.<String, RuntimeException>call(s -> s)).isEqualTo("second");
  }

  @Test
  void failingVisitLeavesTheGate() {
    var seat = new Seat<String>("it", NONE);
    var gate = new Gate();
    seat.seat("it", gate);

    assertThatThrownBy(
            () ->
                seat.call(
                    _ -> {
                      throw new IllegalStateException("visit");
                    }))
        .hasMessage("visit");
    assertThat(gate.inside()).isZero();
  }

  @Test
  void noCallIsLostOrCutOffWhileProvidersComeAndGo() throws Exception {
    var seat = new Seat<Provider>("it", LONG);
    var present = new Provider();
    seat.seat(present, present.gate);
    var done = new AtomicBoolean();
    var calls = new AtomicLong();
    var vacancies = new AtomicInteger();
    var waits = new AtomicInteger();
    try (var fibers = Executors.newVirtualThreadPerTaskExecutor()) {
      var callers = new ArrayList<Future<?>>();
      for (var i = 0; i < 200; i++) {
        callers.add(
            fibers.submit(
                () -> {
                  while (!done.get()) {
                    if (seat.vacant()) {
                      waits.incrementAndGet();
                    }
                    assertThat(seat.<String, RuntimeException>call(Provider::answer))
                        .isEqualTo("answer");
                    calls.incrementAndGet();
                  }
                }));
      }
      for (var swap = 0; swap < 2_000; swap++) {
        var next = new Provider();
        switch (ThreadLocalRandom.current().nextInt(3)) {
          case 0 -> { // side by side
            seat.seat(next, next.gate);
            present.leave(seat);
          }
          case 1 -> { // in place
            present.leave(seat);
            vacancies.incrementAndGet();
            LockSupport.parkNanos(1);
            seat.seat(next, next.gate);
          }
          default -> { // drained without having been taken off the seat
            seat.seat(next, next.gate);
            assertThat(present.gate.close(Duration.ofSeconds(30))).isTrue();
            present.gone = true;
          }
        }
        present = next;
      }
      done.set(true);
      for (var caller : callers) {
        caller.get();
      }
    }
    assertThat(calls.get()).isPositive();
    assertThat(vacancies).hasPositiveValue();
    assertThat(waits).hasPositiveValue();
    assertThat(present.gate.inside()).isZero();
  }
}
