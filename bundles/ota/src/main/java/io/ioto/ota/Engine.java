// SPDX-License-Identifier: Apache-2.0
package io.ioto.ota;

import static io.ioto.api.ota.UpdateException.Reason.BOOT_FAILED;
import static io.ioto.api.ota.UpdateException.Reason.BUSY;
import static io.ioto.api.ota.UpdateException.Reason.HASH_MISMATCH;
import static io.ioto.api.ota.UpdateException.Reason.INTERNAL;
import static io.ioto.api.ota.UpdateException.Reason.MISSING_BUNDLE;
import static io.ioto.api.ota.UpdateException.Reason.NO_PREVIOUS;
import static io.ioto.api.ota.UpdateException.Reason.ROLLBACK;
import static io.ioto.api.ota.UpdateException.Reason.STORAGE;
import static io.ioto.api.ota.UpdateException.Reason.SWAP_FAILED;
import static io.ioto.api.ota.UpdateException.Reason.TOO_LARGE;
import static io.ioto.api.ota.UpdateException.Reason.UNHEALTHY;
import static io.ioto.api.ota.UpdateException.Reason.UNRESOLVABLE;
import static io.ioto.api.ota.UpdateException.Reason.WRONG_BUNDLE;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.ioto.api.deploy.DeployException;
import io.ioto.api.deploy.SetPlan;
import io.ioto.api.ota.ReleaseSource;
import io.ioto.api.ota.UpdateException;
import io.ioto.trust.Client;
import io.ioto.trust.ReleaseSet;
import io.ioto.trust.Target;
import io.ioto.trust.Targets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes one release set through all states. Every step can be repeated, and each is written down
/// before the next begins; [#resume] goes on from whatever a cut has left. Used by one thread at a
/// time.
final class Engine {
  private static final Logger log = LoggerFactory.getLogger(Engine.class);

  private final Host host;
  private final Releases releases;
  private final Journal journal;
  private final Settings settings;
  private final Supplier<ReleaseSource> source;
  private final Path trust;
  private final InstantSource clock;
  private final Health health;

  /// @param source asked each time; throws [UpdateException] when there is none
  /// @param trust folder of trusted metadata
  Engine(
      Host host,
      Releases releases,
      Journal journal,
      Settings settings,
      Supplier<ReleaseSource> source,
      Path trust,
      InstantSource clock,
      Health.Pause pause) {
    this.host = host;
    this.releases = releases;
    this.journal = journal;
    this.settings = settings;
    this.source = source;
    this.trust = trust;
    this.clock = clock;
    health = new Health(host, settings, pause);
  }

  /// A release that may be brought in.
  ///
  /// @param text the description as it was signed; empty when nothing is newer than what runs
  private record Offer(long number, String text) {}

  /// Looks for a newer release.
  ///
  /// @return its number, or that of the current one
  /// @throws UpdateException when what the source has is refused
  long check() {
    return offer().number();
  }

  private Offer offer() {
    var from = source.get();
    var current = releases.number();
    Target newest;
    Targets targets;
    var client = new Client(trust, settings.root(), from, clock, settings.metadata());
    if (from instanceof Assigner assigner) {
      var number = assigner.assigned(current);
      if (number.isEmpty() || number.getAsLong() == current) {
        return new Offer(current, "");
      }
      // Who gets what is the cloud's to say; what it is, is not.
      targets = client.refresh();
      newest =
          targets
              .find(Target.release(number.getAsLong()))
              .filter(t -> t.release() == number.getAsLong())
              .orElseThrow(
                  () ->
                      new UpdateException(
                          MISSING_BUNDLE,
                          "release %d, which is meant for this gateway, was not signed for"
                              .formatted(number.getAsLong())));
    } else {
      targets = client.refresh();
      newest = targets.newest().orElse(null);
    }
    if (newest == null || newest.release() == current) {
      return new Offer(current, "");
    }
    if (newest.release() < current) {
      throw new UpdateException(
          ROLLBACK,
          "the source has release %d at most, and release %d runs"
              .formatted(newest.release(), current));
    }
    var bytes = client.read(newest, settings.metadata().metadata());
    return new Offer(targets.describe(newest, bytes).number(), new String(bytes, UTF_8));
  }

  /// Looks for a newer release and takes it on; [#go] carries it out.
  ///
  /// @param asked false to leave alone what was not kept before
  /// @return its number, or that of the current one when there is nothing to do
  long plan(boolean asked) throws IOException {
    idle();
    var offer = offer();
    var current = releases.number();
    if (offer.number() == current || (!asked && journal.rejected(offer.number()))) {
      return current;
    }
    releases.propose(offer.text().getBytes(UTF_8));
    journal.write(begin(Step.PLANNED, offer.number(), current, "", asked));
    return offer.number();
  }

