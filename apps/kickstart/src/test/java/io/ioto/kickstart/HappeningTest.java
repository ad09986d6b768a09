// SPDX-License-Identifier: Apache-2.0
package io.ioto.kickstart;

import static io.ioto.kickstart.States.QUIET;
import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.api.db.Change;
import io.ioto.api.db.Item;
import io.ioto.api.db.Origin;
import io.ioto.api.db.Stamp;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HappeningTest {
  private static final Stamp STAMP = new Stamp(1, 0, "here");
  private static final Map<String, Object> ETH0 =
      Map.of("id", "p0", "name", "eth0", "speed", 1000, "enable", true, "updated", "a");

  private static Item item(Map<String, Object> values, Origin origin) {
    return new Item("Port", "port#p0", 1, STAMP, origin, null, values);
  }

  private static String told(
      Map<String, Object> after, @Nullable Map<String, Object> before, Origin origin) {
    var was = before == null ? null : item(before, origin);
    return Happening.of(new Change.Put(item(after, origin), was))
        .map(Happening::message)
        .orElse("");
  }

  private static String told(State before, State after) {
    return Happening.between(before, after).stream()
        .map(h -> h.severity() + ": " + h.message())
        .reduce("", (a, b) -> a + b);
  }

  @Test
  void changeOfAPortIsToldByItsFields() {
    var slow =
        Map.<String, Object>of(
            "id", "p0", "name", "eth0", "speed", 100, "enable", false, "updated", "b");
    assertThat(told(slow, ETH0, Origin.LOCAL))
        .isEqualTo("Port eth0 was changed: enable off, speed 100");
    assertThat(told(slow, ETH0, Origin.REMOTE)).startsWith("Port eth0 was changed in the cloud:");
    assertThat(told(Map.of("id", "p0", "name", "eth0", "enable", true), ETH0, Origin.LOCAL))
        .endsWith("speed none");
    assertThat(told(ETH0, null, Origin.LOCAL)).isEqualTo("Port eth0 was added");
    assertThat(
            Happening.of(
                new Change.Removed(
                    "Port", "port#p0", 2, STAMP, Origin.REMOTE, item(ETH0, Origin.REMOTE))))
        .map(Happening::message)
        .contains("Port eth0 was removed in the cloud");
  }

  @Test
  void countersAndFirstDataAreNoNews() {
    var counted =
        Map.<String, Object>of(
            "id", "p0", "name", "eth0", "speed", 1000, "enable", true, "updated", "b", "rxBytes",
            7);
    assertThat(told(counted, ETH0, Origin.LOCAL)).isEmpty();
    assertThat(told(ETH0, null, Origin.SYSTEM)).isEmpty();
  }

  @Test
  void connectionAndClaimAreToldWhenTheyChange() {
    assertThat(told(QUIET, QUIET)).isEmpty();
    assertThat(told(QUIET, States.of("provisioned", "offline", "idle", 0, "")))
        .isEqualTo("warn: The connection to the cloud was lost");
    assertThat(told(States.of("provisioned", "offline", "idle", 0, ""), QUIET))
        .isEqualTo("info: Connected to the cloud");
    assertThat(told(QUIET, States.of("provisioned", "sending", "idle", 0, ""))).isEmpty();
    assertThat(
            told(
                States.of("unclaimed", "off", "idle", 0, ""),
                States.of("provisioned", "off", "idle", 0, "")))
        .isEqualTo("info: The device belongs to an account now");
    assertThat(
            told(
                States.of("provisioned", "off", "idle", 0, ""),
                States.of("registering", "off", "idle", 0, "")))
        .isEqualTo("warn: The device was released from its account");
  }

  @Test
  void outcomesOfUpdatesAreTold() {
    assertThat(told(QUIET, States.of("provisioned", "synced", "applying", 7, "")))
        .isEqualTo("info: The gateway takes release 7");
    assertThat(told(QUIET, States.of("provisioned", "synced", "gating", 7, ""))).isEmpty();
    assertThat(told(QUIET, States.of("provisioned", "synced", "committed", 7, "")))
        .isEqualTo("info: The gateway runs release 7 from now on");
    assertThat(told(QUIET, States.of("provisioned", "synced", "rolled-back", 7, "GATE: no")))
        .isEqualTo("error: The gateway went back from release 7: GATE: no");
    assertThat(told(QUIET, States.of("provisioned", "synced", "failed", 7, "HASH: no")))
        .isEqualTo("error: The gateway refused release 7: HASH: no");
  }
}
