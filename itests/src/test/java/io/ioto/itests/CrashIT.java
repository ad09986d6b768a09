// SPDX-License-Identifier: Apache-2.0
package io.ioto.itests;

import static io.ioto.testing.Eventually.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.bench.Gateway;
import io.ioto.bench.Jars;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/// The gateway is killed at random moments, as a power cut would, and comes back with a complete
/// set of bundles each time, the one that was being deployed in its old or in its new edition.
class CrashIT {
  private static final String APP = "io.ioto.empty";
  private static final String WEB = "io.ioto.web";
  private static final String DEPLOY = "io.ioto.deploy";
  private static final int ROUNDS = 10;

  /// It takes about as long until a jar in the hot folder is seen.
  private static final long NOTICED = 200_000_000;

  /// The ways in which something is deployed, which take turns.
  private enum Way {
    SIDE_BY_SIDE,
    IN_PLACE,
    HOT_FOLDER,
    OF_WEB,
    OF_DEPLOY
  }

  /// The editions that a gateway runs.
  ///
  /// @param stamp what the application serves as `/stamp.txt`
  private record Editions(String app, String stamp, String web, String deploy) {
    /// What it runs once a deployment has taken.
    Editions after(Way way, int number) {
      var version = "0.1." + number;
      var text = "stamp " + number;
      return switch (way) {
        case SIDE_BY_SIDE, HOT_FOLDER -> new Editions(version, text, web, deploy);
        case IN_PLACE -> new Editions(app, text, web, deploy);
        case OF_WEB -> new Editions(app, stamp, version, deploy);
        case OF_DEPLOY -> new Editions(app, stamp, web, version);
      };
    }

    /// The jar that makes these editions of what there was.
    byte[] jar(Way way, Path bundles) throws IOException {
      return switch (way) {
        case SIDE_BY_SIDE, IN_PLACE, HOT_FOLDER ->
            Jars.edition(
                Jars.find(bundles, APP),
                Map.of("Bundle-Version", app),
                Map.of("site/stamp.txt", stamp.getBytes(UTF_8)));
        case OF_WEB -> Jars.version(Jars.find(bundles, WEB), web);
        case OF_DEPLOY -> Jars.version(Jars.find(bundles, DEPLOY), deploy);
      };
    }
  }

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @Test
  void killedAtAnyMomentGatewayComesBackComplete() throws Exception {
    System.out.println("CrashIT: seed " + seed);
    // Starts are what this takes its time for; these options make them short.
    var setup = Gateway.Setup.fresh().environment("IOTO_JVM", "small");
    var bundles = setup.home().resolve("bundles");
    var number = 1;
    var way = Way.SIDE_BY_SIDE;
    Editions before;
    Editions after;
    long starting;
    long deploying;
    try (var gateway = Gateway.start(setup)) {
      starting = System.nanoTime() - gateway.began();
      before = editions(gateway).after(way, number);
      var jar = before.jar(way, bundles);
      var began = System.nanoTime();
      assertThat(gateway.control().post("/deploy", jar).status()).isEqualTo(200);
      deploying = System.nanoTime() - began;
      gateway.kill();
    }
    after = before;
    var taken = 0;
    for (var round = 1; round <= ROUNDS; round++) {
      try (var gateway = Gateway.launch(setup)) {
        pause(starting * 5 / 4);
        gateway.kill();
      }
      for (var i = 0; i < 2; i++) {
        try (var gateway = Gateway.start(setup)) {
          var now = assertOneOf(before, after, gateway, way);
          taken += now.equals(before) ? 0 : 1;
          before = now;
          way = Way.values()[number++ % Way.values().length];
          after = before.after(way, number);
          cut(gateway, way, after.jar(way, bundles), deploying);
        }
      }
    }
    try (var gateway = Gateway.start(setup)) {
      var _ = assertOneOf(before, after, gateway, way);
      assertThat(gateway.terminate()).isZero();
    }
    System.out.printf("CrashIT: %d of %d cut deployments took%n", taken, number - 1);
    setup.delete();
  }

  /// What it runs; fails unless that is what there was before the last deployment or after it.
  private Editions assertOneOf(Editions before, Editions after, Gateway gateway, Way way)
      throws IOException {
    if (way == Way.HOT_FOLDER) {
      // What was dropped is not lost: it is taken now, if it was not before.
      awaitTaken(gateway);
    }
    var now = editions(gateway);
    assertThat(now)
        .as("seed %d, %s", seed, way)
        .isIn(way == Way.HOT_FOLDER ? after : before, after);
    return now;
  }

  /// Kills the gateway somewhere in a deployment.
  private void cut(Gateway gateway, Way way, byte[] jar, long deploying)
      throws IOException, InterruptedException {
    if (way == Way.HOT_FOLDER) {
      var aside = Files.write(gateway.setup().state().resolve("dropped.jar"), jar);
      Files.move(aside, folder(gateway).resolve("dropped.jar"), StandardCopyOption.ATOMIC_MOVE);
      pause(NOTICED + deploying);
      gateway.kill();
      return;
    }
    var deploy = Thread.ofVirtual().start(() -> deploy(gateway, jar));
    pause(deploying * 5 / 4);
    gateway.kill();
    deploy.join();
  }

  private static Path folder(Gateway gateway) {
    return gateway.setup().state().resolve("deploy");
  }

  private static void awaitTaken(Gateway gateway) {
    eventually(
        () -> {
          try (var files = Files.list(folder(gateway))) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
          }
          assertThat(folder(gateway).resolve("refused/dropped.jar")).doesNotExist();
        });
  }

  private Editions editions(Gateway gateway) throws IOException {
    var status = Status.of(gateway);
    assertThat(status.missing()).as("seed %d", seed).isEmpty();
    status.assertComplete(gateway);
    assertThat(gateway.ask("/")).as("seed %d", seed).isPresent();
    var running = status.bundles();
    return new Editions(
        running.getOrDefault(APP, "none"),
        gateway.ask("/stamp.txt").map(bytes -> new String(bytes, UTF_8)).orElse("none"),
        running.getOrDefault(WEB, "none"),
        running.getOrDefault(DEPLOY, "none"));
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