  /// Takes the release before the current one on; [#go] carries it out.
  ///
  /// @return its number; 0 for what was shipped
  long planBack() throws IOException {
    idle();
    var current = releases.number();
    var previous = releases.previous();
    if (current == 0 && previous.isEmpty()) {
      throw new UpdateException(NO_PREVIOUS, "what runs is what was shipped");
    }
    var why = "somebody asked to go back";
    if (current > 0) {
      journal.reject(current, why);
    }
    if (previous.isEmpty()) {
      journal.write(begin(Step.ROLLING_BACK, 0, current, why, true));
      return 0;
    }
    releases.proposePrevious();
    journal.write(begin(Step.PLANNED, previous.get().number(), current, "", true));
    return previous.get().number();
  }

  private Journal.Entry begin(Step step, long release, long from, String reason, boolean asked) {
    return new Journal.Entry(
        step, release, from, reason, 0, asked, List.of(), Set.of(), identifier());
  }

  /// Sorts by time, and is nobody else's.
  private String identifier() {
    return "%011x-%s".formatted(clock.millis(), UUID.randomUUID().toString().substring(0, 8));
  }

  private void idle() {
    var entry = journal.entry();
    if (entry.step().underWay()) {
      throw new UpdateException(
          BUSY, "release %d is being brought in: %s".formatted(entry.release(), entry.step()));
    }
  }

  /// Goes on with what was taken on, or with what a cut has left.
  void go() throws InterruptedException {
    try {
      switch (journal.entry().step()) {
        case IDLE, COMMITTED, ROLLED_BACK, FAILED -> releases.tidy();
        case PLANNED, FETCHED, VERIFIED, RESOLVED, STAGED -> bring();
        case APPLYING -> again();
        case GATING -> trial();
        case ROLLING_BACK -> undo();
      }
    } catch (IOException e) {
      // Nothing can be written down, so nothing may go on; what runs, runs.
      log.error("the update of release {} stops here: {}", journal.entry().release(), e.toString());
    }
  }

  /// The same after a start.
  void resume() throws InterruptedException {
    var entry = journal.entry();
    if (entry.step().underWay()) {
      log.info("going on with release {}, which was {}", entry.release(), entry.step());
    }
    go();
  }

  private void bring() throws IOException, InterruptedException {
    ReleaseSet set;
    SetPlan plan;
    try {
      set = candidate();
      fetch(set);
      plan = host.deployer().plan(Releases.target(set));
      step(Step.RESOLVED);
      releases.remember(host.deployer().running());
      step(Step.STAGED);
    } catch (UpdateException e) {
      fail(e);
      return;
    } catch (DeployException e) {
      fail(translated(e));
      return;
    } catch (IOException e) {
      fail(new UpdateException(STORAGE, "the disk refused: " + e, e));
      return;
    } catch (RuntimeException e) { // of a source, or of whoever deploys: both are others' code
      log.error(
          "release {} is refused for a reason nobody thought of", journal.entry().release(), e);
      fail(new UpdateException(INTERNAL, String.valueOf(e), e));
      return;
    }
    apply(set, plan);
  }

  private ReleaseSet candidate() {
    return releases
        .candidate()
        .filter(c -> c.number() == journal.entry().release())
        .orElseThrow(
            () -> new UpdateException(INTERNAL, "the description of the release has gone"));
  }

  /// Brings every bundle into the store.
  private void fetch(ReleaseSet set) throws IOException, InterruptedException {
    var wanted = set.bundles().stream().map(ReleaseSet.Bundle::sha256).collect(Collectors.toSet());
    var have = host.deployer().have(wanted);
    var missing =
        set.bundles().stream()
            .filter(b -> !have.contains(b.sha256()))
            .collect(Collectors.toCollection(HashSet::new));
    // Going back to what is here needs no source.
    if (!missing.isEmpty()) {
      var fetch = new Fetch(releases.fetch(), source.get(), settings);
      fetch.prepare(missing);
      for (var bundle : missing) {
        fetch.bring(new Target(Target.bundle(bundle.sha256()), bundle.size(), bundle.sha256(), 0));
      }
      step(Step.FETCHED);
      for (var bundle : missing) {
        var file = fetch.file(bundle.sha256());
        if (!host.deployer().keep(file).equals(bundle.sha256())) {
          throw new UpdateException(
              HASH_MISMATCH, "%s has changed since it was fetched".formatted(file));
        }
        Files.delete(file);
      }
    } else {
      step(Step.FETCHED);
    }
    step(Step.VERIFIED);
  }

