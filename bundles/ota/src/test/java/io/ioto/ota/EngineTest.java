// SPDX-License-Identifier: Apache-2.0
package io.ioto.ota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.api.deploy.DeployException;
import io.ioto.api.deploy.Target;
import io.ioto.api.ota.HealthCheck;
import io.ioto.api.ota.ReleaseSource;
import io.ioto.api.ota.UpdateException;
import io.ioto.api.ota.UpdateException.Reason;
import io.ioto.api.ota.UpdateState;
import io.ioto.testing.Sections;
import io.ioto.trust.Hash;
import io.ioto.trust.Tool;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Releases of a real repository, brought into a gateway that is none.
class EngineTest {
  @TempDir Path folder;
  private FakeGateway gateway;
  private Releases releases;
  private Journal journal;
  private Engine engine;
  private ReleaseSource source;
  private final List<String> opened = new ArrayList<>();
  private final List<UpdateState> told = new ArrayList<>();
  private Duration waited = Duration.ZERO;

  /// Called before and after each record of the journal.
  private BiConsumer<Step, Boolean> probe = (_, _) -> {};

  @BeforeEach
  void setUp() throws IOException {
    for (var name : List.of("home/features", "home/bundles", "home/runtime-config")) {
      Files.createDirectories(folder.resolve(name));
    }
    Files.writeString(
        folder.resolve("home/runtime-config/framework.properties"), "ioto.app=none\n");
    Files.writeString(
        folder.resolve("home/features/core.json"),
        """
        {"bundles": [{"id": "g:a:1", "start-order": 5, "ioto-file": "a.jar"},
                     {"id": "g:b:1", "start-order": 30, "ioto-file": "b.jar"}]}
        """);
    var a = jar("a", "1.0.0");
    var b = jar("b", "1.0.0");
    assertThat(tool("keys", "init")).isZero();
    gateway =
        new FakeGateway(
            folder.resolve("state"),
            new Target(
                List.of(
                    new Target.Bundle("a", "1.0.0", Hash.of(a), 5),
                    new Target.Bundle("b", "1.0.0", Hash.of(b), 30))));
    source =
        (path, from) -> {
          opened.add(path);
          return new FolderSource(folder.resolve("repository")).open(path, from);
        };
    start();
  }

  /// The process begins.
  private void start() throws IOException {
    releases = new Releases(folder.resolve("state"));
    releases.open();
    journal =
        new Journal(releases.journal(), InstantSource.system(), 20, told::add) {
          @Override
          void write(Entry next) throws IOException {
            probe.accept(next.step(), false);
            super.write(next);
            probe.accept(next.step(), true);
          }
        };
    engine =
        new Engine(
            gateway,
            releases,
            journal,
            settings(),
            () -> source,
            folder.resolve("state/trust"),
            InstantSource.system(),
            time -> waited = waited.plus(time));
  }

  private Settings settings() {
    return Settings.of(
        Sections.config(
            Updater.Config.class,
            "io.ioto.ota",
            folder,
            "{root: '%s', limits: {spare: 0}}".formatted(folder.resolve("keys/root.json"))));
  }

  private Path jar(String name, String version) throws IOException {
    var manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().putValue("Bundle-SymbolicName", name);
    manifest.getMainAttributes().putValue("Bundle-Version", version);
    var file = folder.resolve("home/bundles/%s.jar".formatted(name));
    try (var out = new JarOutputStream(Files.newOutputStream(file), manifest)) {
      out.putNextEntry(new JarEntry("filler"));
      var filler = new byte[100_000];
      new Random(version.hashCode()).nextBytes(filler);
      out.write(filler);
    }
    return file;
  }

  private int tool(String... args) {
    var all = new ArrayList<>(List.of(args));
    for (var option : List.of("keys", "build", "repository")) {
      all.addAll(List.of("--" + option, folder.resolve(option).toString()));
    }
    return Tool.run(folder.resolve("home"), all);
  }

  /// Publishes a release with that version of `b`.
  private void publish(String version, String... options) throws IOException {
    jar("b", version);
    var all = new ArrayList<>(List.of("release", "build", "sign", "publish", "--features", "core"));
    all.addAll(List.of(options));
    assertThat(tool(all.toArray(String[]::new))).isZero();
  }

  private void bring() throws Exception {
    engine.plan(true);
    engine.go();
  }

