// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.testing.ManualClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class AttemptsTest {
  private final ManualClock clock = new ManualClock(Instant.EPOCH);
  private final Attempts attempts = new Attempts(2, Duration.ofMinutes(1), clock);

  private boolean allowed(String user, String address) {
    return attempts.begin(user, address).isEmpty();
  }

  @Test
  void aPairIsLockedOutForTheRestOfTheWindow() {
    assertThat(allowed("a", "1")).isTrue();
    clock.advance(Duration.ofSeconds(20));
    assertThat(allowed("a", "1")).isTrue();
    assertThat(attempts.begin("a", "1")).contains(Duration.ofSeconds(40));
    assertThat(allowed("a", "2")).isTrue();
    assertThat(allowed("b", "1")).isTrue();
    clock.advance(Duration.ofSeconds(40));
    assertThat(allowed("a", "1")).isTrue();
  }

  @Test
  void anAddressThatTriesManyUsersIsLockedOut() {
    for (var i = 0; i < 8; i++) {
      assertThat(allowed("user" + i, "1")).isTrue();
    }
    assertThat(allowed("other", "1")).isFalse();
    assertThat(allowed("other", "2")).isTrue();
  }

  @Test
  void aUserWhoIsTriedFromManyAddressesIsLockedOut() {
    for (var i = 0; i < 20; i++) {
      assertThat(allowed("a", "address" + i)).isTrue();
    }
    assertThat(allowed("a", "another")).isFalse();
  }

  @Test
  void successForgivesTheUserButNotWhatTheAddressDidToOthers() {
    for (var i = 0; i < 7; i++) {
      assertThat(allowed("victim" + i, "1")).isTrue();
    }
    for (var i = 0; i < 10; i++) {
      assertThat(allowed("guesser", "1")).isTrue();
      attempts.succeeded("guesser", "1");
    }
    assertThat(allowed("victim8", "1")).isTrue();
    assertThat(allowed("guesser", "1")).isFalse();
  }

  @Test
  void aClockThatIsSetBackLocksNobodyOutForLonger() {
    assertThat(allowed("a", "1")).isTrue();
    assertThat(allowed("a", "1")).isTrue();
    clock.advance(Duration.ofDays(-1));
    assertThat(allowed("a", "1")).isTrue();
  }
}
