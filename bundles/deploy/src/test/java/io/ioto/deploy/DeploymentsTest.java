// SPDX-License-Identifier: Apache-2.0
package io.ioto.deploy;

import static io.ioto.api.deploy.DeployException.Reason.BUSY;
import static io.ioto.api.deploy.DeployException.Reason.FAILED;
import static io.ioto.api.deploy.DeployException.Reason.NO_BUNDLE;
import static io.ioto.api.deploy.DeployException.Reason.NO_JAR;
import static io.ioto.api.deploy.DeployException.Reason.STORAGE;
import static io.ioto.api.deploy.DeployException.Reason.TIMEOUT;
import static io.ioto.api.deploy.DeployException.Reason.TOO_LARGE;
import static io.ioto.api.deploy.DeployException.Reason.UNRESOLVABLE;
import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ioto.api.control.Command;
import io.ioto.api.control.CommandException;
import io.ioto.api.control.CommandRequest;
import io.ioto.api.deploy.DeployException;
import io.ioto.api.deploy.Plan;
import io.ioto.api.deploy.Plan.Action;
import io.ioto.deploy.guest.Hangs;
import io.ioto.deploy.guest.Promises;
import io.ioto.deploy.guest.Serves;
import io.ioto.deploy.guest.Spins;
import io.ioto.deploy.guest.Throws;
import io.ioto.json.Json5;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.ServiceEvent;

@Timeout(60)
class DeploymentsTest {
  private static final String QUICK = "{timeout: '400 ms', stop: '400 ms'}";

  @TempDir Path folder;
  private Yard yard;

  @BeforeEach
  void start() throws Exception {
    yard = new Yard(folder);
  }

  @AfterEach
  void stop() throws Exception {
    yard.close();
  }

  @Test
  void theSectionHasItsDefaults() {
    assertThat(yard.settings("{}"))
        .isEqualTo(
            new Settings(
                folder.resolve("state/deploy"),
                512L << 20,
                50,
                64L << 20,
                20,
                1000,
                8,
                Duration.ofSeconds(2),
                Duration.ofSeconds(3),
                30,
                Duration.ofSeconds(30),
                Duration.ofSeconds(15)));
  }

