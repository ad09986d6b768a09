// SPDX-License-Identifier: Apache-2.0
package io.ioto.deploy;

import static io.ioto.api.deploy.DeployException.Reason.BUSY;
import static io.ioto.api.deploy.DeployException.Reason.FAILED;
import static io.ioto.api.deploy.DeployException.Reason.NO_BUNDLE;
import static io.ioto.api.deploy.DeployException.Reason.STORAGE;
import static io.ioto.api.deploy.DeployException.Reason.UNRESOLVABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ioto.api.deploy.DeployException;
import io.ioto.api.deploy.Plan.Action;
import io.ioto.api.deploy.Target;
import io.ioto.api.ota.Updates;
import io.ioto.deploy.guest.Serves;
import io.ioto.deploy.guest.Throws;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SetSwapTest {
  @TempDir Path folder;
  private Yard yard;
  private final List<Target.Bundle> set = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    yard = new Yard(folder).deployer("{timeout: '2 secs', stop: '2 secs'}");
    Files.createDirectories(yard.state().resolve("release"));
  }

  @AfterEach
  void stop() throws Exception {
    yard.close();
  }

  /// Puts a jar into the set, in the place of the one of its name.
  private void want(String name, String version, Path jar) throws IOException {
    pin(Store.sha256(jar));
    set.removeIf(b -> b.name().equals(name));
    set.add(new Target.Bundle(name, version, yard.deployments().keep(jar), 30));
  }

  private void pin(String sha256) throws IOException {
    var file = yard.state().resolve("release/%s.json".formatted(sha256));
    Files.writeString(file, "{bundles: [{'ioto-sha256': '%s'}]}".formatted(sha256));
  }

  private void change() {
    yard.deployments().change(new Target(set));
  }

  private DeployException refusal() {
    return catchThrowableOfType(DeployException.class, this::change);
  }

  @Test
  void setOfNewBundlesComesInAndWhatIsNotInItGoes() throws Exception {
    yard.deployments().deploy(yard.jar("stray", "1.0.0", Serves.class));
    want("one", "1.0.0", yard.jar("one", "1.0.0", Serves.class));
    want("two", "1.0.0", yard.jar("two", "1.0.0", Serves.class));

    var plan = yard.deployments().plan(new Target(set));
    assertThat(plan.restart()).isFalse();
    assertThat(plan.changes()).extracting("action").containsOnly(Action.INSTALL);
    assertThat(plan.removes()).containsExactly("stray/1.0.0");
    assertThat(yard.bundles()).containsExactly("stray/1.0.0");

    change();
    assertThat(yard.bundles()).containsExactlyInAnyOrder("one/1.0.0", "two/1.0.0");
    assertThat(Bundles.startLevel(yard.bundle("one"))).isEqualTo(30);
    assertThat(yard.deployments().plan(new Target(set)).nothing()).isTrue();
  }

  @Test
  void everythingThatComesServesBeforeAnythingGoes() throws Exception {
    want("one", "1.0.0", yard.jar("one", "1.0.0", Serves.class));
    want("two", "1.0.0", yard.jar("two", "1.0.0", Serves.class));
    change();
    var unchanged = yard.bundle("two").getBundleId();
    want("one", "2.0.0", yard.jar("one", "2.0.0", Serves.class));
    want("three", "1.0.0", yard.jar("three", "1.0.0", Serves.class));
    var seen = new ArrayList<List<String>>();
    yard.context()
        .addServiceListener(
            event -> {
              if (event.getType() == org.osgi.framework.ServiceEvent.UNREGISTERING) {
                seen.add(yard.bundles());
              }
            },
            "(name=one)");
    change();
    assertThat(seen.getFirst())
        .anyMatch(b -> b.startsWith("one/1.0.0"))
        .contains("one/2.0.0", "three/1.0.0");
    assertThat(yard.bundles()).containsExactlyInAnyOrder("two/1.0.0", "one/2.0.0", "three/1.0.0");
    assertThat(yard.bundle("two").getBundleId()).isEqualTo(unchanged);
  }

  @Test
  void oneThatDoesNotStartTakesTheWholeSetBack() throws Exception {
    want("one", "1.0.0", yard.jar("one", "1.0.0", Serves.class));
    change();
    want("one", "2.0.0", yard.jar("one", "2.0.0", Serves.class));
    want("two", "1.0.0", yard.jar("two", "1.0.0", Throws.class));

    assertThat(refusal().reason()).isEqualTo(FAILED);
    assertThat(yard.bundles()).containsExactly("one/1.0.0");
    assertThat(yard.says("one")).containsExactly("1.0.0");
  }

  @Test
  void setThatLacksSomethingIsRefusedBeforeAnythingIsTouched() throws Exception {
    want("one", "1.0.0", yard.jar("one", "1.0.0", Serves.class));
    change();
    want("one", "2.0.0", yard.jar("one", "2.0.0", Serves.class, "Imports: nowhere"));
    var refusal = refusal();
    assertThat(refusal.reason()).isEqualTo(UNRESOLVABLE);
    assertThat(refusal).hasMessageContaining("nowhere");
    assertThat(yard.bundles()).containsExactly("one/1.0.0");
  }

  @Test
  void libraryIsReplacedTogetherWithWhatNeedsTheNewOne() throws Exception {
    want("lib", "1.0.0", yard.library("lib", "1.0.0", "Export-Package: lib;version=1"));
    want("app", "1.0.0", yard.jar("app", "1.0.0", Serves.class, "Imports: lib;version=\"[1,2)\""));
    change();
    want("lib", "2.0.0", yard.library("lib", "2.0.0", "Export-Package: lib;version=2"));
    want("app", "2.0.0", yard.jar("app", "2.0.0", Serves.class, "Imports: lib;version=\"[2,3)\""));
    change();
    assertThat(yard.bundles()).containsExactlyInAnyOrder("lib/2.0.0", "app/2.0.0");
    assertThat(yard.says("app")).containsExactly("2.0.0");
  }

  @Test
  void failureInPlacePutsEverythingBack() throws Exception {
    want("lib", "1.0.0", yard.library("lib", "1.0.0", "Export-Package: lib"));
    want("app", "1.0.0", yard.jar("app", "1.0.0", Serves.class, "Imports: lib"));
    want("side", "1.0.0", yard.jar("side", "1.0.0", Serves.class));
    change();
    want("lib", "1.0.1", yard.jar("lib", "1.0.1", Throws.class, "Export-Package: lib"));
    want("side", "1.1.0", yard.jar("side", "1.1.0", Serves.class));
    var refusal = refusal();
    assertThat(refusal.reason()).isEqualTo(FAILED);
    assertThat(refusal).hasMessageContaining("what ran before runs again");
    assertThat(yard.bundles()).containsExactlyInAnyOrder("lib/1.0.0", "app/1.0.0", "side/1.0.0");
    assertThat(Bundles.startLevel(yard.bundle("lib"))).isEqualTo(30);
    assertThat(yard.says("app")).containsExactly("1.0.0");
    assertThat(yard.says("side")).containsExactly("1.0.0");
  }

  @Test
  void wayBackIsTheFormerSet() throws Exception {
    want("one", "1.0.0", yard.jar("one", "1.0.0", Serves.class));
    change();
    var before = new Target(set);
    want("one", "2.0.0", yard.jar("one", "2.0.0", Serves.class));
    want("two", "1.0.0", yard.jar("two", "1.0.0", Serves.class));
    change();
    yard.deployments().change(before);
    assertThat(yard.bundles()).containsExactly("one/1.0.0");
  }

  @Test
  void jarThatIsNotKeptIsToldByName() throws Exception {
    set.add(new Target.Bundle("one", "1.0.0", "0".repeat(64), 30));
    var refusal = refusal();
    assertThat(refusal.reason()).isEqualTo(STORAGE);
    assertThat(refusal).hasMessageContaining("one is missing or damaged in the store");
  }

  @Test
  void jarOfAnotherVersionThanTheSetSaysIsRefused() throws Exception {
    want("one", "1.0.1", yard.jar("one", "1.0.0", Serves.class));
    assertThat(refusal().reason()).isEqualTo(NO_BUNDLE);
  }

  @Test
  void changeToWhoeverCarriesItOutNeedsARestart() throws Exception {
    want("one", "1.0.0", yard.jar("one", "1.0.0", Serves.class));
    change();

    Updates updates =
        new Updates() {
          @Override
          public Status status() {
            throw new AssertionError("nobody asks");
          }

          @Override
          public long check() {
            throw new AssertionError("nobody asks");
          }

          @Override
          public long apply() {
            throw new AssertionError("nobody asks");
          }

          @Override
          public long rollback() {
            throw new AssertionError("nobody asks");
          }
        };
    yard.bundle("one").getBundleContext().registerService(Updates.class, updates, null);
    want("one", "2.0.0", yard.jar("one", "2.0.0", Serves.class));
    assertThat(yard.deployments().plan(new Target(set)).restart()).isTrue();
    assertThat(refusal()).hasMessageContaining("restart for it");
    assertThat(yard.says("one")).containsExactly("1.0.0");
  }

  @Test
  void jarsThatNoReleaseNamesAreRemoved() throws Exception {
    var kept = yard.deployments().keep(yard.jar("one", "1.0.0", Serves.class));
    var file = yard.state().resolve("store/sha256/%s/%s.jar".formatted(kept.substring(0, 2), kept));
    assertThat(file).exists();
    yard.deployments().deploy(yard.jar("two", "1.0.0", Serves.class));
    assertThat(file).doesNotExist();
    pin(kept);
    yard.deployments().keep(yard.jar("one", "1.0.0", Serves.class));
    yard.deployments().deploy(yard.jar("two", "1.1.0", Serves.class));
    assertThat(file).exists();
  }

  @Test
  void nothingIsDeployedWhileAReleaseIsBroughtIn() throws Exception {
    Files.writeString(yard.state().resolve("release/journal.json"), "{\"state\":\"GATING\"}");
    var refusal =
        catchThrowableOfType(
            DeployException.class,
            () -> yard.deployments().deploy(yard.jar("two", "1.0.0", Serves.class)));
    assertThat(refusal.reason()).isEqualTo(BUSY);
  }

  @Test
  void whatIsDeployedBelongsToTheReleaseUnderIt() throws Exception {
    var record = yard.state().resolve("release/deployed.json");
    yard.deployments().deploy(yard.jar("one", "1.0.0", Serves.class));
    Files.writeString(
        yard.state().resolve("release/current.json"),
        "{extensions: {'ioto-release': {json: {release: 7}}}}");
    yard.deployments().deploy(yard.jar("two", "1.0.0", Serves.class));
    assertThat(Deployed.read(record).over()).isEqualTo(7);
    assertThat(Deployed.read(record).entries())
        .extracting(Deployed.Entry::name)
        .containsExactly("two");
  }
}
