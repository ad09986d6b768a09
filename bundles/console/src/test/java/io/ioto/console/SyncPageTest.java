// SPDX-License-Identifier: Apache-2.0
package io.ioto.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.api.device.Identity;
import io.ioto.api.provision.Provisioning;
import io.ioto.api.provision.Stage;
import io.ioto.api.sync.Sync;
import io.ioto.testing.ManualClock;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SyncPageTest {
  private final SyncPage page =
      new SyncPage(new ManualClock(Instant.parse("2026-11-23T10:00:00Z")));

  @Test
  void saysWhatIsAbsent() {
    assertThat(page.page("/sync", Map.of()))
        .contains("does not synchronise its data at present")
        .contains("no provisioning in this gateway")
        .doesNotContain("<button");
    assertThat(page.act("repeat")).isFalse();
  }

  @Test
  void showsHowFarTheDeviceHasCome() {
    page.sync = new Known(new Sync.Status(true, true, Sync.MANY, Instant.EPOCH));
    assertThat(page.page("/sync", Map.of())).contains("exchanging changes");

    page.provisioning = new Waiting();

    assertThat(page.page("/sync", Map.of()))
        .contains("No cloud at present; unclaimed: waits")
        .contains("1,000 or more")
        .contains("1970-01-01T00:00:00Z")
        .contains("waits for somebody to claim 01ABC")
        .contains("&lt;refused&gt;");
  }

  @Test
  void secretsOfTheIdentityAreNotShown() {
    page.identity =
        new Identity(
            "dev1",
            "acc1",
            new Identity.Cloud(URI.create("https://cloud"), "T0KEN", "", "", ""),
            new Identity.Endpoint("broker", 8883, "", "PEM"),
            "credentials");

    assertThat(page.page("/sync", Map.of()))
        .contains("dev1", "acc1", "https://cloud", "broker:8883")
        .doesNotContain("T0KEN")
        .doesNotContain("PEM");
  }

  @Test
  void whatAnActionDidIsTold() {
    page.provisioning = new Waiting();

    assertThat(page.act("wake")).isTrue();

    assertThat(page.page("/sync", Map.of()))
        .contains("2026-11-23T10:00:00Z Try the cloud now: under way");
  }

  @Test
  void failureOfAnActionIsTold() {
    page.sync = new Known(new Sync.Status(false, false, 0, null));

    assertThat(page.act("repeat")).isTrue();

    assertThat(page.page("/sync", Map.of())).contains("Exchange everything again: disk full");
  }

  private record Known(Status status) implements Sync {
    @Override
    public void repeat() {
      throw new UncheckedIOException("disk full", new java.io.IOException());
    }
  }

  private record Waiting() implements Provisioning {
    @Override
    public Stage stage() {
      return new Stage.Unclaimed("01ABC");
    }

    @Override
    public Optional<String> problem() {
      return Optional.of("<refused>");
    }

    @Override
    public void wake() {}

    @Override
    public void release() {
      throw new AssertionError("nothing here may release the device");
    }
  }
}