  private void ended(Step step, long release, String reason) {
    var entry = journal.entry();
    assertThat(entry.step()).as(entry.reason()).isEqualTo(step);
    assertThat(entry.release()).isEqualTo(release);
    assertThat(entry.reason()).contains(reason);
  }

  @Test
  void theSectionHasItsDefaults() {
    var settings = Settings.of(Sections.config(Updater.Config.class, "io.ioto.ota", folder, "{}"));
    assertThat(settings.enable()).isFalse();
    assertThat(settings.minStable()).isEqualTo(Duration.ofSeconds(10));
    assertThat(settings.settle()).isEqualTo(Duration.ofSeconds(30));
    assertThat(settings.period()).isEqualTo(Duration.ofHours(24));
    assertThat(settings.attempts()).isEqualTo(3);
    assertThat(settings.source()).isEmpty();
  }

  @Test
  void releaseIsBroughtInAndCommitted() throws Exception {
    publish("2.0.0");
    assertThat(engine.check()).isEqualTo(1);
    bring();
    ended(Step.COMMITTED, 1, "");
    assertThat(gateway.version("b")).isEqualTo("2.0.0");
    assertThat(releases.number()).isEqualTo(1);
    assertThat(releases.candidate()).isEmpty();
    assertThat(waited).isGreaterThanOrEqualTo(Duration.ofSeconds(10));
    gateway.boot();
    assertThat(gateway.version("b")).isEqualTo("2.0.0");
  }

  @Test
  void everyStateIsTold() throws Exception {
    publish("2.0.0");
    bring();
    assertThat(told)
        .containsExactly(
            new UpdateState.Planned(1),
            new UpdateState.Fetched(1),
            new UpdateState.Verified(1),
            new UpdateState.Resolved(1),
            new UpdateState.Staged(1),
            new UpdateState.Applying(1),
            new UpdateState.Gating(1),
            new UpdateState.Committed(1));
  }

  @Test
  void onlyWhatIsMissingIsFetched() throws Exception {
    publish("2.0.0");
    bring();
    assertThat(opened).filteredOn(p -> p.startsWith("targets/bundles/")).hasSize(1);
  }

  @Test
  void nothingNewerChangesNothing() throws Exception {
    publish("2.0.0");
    bring();
    assertThat(engine.plan(true)).isEqualTo(1);
    engine.go();
    assertThat(gateway.swaps).isEqualTo(1);
  }

  @Test
  void unresolvableReleaseIsRefusedBeforeAnythingIsTouched() throws Exception {
    publish("2.0.0");
    engine.plan(true);
    gateway.refusal = new DeployException(DeployException.Reason.UNRESOLVABLE, "b needs the moon");
    engine.go();
    ended(Step.FAILED, 1, "UNRESOLVABLE: b needs the moon");
    assertThat(gateway.swaps).isZero();
    assertThat(releases.number()).isZero();
  }

  @Test
  void bundleThatTheRepositoryLacksIsToldByName() throws Exception {
    publish("2.0.0");
    engine.plan(true);
    source =
        (path, from) -> {
          throw new java.nio.file.NoSuchFileException(path);
        };
    engine.go();
    ended(Step.FAILED, 1, "MISSING_BUNDLE: the source has no targets/bundles/");
  }

  @Test
  void sourceThatFailsInItsOwnWayIsARefusal() throws Exception {
    publish("2.0.0");
    engine.plan(true);
    source =
        (_, _) -> {
          throw new IllegalStateException("the tape is torn");
        };
    engine.go();
    ended(Step.FAILED, 1, "INTERNAL: java.lang.IllegalStateException: the tape is torn");
  }

  @Test
  void swappedBundleIsRefused() throws Exception {
    publish("2.0.0");
    engine.plan(true);
    var right = source;
    source =
        (path, from) -> {
          try (var content = right.open(path, 0)) {
            var bytes = content.in().readAllBytes();
            bytes[bytes.length / 2] ^= 1;
            return new ReleaseSource.Content(new ByteArrayInputStream(bytes), 0);
          }
        };
    engine.go();
    ended(Step.FAILED, 1, "HASH_MISMATCH");
    assertThat(gateway.swaps).isZero();
  }

  @Test
  void endlessBundleIsCutOff() throws Exception {
    publish("2.0.0");
    engine.plan(true);
    var right = source;
    source =
        (path, from) ->
            new ReleaseSource.Content(
                new SequenceInputStream(
                    right.open(path, from).in(), new ByteArrayInputStream(new byte[1])),
                from);
    engine.go();
    ended(Step.FAILED, 1, "TOO_LARGE");
  }

