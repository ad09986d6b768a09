// SPDX-License-Identifier: Apache-2.0
package io.ioto.itests;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.bench.Gateway;
import io.ioto.bench.Jars;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/// The gateway is killed at random moments, as a power cut would, and comes back with a complete
/// set of bundles each time, the one that was being deployed in its old or in its new version.
class CrashIT {
  private static final String APP = "io.ioto.empty";
  private static final int ROUNDS = 10;

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @Test
  void killedAtAnyMomentGatewayComesBackComplete() throws Exception {
    System.out.println("CrashIT: seed " + seed);
    // Starts are what this takes its time for; these options make them short.
    var setup = Gateway.Setup.fresh().environment("IOTO_JVM", "small");
    var app = Jars.find(setup.home().resolve("bundles"), APP);
    var version = "0.1.1";
    var next = version;
    var deployments = 0;
    var taken = 0;
    long starting;
    long deploying;
    try (var gateway = Gateway.start(setup)) {
      starting = System.nanoTime() - gateway.began();
      var began = System.nanoTime();
      assertThat(gateway.control().post("/deploy", Jars.version(app, version)).status())
          .isEqualTo(200);
      deploying = System.nanoTime() - began;
      gateway.kill();
    }
    for (var round = 1; round <= ROUNDS; round++) {
      try (var gateway = Gateway.launch(setup)) {
        pause(starting * 5 / 4);
        gateway.kill();
      }
      for (var i = 0; i < 2; i++) {
        try (var gateway = Gateway.start(setup)) {
          var now = version(gateway);
          assertThat(now).as("seed %d, round %d", seed, round).isIn(version, next);
          taken += now.equals(version) ? 0 : 1;
          version = now;
          next = "0.1." + (2 + deployments++);
          var jar = Jars.version(app, next);
          var deploy = Thread.ofVirtual().start(() -> deploy(gateway, jar));
          pause(deploying * 5 / 4);
          gateway.kill();
          deploy.join();
        }
      }
    }
    try (var gateway = Gateway.start(setup)) {
      assertThat(version(gateway)).as("seed %d", seed).isIn(version, next);
      assertThat(gateway.terminate()).isZero();
    }
    System.out.printf("CrashIT: %d of %d cut deployments took%n", taken, deployments);
    setup.delete();
  }

  private String version(Gateway gateway) throws IOException {
    var status = Status.of(gateway);
    assertThat(status.missing()).as("seed %d", seed).isEmpty();
    status.assertComplete(gateway);
    assertThat(gateway.ask("/")).as("seed %d", seed).isPresent();
    return status.bundles().getOrDefault(APP, "none");
  }

  private static void deploy(Gateway gateway, byte[] jar) {
    try {
      gateway.control().post("/deploy", jar);
    } catch (IOException _) {
      // killed before it answered
    }
  }

  /// A random time, from nothing to a longest.
  private void pause(long longest) {
    var until = System.nanoTime() + random.nextLong(longest);
    for (var left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