  private void apply(ReleaseSet set, SetPlan plan) throws IOException, InterruptedException {
    var content = health.content();
    // What was cut off may have been started without its network; it was there before that.
    content.addAll(journal.entry().expected());
    journal.write(journal.entry().applying(host.missing(), content));
    if (plan.restart()) {
      step(Step.GATING);
      host.restart();
      return;
    }
    try {
      host.deployer().change(Releases.target(set));
    } catch (DeployException e) {
      rollBack(translated(e));
      return;
    } catch (UpdateException e) {
      rollBack(e);
      return;
    } catch (RuntimeException e) { // of whoever deploys
      log.error("release {} broke off", journal.entry().release(), e);
      rollBack(new UpdateException(INTERNAL, String.valueOf(e), e));
      return;
    }
    step(Step.GATING);
    gate(set);
  }

  /// A cut while bundles were swapped: what was committed runs again, unless this component alone
  /// was restarted.
  private void again() throws IOException, InterruptedException {
    var entry = journal.entry();
    if (entry.attempt() >= settings.attempts()) {
      rollBack(
          new UpdateException(
              SWAP_FAILED,
              "it was cut off %d times while it was applied".formatted(entry.attempt())));
      return;
    }
    bring();
  }

  /// A cut, or a restart, while the release had to prove itself.
  private void trial() throws IOException, InterruptedException {
    var entry = journal.entry();
    if (releases.number() == entry.release()) {
      // Cut off between the decision and its record.
      step(Step.COMMITTED);
      releases.tidy();
      return;
    }
    ReleaseSet set;
    try {
      set = candidate();
    } catch (UpdateException e) {
      rollBack(e);
      return;
    }
    if (!runs(Releases.target(set))) {
      end(
          new UpdateException(
              BOOT_FAILED, host.bootFailure().orElse("the gateway has started with another set")));
      return;
    }
    gate(set);
  }

  private boolean runs(io.ioto.api.deploy.Target target) {
    try {
      return host.deployer().plan(target).nothing();
    } catch (DeployException e) {
      log.warn("what runs is not what was to run: {}", e.getMessage());
      return false;
    }
  }

  private void gate(ReleaseSet set) throws IOException, InterruptedException {
    var asked = set.minStable();
    var stable =
        asked == null || asked.compareTo(settings.minStable()) < 0 ? settings.minStable() : asked;
    var entry = journal.entry();
    var before = new Health.Before(Set.copyOf(entry.baseline()), entry.expected());
    var problems = health.judge(stable, set.checks(), before);
    if (!problems.isEmpty()) {
      rollBack(new UpdateException(UNHEALTHY, String.join("; ", problems)));
      return;
    }
    releases.commit();
    step(Step.COMMITTED);
    releases.tidy();
  }

  private void rollBack(UpdateException why) throws IOException {
    journal.write(journal.entry().because(Step.ROLLING_BACK, why.line()));
    undo();
  }

  /// Puts back what ran before, live where that can be.
  private void undo() throws IOException {
    var entry = journal.entry();
    if (entry.release() == 0) {
      // Back to what was shipped, which only the launcher knows.
      if (releases.number() > 0) {
        releases.commitShipped();
        host.restart();
        return;
      }
      step(Step.ROLLED_BACK);
      return;
    }
    var before = releases.before();
    if (before.isPresent()) {
      try {
        var plan = host.deployer().plan(before.get());
        if (plan.restart()) {
          host.restart();
          return;
        }
        if (!plan.nothing()) {
          host.deployer().change(before.get());
        }
      } catch (DeployException | UpdateException e) {
        log.error("what ran before cannot be put back live: {}", e.getMessage());
        host.restart();
        return;
      }
    }
    step(Step.ROLLED_BACK);
    releases.tidy();
  }

  private void end(UpdateException why) throws IOException {
    journal.write(journal.entry().because(Step.ROLLED_BACK, why.line()));
    releases.tidy();
  }

  /// Refuses the release; nothing that ran was touched.
  private void fail(UpdateException why) throws IOException {
    journal.write(journal.entry().because(Step.FAILED, why.line()));
    releases.tidy();
  }

  private void step(Step next) throws IOException {
    journal.write(journal.entry().at(next));
  }

  private static UpdateException translated(DeployException e) {
    var reason =
        switch (e.reason()) {
          case NO_JAR, NO_BUNDLE -> WRONG_BUNDLE;
          case TOO_LARGE -> TOO_LARGE;
          case UNRESOLVABLE -> UNRESOLVABLE;
          case FAILED, TIMEOUT -> SWAP_FAILED;
          case STORAGE -> STORAGE;
          case BUSY -> BUSY;
        };
    return new UpdateException(reason, String.valueOf(e.getMessage()), e);
  }
}