  @Test
  void truncatedBundleIsRefused() throws Exception {
    publish("2.0.0");
    engine.plan(true);
    source = (_, from) -> new ReleaseSource.Content(InputStream.nullInputStream(), from);
    engine.go();
    ended(Step.FAILED, 1, "WRONG_LENGTH");
  }

  @Test
  void downloadThatBreaksOffIsContinued() throws Exception {
    publish("2.0.0");
    engine.plan(true);
    var right = source;
    var begun = new ArrayList<Long>();
    source =
        (path, from) -> {
          begun.add(from);
          var whole = right.open(path, from);
          if (begun.size() > 1) {
            return whole;
          }
          var part = whole.in().readNBytes(50_000);
          whole.close();
          return new ReleaseSource.Content(
              new SequenceInputStream(
                  new ByteArrayInputStream(part),
                  new InputStream() {
                    @Override
                    public int read() throws IOException {
                      throw new IOException("the line is cut");
                    }

                    @Override
                    public int read(byte[] b, int from, int length) throws IOException {
                      throw new IOException("the line is cut");
                    }
                  }),
              from);
        };
    engine.go();
    ended(Step.COMMITTED, 1, "");
    assertThat(begun).containsExactly(0L, 50_000L);
  }

  @Test
  void releaseLargerThanTheLimitIsRefused() throws Exception {
    publish("2.0.0");
    var fetch =
        new Fetch(
            folder.resolve("fetch"),
            source,
            Settings.of(
                Sections.config(
                    Updater.Config.class, "io.ioto.ota", folder, "{limits: {set: '1k'}}")));
    engine.plan(true);
    var bundles = java.util.Set.copyOf(releases.candidate().orElseThrow().bundles());
    assertThatThrownBy(() -> fetch.prepare(bundles))
        .isInstanceOfSatisfying(
            UpdateException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE));
  }

  @Test
  void fullDiskIsToldBeforeAnythingIsFetched() throws Exception {
    publish("2.0.0");
    var fetch =
        new Fetch(
            folder.resolve("fetch"),
            source,
            Settings.of(
                Sections.config(
                    Updater.Config.class, "io.ioto.ota", folder, "{limits: {spare: '900000gb'}}")));
    engine.plan(true);
    var bundles = java.util.Set.copyOf(releases.candidate().orElseThrow().bundles());
    assertThatThrownBy(() -> fetch.prepare(bundles))
        .isInstanceOfSatisfying(
            UpdateException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NO_SPACE));
  }

  @Test
  void lowerReleaseIsRefused() throws Exception {
    publish("2.0.0", "--number", "5");
    bring();
    // A repository of the same keys that begins anew, with higher versions of its metadata.
    Files.move(folder.resolve("repository"), folder.resolve("old"));
    for (var number = 2; number <= 4; number++) {
      publish("3.0.0", "--number", Integer.toString(number));
    }
    assertThatThrownBy(() -> engine.check())
        .isInstanceOfSatisfying(
            UpdateException.class, e -> assertThat(e.reason()).isEqualTo(Reason.ROLLBACK))
        .hasMessageContaining("release 4 at most, and release 5 runs");
  }

  @Test
  void releaseThatDoesNotStartGoesBack() throws Exception {
    publish("2.0.0");
    engine.plan(true);
    gateway.failure = new DeployException(DeployException.Reason.FAILED, "b threw");
    engine.go();
    ended(Step.ROLLED_BACK, 1, "SWAP_FAILED: b threw");
    assertThat(gateway.version("b")).isEqualTo("1.0.0");
  }

  @Test
  void unhealthyReleaseGoesBackAndIsNotTriedAgainUnasked() throws Exception {
    publish("2.0.0");
    gateway.checks.put(
        "valve", () -> gateway.version("b").equals("2.0.0") ? List.of("stuck") : List.of());
    bring();
    ended(Step.ROLLED_BACK, 1, "UNHEALTHY: valve: stuck");
    assertThat(gateway.version("b")).isEqualTo("1.0.0");
    assertThat(releases.number()).isZero();
    assertThat(engine.plan(false)).isZero();
    gateway.checks.clear();
    bring();
    ended(Step.COMMITTED, 1, "");
  }

  @Test
  void checkThatThrowsOrIsMissingIsAProblem() throws Exception {
    publish("2.0.0", "--check", "cloud");
    gateway.checks.put(
        "bad",
        () -> {
          throw new IllegalStateException("no idea");
        });
    bring();
    ended(Step.ROLLED_BACK, 1, "there is no health check 'cloud'");
    assertThat(journal.entry().reason()).contains("bad: the check failed").contains("no idea");
  }

  @Test
  void whatWasMissingBeforeIsNotHeldAgainstTheRelease() throws Exception {
    publish("2.0.0");
    gateway.missing.add("the printer");
    bring();
    ended(Step.COMMITTED, 1, "");
  }

  @Test
  void releaseMaySettleFirst() throws Exception {
    publish("2.0.0");
    gateway.checks.put(
        "slow",
        () -> waited.compareTo(Duration.ofSeconds(20)) < 0 ? List.of("warming up") : List.of());
    bring();
    ended(Step.COMMITTED, 1, "");
    assertThat(waited).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(31));
  }

  @Test
  void releaseMayAskForALongerTrial() throws Exception {
    publish("2.0.0", "--min-stable", "1 min");
    bring();
    assertThat(waited).isGreaterThanOrEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void coldReleaseIsTakenAtARestart() throws Exception {
    publish("2.0.0");
    gateway.needsRestart = true;
    bring();
    assertThat(journal.entry().step()).isEqualTo(Step.GATING);
    assertThat(gateway.restarts).isEqualTo(1);
    assertThat(gateway.version("b")).isEqualTo("1.0.0");
    gateway.boot();
    start();
    engine.resume();
    ended(Step.COMMITTED, 1, "");
    assertThat(gateway.version("b")).isEqualTo("2.0.0");
  }

  @Test
  void coldReleaseThatIsUnhealthyGoesBackAtARestart() throws Exception {
    publish("2.0.0");
    gateway.needsRestart = true;
    gateway.checks.put("valve", () -> List.of("stuck"));
    bring();
    gateway.boot();
    start();
    engine.resume();
    assertThat(journal.entry().step()).isEqualTo(Step.ROLLING_BACK);
    assertThat(gateway.restarts).isEqualTo(2);
    gateway.boot();
    start();
    engine.resume();
    ended(Step.ROLLED_BACK, 1, "UNHEALTHY: valve: stuck");
    assertThat(gateway.version("b")).isEqualTo("1.0.0");
  }

  @Test
  void releaseThatTheLauncherGaveUpIsRolledBack() throws Exception {
    publish("2.0.0");
    gateway.needsRestart = true;
    bring();
    for (var i = 0; i < 4; i++) {
      gateway.boot();
    }
    start();
    engine.resume();
    ended(Step.ROLLED_BACK, 1, "BOOT_FAILED: it did not come up in 3 starts");
    assertThat(gateway.version("b")).isEqualTo("1.0.0");
    assertThat(folder.resolve("state/release/boots")).doesNotExist();
  }

  @Test
  void wayBackIsThePreviousReleaseThenWhatWasShipped() throws Exception {
    publish("2.0.0");
    bring();
    publish("3.0.0");
    bring();
    assertThat(gateway.version("b")).isEqualTo("3.0.0");
    assertThat(engine.planBack()).isEqualTo(1);
    engine.go();
    ended(Step.COMMITTED, 1, "");
    assertThat(gateway.version("b")).isEqualTo("2.0.0");
    assertThat(engine.plan(false)).isEqualTo(1);
  }

  @Test
  void wayBackFromTheFirstReleaseIsWhatWasShipped() throws Exception {
    publish("2.0.0");
    bring();
    assertThat(engine.planBack()).isZero();
    engine.go();
    assertThat(gateway.restarts).isEqualTo(1);
    gateway.boot();
    start();
    engine.resume();
    ended(Step.ROLLED_BACK, 0, "asked");
    assertThat(gateway.version("b")).isEqualTo("1.0.0");
    assertThat(releases.number()).isZero();
  }

  @Test
  void withoutReleaseThereIsNoWayBack() {
    assertThatThrownBy(() -> engine.planBack())
        .isInstanceOfSatisfying(
            UpdateException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NO_PREVIOUS));
  }

  @Test
  void secondUpdateWaitsForTheFirst() throws Exception {
    publish("2.0.0");
    engine.plan(true);
    assertThatThrownBy(() -> engine.plan(true))
        .isInstanceOfSatisfying(
            UpdateException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BUSY));
  }

  @Test
  void damagedJournalForgetsTheUpdateAndNothingElse() throws Exception {
    publish("2.0.0");
    bring();
    Files.writeString(folder.resolve("state/release/journal.json"), "{\"state\": \"GAT");
    start();
    engine.resume();
    assertThat(journal.entry().step()).isEqualTo(Step.IDLE);
    assertThat(releases.number()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "PLANNED, true", "FETCHED, false", "FETCHED, true", "VERIFIED, false", "VERIFIED, true",
    "RESOLVED, false", "RESOLVED, true", "STAGED, false", "STAGED, true", "APPLYING, false",
    "APPLYING, true", "GATING, false", "GATING, true", "COMMITTED, false", "COMMITTED, true"
  })
  void cutAtAnyStateIsGoneOnWith(Step step, boolean after) throws Exception {
    publish("2.0.0");
    cut(step, after);
    assertThat(releases.number()).isEqualTo(1);
    ended(Step.COMMITTED, 1, "");
    assertThat(gateway.version("b")).isEqualTo("2.0.0");
  }

  @ParameterizedTest
  @EnumSource(names = {"ROLLING_BACK", "ROLLED_BACK"})
  void cutOnTheWayBackEndsWithWhatRanBefore(Step step) throws Exception {
    publish("2.0.0");
    gateway.checks.put("valve", () -> List.of("stuck"));
    for (var after : List.of(false, true)) {
      cut(step, after);
      ended(Step.ROLLED_BACK, 1, "UNHEALTHY");
      assertThat(gateway.version("b")).isEqualTo("1.0.0");
      assertThat(releases.number()).isZero();
    }
  }

  /// Cuts the power before or after a state is recorded, starts again, and lets it go on.
  private void cut(Step step, boolean after) throws Exception {
    probe =
        (next, written) -> {
          if (next == step && written == after) {
            throw new FakeGateway.Cut();
          }
        };
    assertThatThrownBy(this::bring).isInstanceOf(FakeGateway.Cut.class);
    probe = (_, _) -> {};
    gateway.boot();
    start();
    engine.resume();
  }

  @Test
  void cutWhileBundlesAreSwappedIsRepeatedAFewTimes() throws Exception {
    publish("2.0.0");
    gateway.cutWhileSwapping = true;
    assertThatThrownBy(this::bring).isInstanceOf(FakeGateway.Cut.class);
    for (var i = 0; i < 2; i++) {
      gateway.boot();
      start();
      assertThatThrownBy(() -> engine.resume()).isInstanceOf(FakeGateway.Cut.class);
    }
    gateway.boot();
    start();
    engine.resume();
    ended(Step.ROLLED_BACK, 1, "SWAP_FAILED: it was cut off 3 times");
    assertThat(gateway.version("b")).isEqualTo("1.0.0");
  }

  private FakeCloud cloud() {
    var cloud = new FakeCloud(folder.resolve("repository"));
    source = new CloudSource(cloud, Map.of("beta", true), "", Duration.ofSeconds(1));
    return cloud;
  }

  @Test
  void cloudSaysWhichReleaseIsMeant() throws Exception {
    publish("2.0.0");
    publish("3.0.0");
    var cloud = cloud();
    assertThat(engine.check()).isZero();
    assertThat(cloud.questions.getFirst().path("beta").asBoolean()).isTrue();
    assertThat(cloud.questions.getFirst().path("release").asLong()).isZero();
    cloud.assigned = 1;
    bring();
    ended(Step.COMMITTED, 1, "");
    assertThat(gateway.version("b")).isEqualTo("2.0.0");
    assertThat(engine.check()).isEqualTo(1);
    cloud.assigned = 2;
    bring();
    ended(Step.COMMITTED, 2, "");
    assertThat(cloud.questions.getLast().path("release").asLong()).isEqualTo(1);
  }

  @Test
  void cloudIsNotBelievedWhatNobodySigned() throws Exception {
    publish("2.0.0");
    var cloud = cloud();
    cloud.assigned = 9;
    refused(Reason.MISSING_BUNDLE, "release 9, which is meant for this gateway");
    cloud.assigned = 1;
    bring();
    publish("3.0.0");
    cloud.assigned = 2;
    bring();
    ended(Step.COMMITTED, 2, "");
    cloud.assigned = 1;
    refused(Reason.ROLLBACK, "the source has release 1 at most, and release 2 runs");
  }

  @Test
  void cloudCannotSupplyTheRoot() throws Exception {
    publish("2.0.0");
    cloud().assigned = 1;
    Files.delete(folder.resolve("keys/root.json"));
    refused(Reason.NOT_CONFIGURED, "there is no root file");
  }

  @Test
  void cloudThatIsAwayIsToldApart() throws Exception {
    publish("2.0.0");
    cloud().away = true;
    refused(Reason.UNREACHABLE, "nobody answers there");
  }

  @Test
  void fileOfTheCloudComesInPieces() throws Exception {
    var bytes = new byte[2 * CloudSource.PIECE + 17];
    new Random(1).nextBytes(bytes);
    Files.createDirectories(folder.resolve("repository"));
    Files.write(folder.resolve("repository/large"), bytes);
    Files.write(folder.resolve("repository/empty"), new byte[0]);
    cloud();
    try (var content = source.open("large", 5)) {
      assertThat(content.from()).isEqualTo(5);
      assertThat(content.in().readAllBytes()).isEqualTo(Arrays.copyOfRange(bytes, 5, bytes.length));
    }
    try (var content = source.open("large", bytes.length)) {
      assertThat(content.in().readAllBytes()).isEmpty();
    }
    try (var content = source.open("empty", 0)) {
      assertThat(content.in().readAllBytes()).isEmpty();
    }
    assertThatThrownBy(() -> source.open("nothing", 0)).isInstanceOf(NoSuchFileException.class);
  }

  private void refused(Reason reason, String message) {
    assertThatThrownBy(engine::check)
        .isInstanceOfSatisfying(
            UpdateException.class, e -> assertThat(e.reason()).as(e.line()).isEqualTo(reason))
        .hasMessageContaining(message);
  }

  /// A check of something in the world.
  private static final class Network implements HealthCheck {
    volatile boolean away;

    @Override
    public List<String> problems() {
      return away ? List.of("nobody answers") : List.of();
    }

    @Override
    public boolean relative() {
      return true;
    }
  }

  @Test
  void networkThatWasThereHasToBeThereAgain() throws Exception {
    publish("2.0.0");
    var network = new Network();
    gateway.checks.put("cloud", network);
    probe =
        (step, after) -> {
          if (step == Step.GATING && after) {
            network.away = true;
          }
        };
    bring();
    ended(Step.ROLLED_BACK, 1, "UNHEALTHY: cloud: nobody answers");
  }

  @Test
  void networkThatWasAwayIsNotHeldAgainstTheRelease() throws Exception {
    publish("2.0.0");
    var network = new Network();
    network.away = true;
    gateway.checks.put("cloud", network);
    bring();
    ended(Step.COMMITTED, 1, "");
  }

  @Test
  void checkThatWasContentMustNotGo() throws Exception {
    publish("2.0.0");
    gateway.checks.put("cloud", new Network());
    probe =
        (step, after) -> {
          if (step == Step.GATING && after) {
            gateway.checks.clear();
          }
        };
    bring();
    ended(Step.ROLLED_BACK, 1, "UNHEALTHY: the health check 'cloud', which was content, has gone");
  }

  @Test
  void checkOfTheWorldThatComesWithTheReleaseIsNotJudged() throws Exception {
    publish("2.0.0");
    var network = new Network();
    network.away = true;
    probe =
        (step, after) -> {
          if (step == Step.GATING && after) {
            gateway.checks.put("cloud", network);
          }
        };
    bring();
    ended(Step.COMMITTED, 1, "");
  }

  @Test
  void networkIsStillExpectedAfterACut() throws Exception {
    publish("2.0.0");
    var network = new Network();
    gateway.checks.put("cloud", network);
    gateway.cutWhileSwapping = true;
    assertThatThrownBy(this::bring).isInstanceOf(FakeGateway.Cut.class);
    gateway.cutWhileSwapping = false;
    network.away = true;
    gateway.boot();
    start();
    engine.resume();
    ended(Step.ROLLED_BACK, 1, "UNHEALTHY: cloud: nobody answers");
  }

  @Test
  void everyUpdateHasAnIdentifierThatOutlivesACut() throws Exception {
    publish("2.0.0");
    engine.plan(true);
    var id = journal.entry().id();
    assertThat(id).matches("[0-9a-z-]{20}");
    start();
    assertThat(journal.entry().id()).isEqualTo(id);
    engine.resume();
    assertThat(journal.past().getFirst().id()).isEqualTo(id);
  }
}
