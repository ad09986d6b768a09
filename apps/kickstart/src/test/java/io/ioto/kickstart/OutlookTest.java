// SPDX-License-Identifier: Apache-2.0
package io.ioto.kickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.api.ota.UpdateState;
import io.ioto.api.ota.Updates;
import io.ioto.api.provision.Stage;
import io.ioto.api.sync.Sync;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class OutlookTest {
  @Test
  void stagesHaveNames() {
    assertThat(Outlook.cloud(new Stage.Off("no cloud"), "").problem()).isEqualTo("no cloud");
    assertThat(Outlook.cloud(new Stage.Registering(), "refused"))
        .isEqualTo(new State.Cloud("registering", "", "refused"));
    assertThat(Outlook.cloud(new Stage.Unclaimed("ABC"), "").claim()).isEqualTo("ABC");
    assertThat(Outlook.cloud(new Stage.Enrolling(), "").stage()).isEqualTo("enrolling");
    assertThat(Outlook.cloud(new Stage.Blocked(Instant.EPOCH), "").stage()).isEqualTo("blocked");
    assertThat(Outlook.cloud(new Stage.Provisioned(Instant.EPOCH), "").stage())
        .isEqualTo("provisioned");
  }

  @Test
  void synchronisationIsOneWord() {
    var last = Instant.ofEpochMilli(5);
    assertThat(Outlook.sync(new Sync.Status(false, false, 3, null)))
        .isEqualTo(new State.Sync("offline", 3, null));
    assertThat(Outlook.sync(new Sync.Status(true, false, 3, last)).state())
        .isEqualTo("catching-up");
    assertThat(Outlook.sync(new Sync.Status(true, true, 3, last)).state()).isEqualTo("sending");
    assertThat(Outlook.sync(new Sync.Status(true, true, 0, last)))
        .isEqualTo(new State.Sync("synced", 0, 5L));
  }

  @Test
  void updatesTellTheirReason() {
    assertThat(
            Outlook.update(
                new Updates.Status(3, new UpdateState.RolledBack(4, "GATE: ill"), 4L, null)))
        .isEqualTo(new State.Update("rolled-back", 4, 3, 4L, "GATE: ill"));
    assertThat(Outlook.update(new Updates.Status(0, new UpdateState.Idle(0), null, "no source")))
        .isEqualTo(new State.Update("idle", 0, 0, null, "no source"));
    assertThat(
            Outlook.update(new Updates.Status(3, new UpdateState.RollingBack(4, "why"), 4L, null))
                .state())
        .isEqualTo("rolling-back");
    assertThat(Outlook.update(new Updates.Status(4, new UpdateState.Committed(4), 4L, null)))
        .isEqualTo(new State.Update("committed", 4, 4, 4L, ""));
  }
}