  @Test
  void aNewBundleIsInstalledStartedAndWrittenDown() throws Exception {
    yard.deployer("{}");
    var jar = yard.jar("app", "1.0.0", Serves.class);

    var plan = deploy(jar);

    assertThat(plan.action()).isEqualTo(Action.INSTALL);
    assertThat(plan.starts()).containsExactly("app/1.0.0");
    assertThat(plan.stops()).isEmpty();
    assertThat(yard.says("app")).containsExactly("1.0.0");
    var kept = stored(jar);
    assertThat(Files.mismatch(kept, jar)).isEqualTo(-1);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kept)))
        .isEqualTo("r--------");
    assertThat(yard.bundle("app").getLocation()).isEqualTo("reference:file:" + kept);
    assertThat(Bundles.startLevel(yard.bundle("app"))).isEqualTo(30);
    assertThat(Json5.print(Json5.document(record()).root()))
        .isEqualTo(
            "{\"bundles\":[{\"name\":\"app\",\"version\":\"1.0.0\",\"sha256\":\"%s\",\"size\":%d,\"startLevel\":30}]}"
                .formatted(Store.sha256(jar), Files.size(jar)));
  }

  @Test
  void theVeryBytesThatRunAreLeftAlone() throws Exception {
    yard.deployer("{}");
    var jar = yard.jar("app", "1.0.0", Serves.class);
    deploy(jar);
    var bundle = yard.bundle("app");

    assertThat(deploy(jar).action()).isEqualTo(Action.NOTHING);
    assertThat(yard.bundle("app")).isSameAs(bundle);
    assertThat(stored(jar)).exists();
  }

  @Test
  void anotherVersionStartsBesideAndTheOldOneGoesLast() throws Exception {
    yard.deployer("{}");
    var one = yard.jar("app", "1.0.0", Serves.class);
    deploy(one);
    var served = new CopyOnWriteArrayList<List<String>>();
    yard.context()
        .addServiceListener(
            event -> {
              if (event.getType() == ServiceEvent.REGISTERED) {
                served.add(yard.says("app"));
              }
            },
            "(name=app)");

    var plan = deploy(yard.jar("app", "1.1.0", Serves.class));

    assertThat(plan.action()).isEqualTo(Action.SIDE_BY_SIDE);
    assertThat(plan.from()).isEqualTo("1.0.0");
    assertThat(plan.stops()).containsExactly("app/1.0.0");
    assertThat(plan.starts()).containsExactly("app/1.1.0");
    assertThat(plan.refreshes()).isEmpty();
    assertThat(served).containsExactly(List.of("1.0.0", "1.1.0"));
    assertThat(yard.says("app")).containsExactly("1.1.0");
    assertThat(yard.bundles()).containsExactly("app/1.1.0");
    assertThat(stored(one)).doesNotExist();
  }

  @Test
  void theStartLevelOfThePredecessorIsKept() throws Exception {
    yard.deployer("{startLevel: 1}");
    deploy(yard.jar("app", "1.0.0", Serves.class));
    yard.retire();
    yard.deployer("{startLevel: 30}");

    deploy(yard.jar("app", "1.1.0", Serves.class));

    assertThat(Files.readString(record())).contains("\"startLevel\": 1");
  }

  @Test
  void otherContentOfTheSameVersionIsUpdatedInPlace() throws Exception {
    yard.deployer("{}");
    deploy(yard.jar("app", "1.0.0", Serves.class, "Mark: one"));

    var plan = deploy(yard.jar("app", "1.0.0", Serves.class, "Mark: two"));

    assertThat(plan.action()).isEqualTo(Action.IN_PLACE);
    assertThat(plan.refreshes()).containsExactly("app/1.0.0");
    assertThat(yard.says("app")).containsExactly("1.0.0 two");
    assertThat(yard.bundles()).containsExactly("app/1.0.0");
  }

  @Test
  void aBundleThatHandsOverStopsBeforeItsSuccessorStarts() throws Exception {
    yard.deployer("{}");
    deploy(yard.jar("app", "1.0.0", Serves.class, "Ioto-Handover: true"));
    var events = new CopyOnWriteArrayList<String>();
    yard.context()
        .addServiceListener(
            e -> events.add(e.getServiceReference().getBundle().getVersion() + " " + e.getType()),
            "(name=app)");

    var plan = deploy(yard.jar("app", "1.1.0", Serves.class));

    assertThat(plan.action()).isEqualTo(Action.IN_PLACE);
    assertThat(plan.notes()).anyMatch(n -> n.contains("Ioto-Handover"));
    assertThat(events)
        .containsExactly("1.0.0 " + ServiceEvent.UNREGISTERING, "1.1.0 " + ServiceEvent.REGISTERED);
  }

  @Test
  void whatIsOnceInAFrameworkIsNotStartedTwice() throws Exception {
    yard.deployer("{}");
    var extends_ = "Provide-Capability: osgi.extender;osgi.extender=x";
    deploy(yard.jar("app", "1.0.0", Serves.class, extends_));

    assertThat(plan(yard.jar("app", "1.1.0", Serves.class, extends_)).action())
        .isEqualTo(Action.IN_PLACE);
  }

  @Test
  void aSingletonIsNotStartedTwice() throws Exception {
    yard.deployer("{}");
    deploy(yard.jar("app;singleton:=true", "1.0.0", Serves.class));

    assertThat(deploy(yard.jar("app;singleton:=true", "1.1.0", Serves.class)).action())
        .isEqualTo(Action.IN_PLACE);
    assertThat(yard.says("app")).containsExactly("1.1.0");
  }

  @Test
  void aLibraryIsReplacedWithAllThatAreWiredToIt() throws Exception {
    yard.deployer("{}");
    deploy(yard.library("lib", "1.0.0", "Export-Package: lib"));
    deploy(yard.jar("a", "1.0.0", Serves.class, "Imports: lib"));
    deploy(yard.jar("b", "1.0.0", Serves.class));
    var b = yard.says("b");

    var plan = deploy(yard.library("lib", "1.1.0", "Export-Package: lib"));

    assertThat(plan.action()).isEqualTo(Action.IN_PLACE);
    assertThat(plan.stops()).containsExactly("a/1.0.0", "lib/1.0.0");
    assertThat(plan.refreshes()).containsExactly("lib/1.1.0", "a/1.0.0");
    assertThat(plan.starts()).containsExactly("lib/1.1.0", "a/1.0.0");
    assertThat(plan.notes()).contains("1 other bundles are wired to it and restart with it");
    assertThat(yard.bundles()).containsExactlyInAnyOrder("a/1.0.0", "b/1.0.0", "lib/1.1.0");
    assertThat(yard.says("a")).containsExactly("1.0.0");
    assertThat(yard.says("b")).isEqualTo(b);
  }

  @Test
  void aBundleThatCannotResolveIsRefusedWithTheCause() throws Exception {
    yard.deployer("{}");
    deploy(yard.jar("app", "1.0.0", Serves.class));
    var before = Files.readString(record());

    var refused =
        refusal(yard.jar("app", "1.1.0", Serves.class, "Imports: org.foo;version=\"[1.0,2)\""));

    assertThat(refused.reason()).isEqualTo(UNRESOLVABLE);
    assertThat(refused)
        .hasMessage("app 1.1.0 needs package org.foo [1.0.0,2.0.0), which nothing exports");
    assertThat(yard.bundles()).containsExactly("app/1.0.0");
    assertThat(record()).content().isEqualTo(before);
  }

  @Test
  void aLibraryThatTakesAwayWhatOthersNeedIsRefused() throws Exception {
    yard.deployer("{}");
    deploy(yard.library("lib", "1.0.0", "Export-Package: lib"));
    deploy(yard.jar("a", "1.0.0", Serves.class, "Imports: lib"));

    assertThat(refusal(yard.library("lib", "1.1.0")))
        .hasMessage("a 1.0.0 needs package lib, which nothing exports");
    assertThat(yard.says("a")).containsExactly("1.0.0");
  }

  @Test
  void whatDidNotResolveBeforeIsNoReasonToRefuse() throws Exception {
    yard.deployer("{}");
    var broken = yard.library("broken", "1.0.0", "Import-Package: nowhere");
    yard.context().installBundle("reference:file:" + broken);

    assertThat(deploy(yard.jar("app", "1.0.0", Serves.class)).action()).isEqualTo(Action.INSTALL);
  }

  @Test
  void servicesThatNoManifestPromisesCountWhenTheyAreThere() throws Exception {
    yard.deployer("{}");
    var needs = "Require-Capability: osgi.service;effective:=active;filter:=\"(objectClass=%s)\"";

    assertThat(
            deploy(
                    yard.jar(
                        "app",
                        "1.0.0",
                        Serves.class,
                        needs.formatted(CountDownLatch.class.getName())))
                .action())
        .isEqualTo(Action.INSTALL);
    assertThat(refusal(yard.jar("b", "1.0.0", Serves.class, needs.formatted("io.x.Absent"))))
        .hasMessage("b 1.0.0 needs the service io.x.Absent, which no bundle provides");
  }

  @Test
  void filesThatAreNoBundlesAreRefused() throws Exception {
    yard.deployer("{limits: {jar: '50k', content: '60k'}}");
    var good = Files.readAllBytes(yard.jar("app", "1.0.0", Serves.class));
    var damaged = good.clone();
    damaged[good.length / 2] ^= 1;

    assertThat(refusal(file("not a zip".getBytes(StandardCharsets.UTF_8))).reason())
        .isEqualTo(NO_JAR);
    assertThat(refusal(file(new byte[0]))).hasMessage("the file is empty");
    assertThat(refusal(folder.resolve("absent.jar")).reason()).isEqualTo(NO_JAR);
    for (var length = 1; length < good.length; length += 97) {
      assertThat(refusal(file(Arrays.copyOf(good, length))).reason()).isEqualTo(NO_JAR);
    }
    assertThat(refusal(file(damaged)).reason()).isEqualTo(NO_JAR);
    assertThat(refusal(file(new byte[51 << 10])).reason()).isEqualTo(TOO_LARGE);
    assertThat(refusal(yard.library("plain", "1", "Bundle-ManifestVersion: 1")))
        .hasMessageContaining("no OSGi bundle");
    assertThat(refusal(yard.library("odd name!", "1")).reason()).isEqualTo(NO_BUNDLE);
    assertThat(refusal(yard.library("x", "1.x")).reason()).isEqualTo(NO_BUNDLE);
    assertThat(refusal(yard.library("x", "1", "Fragment-Host: y")))
        .hasMessageContaining("x is a fragment of y");
    assertThat(refusal(yard.library("org.apache.felix.framework", "9")).reason())
        .isEqualTo(UNRESOLVABLE);
    assertThat(yard.bundles()).isEmpty();
    assertThat(yard.state().resolve("store/tmp")).isEmptyDirectory();
    assertThat(record()).doesNotExist();
  }

  @Test
  void aJarThatUnpacksToTooMuchIsRefused() throws Exception {
    yard.deployer("{limits: {content: '1k'}}");

    var refused = refusal(yard.jar("app", "1.0.0", Serves.class));

    assertThat(refused.reason()).isEqualTo(TOO_LARGE);
    assertThat(refused).hasMessageContaining("limits.content");
  }

  @Test
  void aBundleThatThrowsIsRolledBackAndTheOldOneNeverStops() throws Exception {
    yard.deployer("{}");
    deploy(yard.jar("app", "1.0.0", Serves.class));
    var old = yard.bundle("app");
    var before = Files.readString(record());

    var refused = refusal(yard.jar("app", "1.1.0", Throws.class));

    assertThat(refused.reason()).isEqualTo(FAILED);
    assertThat(refused)
        .hasMessage(
            "start of app/1.1.0 failed: java.io.IOException: no such port; what ran before goes on");
    assertThat(yard.bundle("app")).isSameAs(old);
    assertThat(yard.bundles()).containsExactly("app/1.0.0");
    assertThat(record()).content().isEqualTo(before);
  }

  @Test
  void aStartLevelThatIsNeverReachedIsTold() throws Exception {
    yard.deployer("{startLevel: 41}");

    assertThat(refusal(yard.jar("app", "1.0.0", Serves.class)))
        .hasMessage("app 1.0.0 has start level 41, which the framework at 40 never reaches");
    assertThat(yard.bundles()).isEmpty();
  }

  @Test
  void aBundleThatHangsIsInterruptedAndRolledBack() throws Exception {
    yard.deployer(QUICK);
    deploy(yard.jar("app", "1.0.0", Serves.class));

    var refused = refusal(yard.jar("app", "1.1.0", Hangs.class, "Hangs: start", "Polite: yes"));

    assertThat(refused.reason()).isEqualTo(TIMEOUT);
    assertThat(refused)
        .hasMessageMatching(
            "start of app/1.1.0 took longer than 400 ms: it was at .*Hangs.hang\\(Hangs.java.*");
    assertThat(yard.bundles()).containsExactly("app/1.0.0");
  }

  @Test
  void aBundleThatHangsForGoodIsLeftBehindAndGoesWhenItCan() throws Exception {
    yard.deployer(QUICK);
    deploy(yard.jar("app", "1.0.0", Serves.class));

    var refused = refusal(yard.jar("app", "1.1.0", Hangs.class, "Hangs: start"));

    assertThat(refused.reason()).isEqualTo(TIMEOUT);
    assertThat(refused)
        .hasMessageContaining("the thread 'deploy: start of app/1.1.0' cannot be ended")
        .hasMessageContaining("it ends when the gateway does")
        .hasMessageEndingWith("what ran before goes on");
    assertThat(yard.says("app")).containsExactly("1.0.0");
    assertThat(yard.context().getBundles())
        .filteredOn(b -> b.getVersion().getMinor() == 1)
        .extracting(Bundles::startLevel)
        .containsExactly(1);
    assertThat(Files.readString(record())).contains("1.0.0").doesNotContain("1.1.0");
    // The same version again, and another, can be deployed nevertheless.
    assertThat(deploy(yard.jar("app", "1.1.0", Serves.class)).action())
        .isEqualTo(Action.SIDE_BY_SIDE);
    assertThat(yard.says("app")).containsExactly("1.1.0");

    yard.open();

    eventually(() -> assertThat(yard.bundles()).containsExactly("app/1.1.0"));
  }

  @Test
  void aBundleThatTakesAProcessorForItselfIsLeftBehind() throws Exception {
    yard.deployer(QUICK);
    deploy(yard.jar("app", "1.0.0", Serves.class));

    assertThat(refusal(yard.jar("app", "1.1.0", Spins.class)).reason()).isEqualTo(TIMEOUT);
    assertThat(yard.says("app")).containsExactly("1.0.0");
  }

  @Test
  void aServiceThatCannotBeHadIsAFailure() throws Exception {
    yard.deployer("{}");
    deploy(yard.jar("app", "1.0.0", Serves.class));

    var refused = refusal(yard.jar("app", "1.1.0", Promises.class));

    assertThat(refused.reason()).isEqualTo(FAILED);
    assertThat(refused).hasMessageContaining("Supplier").hasMessageContaining("cannot be had");
    assertThat(yard.bundles()).containsExactly("app/1.0.0");
  }

  @Test
  void aBundleThatIsNotSatisfiedInTimeIsRolledBack() throws Exception {
    yard.deployer(QUICK);
    deploy(yard.jar("app", "1.0.0", Serves.class));
    yard.lacks(
        b ->
            b.getVersion().getMinor() == 1
                ? List.of("app 1.1.0: component X waits for Y")
                : List.of());

    var refused = refusal(yard.jar("app", "1.1.0", Serves.class));

    assertThat(refused.reason()).isEqualTo(TIMEOUT);
    assertThat(refused).hasMessageContaining("component X waits for Y");
    assertThat(yard.says("app")).containsExactly("1.0.0");
  }

  @Test
  void aComponentThatFailedEndsTheWait() throws Exception {
    yard.deployer("{}");
    yard.lacks(_ -> List.of("app 1.0.0: component X failed: no such port"));

    var refused = refusal(yard.jar("app", "1.0.0", Serves.class));

    assertThat(refused.reason()).isEqualTo(FAILED);
    assertThat(refused).hasMessageContaining("no such port");
    assertThat(yard.bundles()).isEmpty();
  }

  @Test
  void whatThePredecessorLackedTooIsNotHeldAgainstTheSuccessor() throws Exception {
    yard.deployer(QUICK);
    deploy(yard.jar("app", "1.0.0", Serves.class));
    yard.lacks(b -> List.of("app %s: component X waits for Y".formatted(b.getVersion())));

    assertThat(deploy(yard.jar("app", "1.1.0", Serves.class)).action())
        .isEqualTo(Action.SIDE_BY_SIDE);
  }

  @Test
  void aFailureInPlaceBringsTheFormerBytesBack() throws Exception {
    yard.deployer("{}");
    deploy(yard.jar("app", "1.0.0", Serves.class, "Mark: one"));
    var location = yard.bundle("app").getLocation();
    var before = Files.readString(record());

    var refused = refusal(yard.jar("app", "1.0.0", Throws.class));

    assertThat(refused.reason()).isEqualTo(FAILED);
    assertThat(refused).hasMessageEndingWith("no such port; what ran before runs again");
    assertThat(yard.says("app")).containsExactly("1.0.0 one");
    assertThat(yard.bundle("app").getLocation()).isEqualTo(location);
    assertThat(record()).content().isEqualTo(before);
  }

  @Test
  void evenOneThatHangsInPlaceGivesWayToWhatRanBefore() throws Exception {
    yard.deployer(QUICK);
    deploy(yard.jar("app", "1.0.0", Serves.class, "Mark: one"));

    var refused = refusal(yard.jar("app", "1.0.0", Hangs.class, "Hangs: start"));

    assertThat(refused.reason()).isEqualTo(TIMEOUT);
    assertThat(refused).hasMessageEndingWith("what ran before runs again");
    assertThat(yard.says("app")).containsExactly("1.0.0 one");

    yard.open();

    eventually(() -> assertThat(yard.bundles()).containsExactly("app/1.0.0"));
  }

  @Test
  void aLibraryThatFailsIsTakenBackWithAllThatAreWiredToIt() throws Exception {
    yard.deployer("{}");
    deploy(yard.jar("lib", "1.0.0", Serves.class, "Export-Package: lib", "Mark: one"));
    deploy(yard.jar("a", "1.0.0", Serves.class, "Imports: lib"));

    var refused = refusal(yard.jar("lib", "1.1.0", Throws.class, "Export-Package: lib"));

    assertThat(refused).hasMessageEndingWith("what ran before runs again");
    assertThat(yard.bundles()).containsExactlyInAnyOrder("lib/1.0.0", "a/1.0.0");
    assertThat(yard.says("lib")).containsExactly("1.0.0 one");
    assertThat(yard.says("a")).containsExactly("1.0.0");
  }

  @Test
  void aPredecessorThatDoesNotStopDoesNotUndoTheSwap() throws Exception {
    yard.deployer(QUICK);
    deploy(yard.jar("app", "1.0.0", Hangs.class, "Hangs: stop"));

    var plan = deploy(yard.jar("app", "1.1.0", Serves.class));

    assertThat(plan.notes())
        .anyMatch(
            n -> n.startsWith("deploy: stop of app/1.0.0") || n.startsWith("stop of app/1.0.0"));
    assertThat(yard.says("app")).containsExactly("1.1.0");
    assertThat(Files.readString(record())).contains("1.1.0");
  }

  @Test
  void aRecordThatCannotBeWrittenUndoesTheSwap() throws Exception {
    yard.deployer("{}");
    deploy(yard.jar("app", "1.0.0", Serves.class));
    Files.delete(record());
    Files.createDirectories(record().resolve("in the way"));

    for (var version : List.of("1.1.0", "1.0.0")) {
      var refused = refusal(yard.jar("app", version, Serves.class, "Mark: new"));

      assertThat(refused.reason()).isEqualTo(STORAGE);
      assertThat(yard.says("app")).containsExactly("1.0.0");
    }
  }

  @Test
  void aPlanTouchesNothing() throws Exception {
    yard.deployer("{}");
    deploy(yard.jar("app", "1.0.0", Serves.class));
    var before = Files.readString(record());

    var plan = plan(yard.jar("app", "0.9.0", Serves.class));

    assertThat(plan.action()).isEqualTo(Action.SIDE_BY_SIDE);
    assertThat(plan.notes()).singleElement().asString().startsWith("the version goes down");
    assertThat(yard.bundles()).containsExactly("app/1.0.0");
    assertThat(record()).content().isEqualTo(before);
    assertThat(yard.state().resolve("store/tmp")).isEmptyDirectory();
    try (var kept = Files.list(yard.state().resolve("store/sha256"))) {
      assertThat(kept).hasSize(1);
    }
  }

  @Test
  void whoeverAsksThroughWhatIsReplacedIsAnsweredBeforeItStops() throws Exception {
    yard.deployer("{}");
    deploy(yard.jar("io.ioto.control", "1.0.0", Serves.class));
    var answered = new CompletableFuture<Deployments.Answer>();
    var next = yard.jar("io.ioto.control", "1.1.0", Serves.class);
    yard.context()
        .addServiceListener(
            event -> {
              if (event.getType() == ServiceEvent.UNREGISTERING) {
                // As the drain of the socket does: it waits for the caller inside.
                answered.orTimeout(5, java.util.concurrent.TimeUnit.SECONDS).join();
              }
            },
            "(name=io.ioto.control)");

    Thread.ofVirtual().start(() -> answered.complete(yard.deployments().decide(next)));

    assertThat(answered.get().done()).isTrue();
    eventually(() -> assertThat(yard.bundles()).containsExactly("io.ioto.control/1.1.0"));
    var again =
        yard.deployments().decide(yard.jar("io.ioto.control", "1.1.0", Serves.class, "Mark: x"));
    assertThat(again.done()).isFalse();
    eventually(
        () -> {
          assertThat(yard.says("io.ioto.control")).containsExactly("1.1.0 x");
          assertThat(command("GET /deployments").at("/deployments/0/state").asText())
              .isEqualTo("done");
        });
  }

  @Test
  void callersAreLetGoWhenTheDeployerItselfStops() throws Exception {
    yard.deployer("{timeout: '5 secs'}");
    var jar = yard.jar("app", "1.0.0", Hangs.class, "Hangs: start");
    var answer = inBackground(() -> yard.deployments().decide(jar));
    eventually(() -> assertThat(yard.bundles()).isNotEmpty());

    yard.retire();

    assertThat(answer.get().done()).isFalse();
    yard.open();
    yard.deployer("{}");
    assertThat(deploy(jar).action()).isEqualTo(Action.NOTHING);
  }

  @Test
  void onlySoManyMayWait() throws Exception {
    yard.deployer("{limits: {queue: 1}}");
    var first = yard.jar("a", "1.0.0", Hangs.class, "Hangs: start");
    var one = inBackground(() -> deploy(first));
    eventually(() -> assertThat(yard.bundles()).isNotEmpty());
    var more =
        Stream.of("b", "c", "d")
            .map(name -> yard.jar(name, "1.0.0", Serves.class))
            .map(jar -> inBackground(() -> deploy(jar)))
            .toList();
    eventually(
        () -> assertThat(more).filteredOn(CompletableFuture::isCompletedExceptionally).hasSize(2));

    yard.open();

    assertThat(one.get().action()).isEqualTo(Action.INSTALL);
    eventually(() -> assertThat(yard.bundles()).hasSize(2));
    assertThat(more)
        .filteredOn(CompletableFuture::isCompletedExceptionally)
        .allSatisfy(
            refused ->
                assertThat(refused.exceptionNow())
                    .isInstanceOfSatisfying(
                        DeployException.class, e -> assertThat(e.reason()).isEqualTo(BUSY)));
  }

  @Test
  void replacedBundlesLeaveNoClassLoader() throws Exception {
    yard.deployer("{}");
    deploy(yard.jar("lib", "1.0.0", Serves.class, "Export-Package: lib"));
    deploy(yard.jar("app", "1.0.0", Serves.class, "Imports: lib"));
    for (var i = 1; i <= 3; i++) {
      deploy(yard.jar("app", "1.%d.0".formatted(i), Serves.class, "Imports: lib"));
      deploy(yard.jar("app", "1.%d.0".formatted(i), Serves.class, "Imports: lib", "Mark: x"));
      deploy(yard.jar("lib", "1.%d.0".formatted(i), Serves.class, "Export-Package: lib"));
      refusal(yard.jar("app", "2.0.0", Throws.class, "Imports: lib"));
    }

    var loaders = command("GET /loaders");

    assertThat(loaders.at("/swaps").asInt()).isEqualTo(9);
    assertThat(loaders.at("/left").toString()).isEqualTo("[]");
    assertThat(loaders.at("/loadersLeft").asInt()).isZero();
  }

  @Test
  void aClassLoaderThatIsHeldIsNamed() throws Exception {
    yard.deployer("{}");
    deploy(yard.jar("app", "1.0.0", Serves.class));
    var held = yard.bundle("app").loadClass(Serves.class.getName());
    deploy(yard.jar("app", "1.1.0", Serves.class));

    assertThat(command("GET /loaders").at("/left").toString()).isEqualTo("[\"app/1.0.0\"]");
    assertThat(held.getName()).isEqualTo(Serves.class.getName());
  }

  @Test
  void threadsOfASwapEndWithIt() throws Exception {
    // Other tests leave some behind on purpose.
    var before = Thread.getAllStackTraces().keySet();
    yard.deployer("{}");
    deploy(yard.jar("app", "1.0.0", Serves.class));
    deploy(yard.jar("app", "1.1.0", Serves.class));

    eventually(
        () ->
            assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(t -> t.getName().startsWith("deploy") && !before.contains(t)));
  }

  @Test
  void whatNobodyNeedsIsRemovedFromTheStoreAtTheStart() throws Exception {
    var junk = yard.state().resolve("store/sha256/ab/%s.jar".formatted("ab".repeat(32)));
    var half = yard.state().resolve("store/tmp/resolve-1/x");
    for (var file : List.of(junk, half)) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, "x");
    }
    var wanted = "cd".repeat(32);
    var kept = yard.state().resolve("store/sha256/cd/%s.jar".formatted(wanted));
    Files.createDirectories(kept.getParent());
    Files.writeString(kept, "x");
    Files.createDirectories(record().getParent());
    Files.writeString(
        record(),
        "{\"bundles\":[{\"name\":\"a\",\"version\":\"1\",\"sha256\":\"%s\"}]}".formatted(wanted));

    yard.deployer("{}");

    eventually(() -> assertThat(junk).doesNotExist());
    assertThat(half.getParent()).doesNotExist();
    assertThat(kept).exists();
  }

  @Test
  void aDamagedRecordIsPutAsideByTheNextDeployment() throws Exception {
    Files.createDirectories(record().getParent());
    Files.writeString(record(), "{\"bundles\": [{");
    yard.deployer("{}");

    deploy(yard.jar("app", "1.0.0", Serves.class));

    assertThat(Files.readString(record())).contains("app");
    assertThat(record().resolveSibling("deployed.json.damaged"))
        .content()
        .isEqualTo("{\"bundles\": [{");
  }

  @Test
  void aBundleThatWasInstalledByOtherMeansComesBackToo() throws Exception {
    yard.deployer("{}");
    var jar = yard.jar("app", "1.0.0", Serves.class, "Mark: one");
    try (var in = Files.newInputStream(jar)) {
      yard.context().installBundle("console", in).start();
    }

    assertThat(deploy(jar).action()).isEqualTo(Action.NOTHING);
    assertThat(refusal(yard.jar("app", "1.0.0", Throws.class)))
        .hasMessageEndingWith("what ran before runs again");
    assertThat(yard.says("app")).containsExactly("1.0.0 one");
  }

  @Test
  void theCommandsTakeAndAnswerWhatTheSocketCarries() throws Exception {
    yard.deployer("{}");
    var bytes = Files.readAllBytes(yard.jar("app", "1.0.0", Serves.class));

    assertThat(command("POST /plan", bytes).at("/action").asText()).isEqualTo("INSTALL");
    var answer = command("POST /deploy", bytes);
    assertThat(answer.at("/done").asBoolean()).isTrue();
    assertThat(answer.at("/from").isNull()).isTrue();
    assertThat(answer.at("/starts/0").asText()).isEqualTo("app/1.0.0");
    assertThat(answer.at("/millis").isIntegralNumber()).isTrue();
    var refused =
        catchThrowableOfType(CommandException.class, () -> command("POST /deploy", new byte[9]));
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.code()).isEqualTo("NO_JAR");
    var cut =
        catchThrowableOfType(
            IOException.class,
            () ->
                command(
                    "POST /deploy",
                    new FilterInputStream(new ByteArrayInputStream(bytes)) {
                      @Override
                      public int read(byte[] b, int off, int len) throws IOException {
                        throw new IOException("cut off");
                      }
                    }));
    assertThat(cut).hasMessage("cut off");
    var history = command("GET /deployments").at("/deployments");
    assertThat(history.size()).isEqualTo(1);
    assertThat(history.at("/0/name").asText()).isEqualTo("app");
  }

  private com.fasterxml.jackson.databind.JsonNode command(String route, byte... body)
      throws Exception {
    return command(route, new ByteArrayInputStream(body));
  }

  private com.fasterxml.jackson.databind.JsonNode command(String route, InputStream body)
      throws Exception {
    var references =
        yard.context().getServiceReferences(Command.class, "(ioto.command=%s)".formatted(route));
    var command = yard.context().getService(references.iterator().next());
    return command.run(new CommandRequest(Map.of(), body, 0));
  }

  private Plan plan(Path jar) {
    return yard.deployments().plan(jar);
  }

  private Plan deploy(Path jar) {
    return yard.deployments().deploy(jar);
  }

  private DeployException refusal(Path jar) {
    var refused = catchThrowableOfType(DeployException.class, () -> deploy(jar));
    assertThat(refused).isNotNull();
    return refused;
  }

  private static <T> CompletableFuture<T> inBackground(Supplier<T> work) {
    return CompletableFuture.supplyAsync(work, r -> Thread.ofVirtual().start(r));
  }

  private Path file(byte[] content) throws IOException {
    return Files.write(folder.resolve("file.jar"), content);
  }

  private Path record() {
    return yard.state().resolve("release/deployed.json");
  }

  private Path stored(Path jar) throws IOException {
    var sha256 = Store.sha256(jar);
    return yard.state().resolve("store/sha256/%s/%s.jar".formatted(sha256.substring(0, 2), sha256));
  }
}
