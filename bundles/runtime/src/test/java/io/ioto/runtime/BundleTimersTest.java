// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.testing.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BundleTimersTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final ManualClock clock = new ManualClock(Instant.EPOCH);
  private final Scheduler scheduler = new Scheduler(clock);
  private final BundleTimers timers = new BundleTimers(scheduler, "io.ioto.it", 10, MINUTE);
  private final BlockingQueue<String> fired = new LinkedBlockingQueue<>();

  @AfterEach
  void close() {
    timers.close();
    scheduler.close();
  }

  private void advance(Duration by) {
    clock.advance(by);
    scheduler.wake();
  }

  private @Nullable String next() throws InterruptedException {
    return fired.poll(10, TimeUnit.SECONDS);
  }

  /// Nothing that is due can still be on its way once a timer of now has fired.
  private void assertNothingElse() throws InterruptedException {
    timers.after(Duration.ZERO, "last", () -> fired.add("last"));
    assertThat(next()).isEqualTo("last");
  }

  @Test
  void timersFireInTheOrderOfTheirDueTime() throws Exception {
    timers.after(SECOND.multipliedBy(3), "three", () -> fired.add("three"));
    timers.after(SECOND, "one", () -> fired.add("one"));
    timers.after(SECOND.multipliedBy(2), "two", () -> fired.add("two"));
    assertNothingElse();

    advance(SECOND);
    assertThat(next()).isEqualTo("one");
    assertNothingElse();
    advance(SECOND);
    assertThat(next()).isEqualTo("two");
    advance(SECOND);
    assertThat(next()).isEqualTo("three");
  }

  @Test
  void entriesOfOneTimeStartInTheOrderOfTheirMaking() throws Exception {
    var due = Instant.EPOCH.plus(SECOND);
    IntStream.range(0, 100).forEach(i -> scheduler.at(due, () -> fired.add("" + i)));

    advance(SECOND);

    for (var i = 0; i < 100; i++) {
      assertThat(next()).isEqualTo("" + i);
    }
  }

  @Test
  void closedTimerDoesNotFire() throws Exception {
    var timer = timers.after(SECOND, "closed", () -> fired.add("closed"));

    timer.close();
    timer.fire();

    advance(MINUTE);
    assertNothingElse();
  }

  @Test
  void firedByHandItDoesNotFireAgain() throws Exception {
    var timer = timers.after(MINUTE, "work", () -> fired.add("work"));

    timer.fire();
    timer.fire();

    assertThat(next()).isEqualTo("work");
    advance(MINUTE);
    assertNothingElse();
  }

  @Test
  void periodicTimerGoesOnFromWhenItWasDue() throws Exception {
    timers.every(SECOND, "tick", () -> fired.add("tick"));

    advance(SECOND.plusMillis(900));
    assertThat(next()).isEqualTo("tick");
    // Due every second from the first, not a second after the late run.
    awaitEntries();
    advance(Duration.ofMillis(100));
    assertThat(next()).isEqualTo("tick");
    awaitEntries();
    assertNothingElse();
  }

  @Test
  void longRunDelaysTheNextAndNothingPilesUp() throws Exception {
    var go = new CountDownLatch(1);
    timers.every(
        SECOND,
        "slow",
        () -> {
          fired.add("slow");
          try {
            go.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
    advance(SECOND);
    assertThat(next()).isEqualTo("slow");

    advance(MINUTE);
    assertNothingElse();
    go.countDown();

    assertThat(next()).isEqualTo("slow");
    awaitEntries();
    assertNothingElse();
    advance(SECOND);
    assertThat(next()).isEqualTo("slow");
  }

  @Test
  void periodicTimerSurvivesItsFailures() throws Exception {
    try (var log = new Recorder("io.ioto.it")) {
      timers.every(
          SECOND,
          "fails",
          () -> {
            fired.add("run");
            throw new IllegalStateException("no luck");
          });
      advance(SECOND);
      assertThat(next()).isEqualTo("run");
      awaitEntries();
      advance(SECOND);
      assertThat(next()).isEqualTo("run");
      timers.close();
      assertThat(log.messages()).contains("ERROR Fiber 'fails' failed");
    }
  }

  @Test
  void neverIsAValidDelay() throws Exception {
    var timer = timers.every(Duration.ofSeconds(Long.MAX_VALUE), "never", () -> fired.add("never"));
    timers.after(Duration.ofMillis(Long.MAX_VALUE), "never", () -> fired.add("never"));
    advance(Duration.ofDays(100_000));
    assertNothingElse();

    timer.fire();

    assertThat(next()).isEqualTo("never");
  }

  @Test
  void senselessTimesAreRefused() {
    assertThatThrownBy(() -> timers.after(SECOND.negated(), "x", () -> {}))
        .hasMessage("delay of 'x' is PT-1S and must not be negative");
    assertThatThrownBy(() -> timers.every(Duration.ZERO, "x", () -> {}))
        .hasMessage("period of 'x' is PT0S and must be positive");
  }

  @Test
  void moreTimersThanTheLimitAreRefusedUntilOneIsDone() throws Exception {
    for (var i = 0; i < 10; i++) {
      timers.after(SECOND, "x", () -> fired.add("x"));
    }
    assertThatThrownBy(() -> timers.after(SECOND, "more", () -> {}))
        .isInstanceOf(RejectedExecutionException.class)
        .hasMessage("io.ioto.it has 10 timers, the most it may, and cannot set 'more'");

    advance(SECOND);
    for (var i = 0; i < 10; i++) {
      assertThat(next()).isEqualTo("x");
    }
    eventually(this::assertNothingElse);
  }

  @Test
  void stoppingEndsAllTimers() throws Exception {
    var other = new BundleTimers(scheduler, "io.ioto.other", 10, MINUTE);
    other.after(SECOND, "kept", () -> fired.add("kept"));
    timers.every(SECOND, "ended", () -> fired.add("ended"));

    timers.close();

    advance(SECOND);
    assertThat(next()).isEqualTo("kept");
    assertThat(fired).isEmpty();
    assertThatThrownBy(() -> timers.after(SECOND, "late", () -> {}))
        .hasMessage("io.ioto.it stops and cannot set timer 'late'");
    other.close();
  }

  @Test
  void steadyClockStartsAtTheDateAndGoesOn() {
    var before = Instant.now();
    var steady = new SteadyClock();
    var first = steady.instant();
    assertThat(first).isBetween(before, before.plusSeconds(60));
    assertThat(steady.instant()).isAfterOrEqualTo(first);
  }

  /// Waits until a run has ended and set its timer again.
  private void awaitEntries() {
    eventually(() -> assertThat(scheduler.waiting()).isPositive());
  }
}
