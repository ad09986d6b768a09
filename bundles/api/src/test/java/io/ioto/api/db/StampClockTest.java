// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class StampClockTest {
  private long now = 1_000;
  private final StampClock clock =
      new StampClock(() -> Instant.ofEpochMilli(now), "here", Duration.ofMillis(500));

  @Test
  void stampsGrowWhileTheClockStandsStillOrGoesBack() {
    var first = clock.next();
    var second = clock.next();
    now = 10;
    var third = clock.next();
    now = 2_000;

    assertThat(first).isEqualTo(new Stamp(1_000, 0, "here"));
    assertThat(second).isEqualTo(new Stamp(1_000, 1, "here"));
    assertThat(third).isEqualTo(new Stamp(1_000, 2, "here"));
    assertThat(clock.next()).isEqualTo(new Stamp(2_000, 0, "here"));
  }

  @Test
  void whatWasSeenIsFollowed() {
    assertThat(clock.see(new Stamp(1_500, 0xFFFF, "there"))).isTrue();

    assertThat(clock.next()).isEqualTo(new Stamp(1_501, 0, "here"));
  }

  @Test
  void stampTooFarAheadIsNotFollowedButReplaced() {
    var far = new Stamp(1_501, 7, "there");

    assertThat(clock.see(far)).isFalse();
    assertThat(clock.next().millis()).isEqualTo(1_000);
    assertThat(clock.after(far)).isEqualTo(new Stamp(1_501, 8, "here"));
    assertThat(clock.next().millis()).isEqualTo(1_000);
  }

  @Test
  void clockWithoutLimitFollowsAnything() {
    var trusting = new StampClock(() -> Instant.ofEpochMilli(now), "here");

    assertThat(trusting.see(new Stamp(1L << 40, 0, "there"))).isTrue();
    assertThat(trusting.next()).isEqualTo(new Stamp(1L << 40, 1, "here"));
  }

  @Test
  void nothingIsLaterThanTheLastStampThereIs() {
    var last = new Stamp((1L << 48) - 1, 0xFFFF, "there");

    assertThatThrownBy(() -> clock.after(last)).isInstanceOf(IllegalArgumentException.class);
    assertThat(clock.next().millis()).isEqualTo(1_000);
  }
}
