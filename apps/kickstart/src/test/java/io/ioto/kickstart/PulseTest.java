// SPDX-License-Identifier: Apache-2.0
package io.ioto.kickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.api.runtime.Timers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PulseTest {
  /// Timers that fire when they are told to.
  private static final class Told implements Timers {
    final ArrayList<Runnable> work = new ArrayList<>();

    @Override
    public Timer after(Duration delay, String name, Runnable once) {
      throw new AssertionError("nothing is done once");
    }

    @Override
    public Timer every(Duration period, String name, Runnable again) {
      work.add(again);
      return new Timer() {
        @Override
        public void fire() {
          again.run();
        }

        @Override
        public void close() {
          work.remove(again);
        }
      };
    }

    @Override
    public InstantSource clock() {
      return InstantSource.system();
    }
  }

  private final Told timers = new Told();
  private final AtomicLong time = new AtomicLong();
  private final ArrayList<String> closed = new ArrayList<>();
  private final Pulse pulse =
      new Pulse(
          () -> new Beat(States.sample(time.incrementAndGet(), 0.25), States.QUIET),
          () -> closed.add("services"),
          timers);

  @Test
  void figuresOfTheLastMinutesAreKept() {
    assertThat(pulse.history()).extracting(Sample::time).containsExactly(1L);
    for (var i = 0; i < Pulse.KEPT; i++) {
      timers.work.getFirst().run();
    }
    assertThat(pulse.history()).hasSize(Pulse.KEPT);
    assertThat(pulse.history().getFirst().time()).isEqualTo(2);
    assertThat(pulse.history().getLast().time()).isEqualTo(Pulse.KEPT + 1);
  }

  @Test
  void followersAreToldUntilTheyLeave() {
    var one = new ArrayDeque<Beat>();
    var other = new ArrayDeque<Beat>();
    pulse.follow(one);
    pulse.follow(other);
    timers.work.getFirst().run();
    pulse.leave(one);
    timers.work.getFirst().run();
    assertThat(one).hasSize(1);
    assertThat(other).hasSize(2);
  }

  @Test
  void nothingIsLeftBehind() throws Exception {
    pulse.close();
    assertThat(timers.work).isEmpty();
    assertThat(closed).containsExactly("services");
  }

  @Test
  void thisProcessIsMeasured() {
    var sample = new Meter(InstantSource.system()).read();
    assertThat(sample.heap()).isPositive().isLessThanOrEqualTo(sample.heapMost());
    assertThat(sample.threads()).isPositive();
    assertThat(sample.uptime()).isPositive();
    for (var share : new Double[] {sample.process(), sample.system()}) {
      if (share != null) {
        assertThat(share).isBetween(0.0, 1.0);
      }
    }
  }
}
