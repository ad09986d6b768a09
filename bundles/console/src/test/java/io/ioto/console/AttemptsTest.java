// SPDX-License-Identifier: Apache-2.0
package io.ioto.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.testing.ManualClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class AttemptsTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final ManualClock clock = new ManualClock(Instant.EPOCH.plus(Duration.ofDays(1)));

  @Test
  void successForgivesWhatFailedBefore() {
    var attempts = new Attempts(2, MINUTE, 10, clock);

    assertThat(attempts.begin("a")).isEmpty();
    assertThat(attempts.begin("a")).isEmpty();
    attempts.succeeded("a");
    assertThat(attempts.begin("a")).isEmpty();
    assertThat(attempts.begin("a")).isEmpty();
    assertThat(attempts.begin("a")).contains(MINUTE);
  }

  @Test
  void clockSetBackLocksNobodyOutForLonger() {
    var attempts = new Attempts(1, MINUTE, 10, clock);
    assertThat(attempts.begin("a")).isEmpty();

    clock.advance(Duration.ofHours(-1));

    assertThat(attempts.begin("a")).isEmpty();
    assertThat(attempts.begin("a")).contains(MINUTE);
  }

  @Test
  void clientHeardOfLongestAgoIsForgottenFirst() {
    var attempts = new Attempts(1, MINUTE, 2, clock);
    attempts.begin("a");
    attempts.begin("b");
    attempts.begin("a");
    attempts.begin("c");

    assertThat(attempts.begin("a")).isPresent();
    assertThat(attempts.begin("b")).isEmpty();
  }
}
