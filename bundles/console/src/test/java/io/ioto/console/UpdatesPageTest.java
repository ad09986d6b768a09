// SPDX-License-Identifier: Apache-2.0
package io.ioto.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.api.ota.UpdateException;
import io.ioto.api.ota.UpdateState;
import io.ioto.api.ota.Updates;
import io.ioto.testing.ManualClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UpdatesPageTest {
  private final ManualClock clock = new ManualClock(Instant.parse("2026-11-23T10:00:00Z"));
  private final UpdateHistory history = new UpdateHistory(clock);
  private final UpdatesPage page = new UpdatesPage(history, clock);

  @Test
  void saysThatUpdatesAreAbsent() {
    assertThat(page.page("/updates", Map.of()))
        .contains("There are no updates in this gateway at present.")
        .contains("No update since the console was started.")
        .doesNotContain("<button");
  }

  @Test
  void showsTheReleaseItsStateAndWhy() {
    page.updates = new Known(new UpdateState.RolledBack(7, "UNHEALTHY: <b>broken</b>"));

    assertThat(page.page("/updates", Map.of()))
        .contains("Runs release 0, as shipped.", "release 7, rolled back")
        .contains("UNHEALTHY: &lt;b&gt;broken&lt;/b&gt;")
        .contains("release 8")
        .contains("Roll back");
  }

  @Test
  void historyHoldsTheLastStatesLatestFirst() {
    for (var i = 1; i <= UpdateHistory.MOST + 1; i++) {
      history.changed(new UpdateState.Committed(i));
    }

    assertThat(history.entries()).hasSize(UpdateHistory.MOST);
    assertThat(history.entries().getFirst().state().release()).isEqualTo(UpdateHistory.MOST + 1);
    assertThat(page.page("/updates", Map.of()))
        .containsSubsequence("release 51", "release 50", "release 2")
        .doesNotContain("release 1<");
  }

  @Test
  void actionsDoWhatTheySay() {
    var updates = new Known(new UpdateState.Idle(0));
    page.updates = updates;

    assertThat(page.act("check")).isTrue();
    assertThat(page.page("/updates", Map.of())).contains("Check now: release 8");
    assertThat(page.act("apply")).isTrue();
    assertThat(page.page("/updates", Map.of())).contains("Apply: under way: release 8");
    assertThat(page.act("rollback")).isTrue();
    assertThat(page.page("/updates", Map.of())).contains("Roll back: nothing to go back to");
    assertThat(page.act("delete")).isFalse();
    assertThat(updates.done).containsExactly("check", "apply", "rollback");
  }

  private static final class Known implements Updates {
    final List<String> done = new ArrayList<>();
    private final UpdateState state;

    Known(UpdateState state) {
      this.state = state;
    }

    @Override
    public Status status() {
      return new Status(0, state, 8L, null);
    }

    @Override
    public long check() {
      done.add("check");
      return 8;
    }

    @Override
    public long apply() {
      done.add("apply");
      return 8;
    }

    @Override
    public long rollback() {
      done.add("rollback");
      throw new UpdateException(UpdateException.Reason.NO_PREVIOUS, "nothing to go back to");
    }
  }
}
