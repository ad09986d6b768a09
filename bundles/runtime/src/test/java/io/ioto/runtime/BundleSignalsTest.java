// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BundleSignalsTest {
  private final Switchboard switchboard = new Switchboard();
  private final BundleSignals mine = signals("io.ioto.mine");
  private final BundleSignals theirs = signals("io.ioto.theirs");
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

  private BundleSignals signals(String owner) {
    return new BundleSignals(switchboard, owner, 2, 3, Duration.ofSeconds(10));
  }

  private void hear(@Nullable Object argument) {
    heard.add(String.valueOf(argument));
  }

  private @Nullable String next() throws InterruptedException {
    return heard.poll(10, TimeUnit.SECONDS);
  }

  @Test
  void signalReachesTheWatchersOfItsNameInOrder() throws Exception {
    mine.watch("a", this::hear);
    mine.watch("b", _ -> heard.add("wrong"));

    for (var argument : List.of("1", "2", "3")) {
      theirs.signal("a", argument);
    }
    assertThat(next()).isEqualTo("1");
    assertThat(next()).isEqualTo("2");
    assertThat(next()).isEqualTo("3");
    theirs.signal("a", null);
    assertThat(next()).isEqualTo("null");
    assertThat(heard).isEmpty();
  }

  @Test
  void heldStateIsToldToLateWatchersUntilReleased() throws Exception {
    theirs.hold("app:ready", "first");
    theirs.hold("app:ready", "second");
    mine.watch("app:ready", this::hear);
    assertThat(next()).isEqualTo("second");

    theirs.hold("app:ready", "third");
    assertThat(next()).isEqualTo("third");

    theirs.release("app:ready");
    mine.watch("app:ready", _ -> heard.add("too late"));
    theirs.signal("app:ready", "plain");
    assertThat(List.of(next() + "", next() + "")).containsExactlyInAnyOrder("plain", "too late");
    assertThat(heard).isEmpty();
  }

  @Test
  void statesOfABundleEndWithItUnlessAnotherHasTakenThemOver() throws Exception {
    theirs.hold("gone", "theirs");
    theirs.hold("taken", "theirs");
    var successor = signals("io.ioto.theirs");
    successor.hold("taken", "successor's");

    theirs.close();

    mine.watch("gone", this::hear);
    mine.watch("taken", this::hear);
    assertThat(next()).isEqualTo("successor's");
    assertThat(heard).isEmpty();
  }

  @Test
  void closedWatchHearsNoMore() throws Exception {
    mine.watch("a", _ -> heard.add("wrong")).close();
    mine.watch("a", this::hear);

    theirs.signal("a", "right");

    assertThat(next()).isEqualTo("right");
    assertThat(heard).isEmpty();
  }

  @Test
  void watchesEndWithTheirBundle() throws Exception {
    mine.watch("a", _ -> heard.add("wrong"));
    mine.close();
    theirs.watch("a", this::hear);

    theirs.signal("a", "right");

    assertThat(next()).isEqualTo("right");
    assertThat(heard).isEmpty();
    assertThatThrownBy(() -> mine.watch("a", this::hear))
        .isInstanceOf(RejectedExecutionException.class);
  }

  @Test
  void failingWatcherHearsTheNextSignal() throws Exception {
    try (var log = new Recorder("io.ioto.mine")) {
      mine.watch(
          "a",
          argument -> {
            hear(argument);
            throw new AssertionError("no luck");
          });

      theirs.signal("a", "1");
      theirs.signal("a", "2");

      assertThat(next()).isEqualTo("1");
      assertThat(next()).isEqualTo("2");
      eventually(
          () ->
              assertThat(log.messages())
                  .containsExactly("ERROR Watch of 'a' failed", "ERROR Watch of 'a' failed"));
    }
  }

  @Test
  void slowWatcherLosesWhatIsOverTheLimitAndTheLogSaysSo() throws Exception {
    var busy = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    try (var log = new Recorder("io.ioto.mine")) {
      mine.watch(
          "a",
          argument -> {
            busy.countDown();
            try {
              go.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            hear(argument);
          });
      theirs.signal("a", "0");
      busy.await();
      for (var i = 1; i <= 5; i++) {
        theirs.signal("a", "" + i);
      }
      go.countDown();

      var all = new ArrayList<String>();
      for (var i = 0; i < 4; i++) {
        all.add(next() + "");
      }
      assertThat(all).containsExactly("0", "1", "2", "3");
      eventually(
          () ->
              assertThat(log.messages())
                  .containsExactly(
                      "WARN Watch of 'a' has 3 signals waiting and drops more",
                      "WARN Watch of 'a' has dropped 2 signals"));
    }
  }

  @Test
  void moreWatchesThanTheLimitAreRefused() {
    mine.watch("a", this::hear);
    var second = mine.watch("b", this::hear);

    assertThatThrownBy(() -> mine.watch("c", this::hear))
        .hasMessage("io.ioto.mine has 2 watches, the most it may, and cannot watch 'c'");
    second.close();
    mine.watch("c", this::hear);
  }
}
