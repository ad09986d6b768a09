// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.api.web.User;
import io.ioto.api.web.Users.Account;
import io.ioto.testing.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class RememberedTest {
  private final ManualClock clock = new ManualClock(Instant.EPOCH);
  private final Remembered remembered = new Remembered(Duration.ofMinutes(1), clock);
  private final Account bob = account("bob", "hash");

  private static Account account(String name, String hash) {
    return new Account(new User(name, Set.of()), hash);
  }

  @Test
  void aPasswordIsRightForAWhile() {
    assertThat(remembered.right(bob, "secret")).isFalse();
    remembered.add(bob, "secret");
    assertThat(remembered.right(bob, "secret")).isTrue();
    assertThat(remembered.right(bob, "other")).isFalse();
    assertThat(remembered.right(account("anna", "hash"), "secret")).isFalse();
    clock.advance(Duration.ofMinutes(1));
    assertThat(remembered.right(bob, "secret")).isFalse();
  }

  @Test
  void aChangedPasswordIsForgottenAtOnce() {
    remembered.add(bob, "secret");
    assertThat(remembered.right(account("bob", "other"), "secret")).isFalse();
    assertThat(remembered.right(bob, "secret")).isFalse();
  }

  @Test
  void aClockThatIsSetBackMakesNothingLastLonger() {
    remembered.add(bob, "secret");
    clock.advance(Duration.ofDays(-1));
    assertThat(remembered.right(bob, "secret")).isFalse();
  }

  @Test
  void aHundredAreRemembered() {
    remembered.add(bob, "secret");
    for (var i = 0; i < 100; i++) {
      remembered.add(account("user" + i, "hash"), "x");
    }
    assertThat(remembered.right(bob, "secret")).isFalse();
    assertThat(remembered.right(account("user99", "hash"), "x")).isTrue();
  }
}
