// SPDX-License-Identifier: Apache-2.0
package io.ioto.itests;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.bench.Fleet;
import io.ioto.bench.FleetSwaps;
import io.ioto.bench.Gateway;
import io.ioto.bench.SwapBench;
import org.junit.jupiter.api.Test;

/// Bundles are replaced under load, and nobody notices. The long version is `./ioto bench swap`.
class SwapIT {
  private static final int SWAPS = 3;
  private static final int WRITES = 30;
  private static final long REQUESTS = 6_000;

  @Test
  void bundlesAreSwappedUnderLoadWithoutFailedRequest() throws Exception {
    var setup = Gateway.Setup.fresh();
    try (var gateway = Gateway.start(setup)) {
      var bench = new SwapBench(gateway);
      assertNothingLost(bench.appSideBySide(SWAPS, REQUESTS));
      assertThat(Status.of(gateway).bundles()).containsEntry("io.ioto.empty", "0.1." + SWAPS);
      assertNothingLost(bench.appInPlace(SWAPS, REQUESTS));
      assertNothingLost(bench.webSideBySide(SWAPS, REQUESTS));
      assertThat(Status.of(gateway).bundles()).containsEntry("io.ioto.web", "0.1." + SWAPS);
      Status.of(gateway).assertComplete(gateway);

      assertThat(gateway.terminate()).isZero();
    }
    // What was deployed outlives a restart.
    try (var gateway = Gateway.start(setup)) {
      assertThat(Status.of(gateway).bundles())
          .containsEntry("io.ioto.empty", "0.2.0")
          .containsEntry("io.ioto.web", "0.1." + SWAPS);
    } finally {
      setup.delete();
    }
  }

  @Test
  void bundlesOfADeviceAndItsCloudAreSwappedWhilePeopleWrite() throws Exception {
    try (var fleet = new Fleet()) {
      fleet.claim();
      var report = FleetSwaps.run(fleet, 1, WRITES, FleetSwaps.DEVICE, FleetSwaps.CLOUD);

      assertThat(report.outcomes())
          .allSatisfy(
              outcome -> {
                assertThat(outcome.writes().problems()).as(outcome.name()).isEmpty();
                assertThat(outcome.messages()).as(outcome.name()).isEmpty();
                assertThat(outcome.loadersLeft()).as(outcome.loaders().body()).isZero();
              });
      assertThat(report.lost()).isEmpty();
    }
  }

  private static void assertNothingLost(SwapBench.Outcome outcome) {
    assertThat(outcome.load().problems()).isEmpty();
    assertThat(outcome.load().failures()).isZero();
    assertThat(outcome.load().requests()).isGreaterThanOrEqualTo(REQUESTS);
    assertThat(outcome.loadersLeft()).as(outcome.loaders().body()).isZero();
  }
}
