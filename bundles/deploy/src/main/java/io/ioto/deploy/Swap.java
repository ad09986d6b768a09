// SPDX-License-Identifier: Apache-2.0
package io.ioto.deploy;

import static io.ioto.api.deploy.DeployException.Reason.FAILED;
import static io.ioto.api.deploy.DeployException.Reason.STORAGE;
import static io.ioto.api.deploy.DeployException.Reason.TIMEOUT;

import io.ioto.api.deploy.DeployException;
import io.ioto.api.deploy.Plan;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.hooks.bundle.CollisionHook;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.framework.wiring.FrameworkWiring;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries one [Change] out, or undoes what it began. It may be this very bundle, or one it is
/// wired to, that is replaced; so it works with the system bundle's context, needs no service, and
/// touches no class that could not be loaded any more (see [Deployments]).
final class Swap {
  private static final Logger log = LoggerFactory.getLogger(Swap.class);

  /// Set by readiness for a component that threw and is not tried again by itself.
  private static final String BROKEN = " failed: ";

  /// Start level of a bundle on trial: should it get stuck, the framework stops all others before
  /// it comes to that one and waits. Its own it gets afterwards, since the framework's thread that
  /// applies a changed level would wait for a bundle that hangs.
  private static final int TRIAL_LEVEL = 1;

  private static final long PAUSE_NANOS = 20_000_000;

  /// So often in a row a component must be seen broken, lest one that is just about to get its
  /// other configuration is taken for it.
  private static final int BROKEN_ROUNDS = 50;

  private final BundleContext system;
  private final Ledger ledger;
  private final Store store;
  private final Settings settings;
  private final Change change;
  private final Runnable release;
  private final Health health;
  private final boolean judged;
  private final List<String> notes = new ArrayList<>();
  private final Queue<ServiceReference<?>> held = new ConcurrentLinkedQueue<>();
  private long began;

  /// @param release lets whoever asked for this go, called when they would wait for themselves
  Swap(
      BundleContext system,
      Ledger ledger,
      Store store,
      Settings settings,
      Change change,
      Runnable release) {
    this.system = system;
    this.ledger = ledger;
    this.store = store;
    this.settings = settings;
    this.change = change;
    this.release = release;
    health = new Health(system);
    judged = health.known();
  }

  /// Does it.
  ///
  /// @return what went otherwise than planned although it is done, a sentence each
  /// @throws DeployException when all is as before, or the message says what is not
  List<String> carryOut() {
    var level = system.getBundle().adapt(FrameworkStartLevel.class).getStartLevel();
    if (level < change.startLevel()) {
      throw new DeployException(
          FAILED,
          "%s has start level %d, which the framework at %d never reaches"
              .formatted(change.jar().title(), change.startLevel(), level));
    }
    try {
      if (change.plan().action() == Plan.Action.IN_PLACE) {
        inPlace();
      } else {
        beside();
      }
      return notes;
    } finally {
      held.forEach(system::ungetService);
    }
  }

  private void beside() {
    var fresh = install(change.jar().file());
    try {
      begin();
      start(fresh);
      satisfied(List.of(fresh));
      serves(fresh);
      commit();
    } catch (RuntimeException e) {
      discard(fresh);
      throw failure(e, "what ran before goes on");
    }
    keep(fresh);
    if (change.cutsOff()) {
      release.run();
    }
    var old = change.old();
    if (old != null) {
      retire(old);
      ledger.swapped();
    }
  }

  /// Drains, stops and removes what has been replaced. Its successor serves already, so nothing
  /// that goes wrong here undoes anything.
  private void retire(Bundle old) {
    ledger.watch(old, settings.loaders());
    try {
      stop(old, 0);
    } catch (DeployException e) {
      notes.add(String.valueOf(e.getMessage()));
    }
    remove(old, notes);
    refresh(Set.of(old), notes);
  }

  private void discard(Bundle fresh) {
    var trouble = new ArrayList<String>();
    ledger.watch(fresh, settings.loaders());
    remove(fresh, trouble);
    trouble.forEach(log::warn);
  }

  private void inPlace() {
    if (change.cutsOff()) {
      release.run();
    }
    var old = Objects.requireNonNull(change.old());
    var running = change.affected().stream().filter(Bundles::running).toList();
    Bundle fresh = null;
    try {
      for (var bundle : running.reversed()) {
        halt(bundle);
      }
      change.affected().forEach(b -> ledger.watch(b, settings.loaders()));
      uninstall(old);
      fresh = install(change.jar().file());
      refresh(change.affected(), notes);
      restart(old, fresh, running, true);
      serves(fresh);
      commit();
    } catch (RuntimeException e) {
      var trouble = back(old, fresh, running);
      throw failure(
          e,
          trouble.isEmpty()
              ? "what ran before runs again"
              : "and what ran before is not back: " + String.join("; ", trouble));
    }
    keep(fresh);
    ledger.swapped();
  }

  private static DeployException failure(RuntimeException cause, String consequence) {
    return cause instanceof DeployException known
        ? new DeployException(known.reason(), known.getMessage() + "; " + consequence, known)
        : new DeployException(FAILED, "it broke off: %s; %s".formatted(cause, consequence), cause);
  }

  /// Stops a bundle that will be started again. One that throws while it stops has stopped.
  private void halt(Bundle bundle) {
    try {
      stop(bundle, Bundle.STOP_TRANSIENT);
    } catch (DeployException e) {
      if (bundle.getState() != Bundle.RESOLVED) {
        throw e;
      }
      notes.add(String.valueOf(e.getMessage()));
    }
  }

  /// Starts what ran, with one bundle in the place of another, and waits until none of them lacks
  /// more than before.
  ///
  /// @param both whether the one in the place of the old one is started
  private void restart(Bundle old, Bundle instead, List<Bundle> running, boolean both) {
    begin();
    var all = new ArrayList<Bundle>();
    for (var bundle : change.affected()) {
      if (bundle.equals(old)) {
        if (both) {
          start(instead);
          all.add(instead);
        }
      } else if (running.contains(bundle) && ledger.stuck(bundle) == null) {
        start(bundle);
        all.add(bundle);
      }
    }
    satisfied(all);
  }

  /// Puts everything back after a failure in place.
  ///
  /// @return what could not be put back
  private List<String> back(Bundle old, @Nullable Bundle fresh, List<Bundle> running) {
    var trouble = new ArrayList<String>();
    for (var bundle : running.reversed()) {
      var now = bundle.equals(old) && fresh != null ? fresh : bundle;
      if (ledger.stuck(now) == null && Bundles.running(now)) {
        try {
          halt(now);
        } catch (DeployException e) {
          trouble.add(String.valueOf(e.getMessage()));
        }
      }
    }
    if (fresh != null) {
      ledger.watch(fresh, settings.loaders());
      remove(fresh, trouble);
    }
    try {
      var previous =
          old.getState() == Bundle.UNINSTALLED
              ? installAt(Objects.requireNonNull(change.oldLocation()))
              : old;
      refresh(change.affected(), trouble);
      restart(old, previous, running, running.contains(old));
      if (running.contains(old)) {
        keep(previous);
      }
    } catch (RuntimeException e) {
      trouble.add(String.valueOf(e.getMessage()));
    }
    return trouble;
  }

  private Bundle install(Path jar) {
    return installAt(Bundles.location(jar));
  }

  /// Installs beside a stuck bundle of the same name and version, if there is one.
  private Bundle installAt(String location) {
    CollisionHook overlook =
        (_, _, candidates) -> candidates.removeIf(b -> ledger.stuck(b) != null);
    var hook = system.registerService(CollisionHook.class, overlook, null);
    var levels = system.getBundle().adapt(FrameworkStartLevel.class);
    var initial = levels.getInitialBundleStartLevel();
    try {
      levels.setInitialBundleStartLevel(TRIAL_LEVEL);
      return system.installBundle(location);
    } catch (BundleException e) {
      throw new DeployException(
          FAILED, "%s cannot be installed: %s".formatted(change.jar().title(), e.getMessage()), e);
    } finally {
      levels.setInitialBundleStartLevel(initial);
      hook.unregister();
    }
  }

  /// Starts a bundle for a trial: transiently, so that nobody else starts it again meanwhile.
  private void start(Bundle bundle) {
    guest(
        bundle,
        "start of %s",
        settings.timeout(),
        left(),
        () -> bundle.start(Bundle.START_TRANSIENT | Bundle.START_ACTIVATION_POLICY),
        () -> remove(bundle, new ArrayList<>()));
  }

  /// Has the framework start a bundle that runs whenever it starts itself, at its level.
  private void keep(Bundle bundle) {
    try {
      bundle.adapt(BundleStartLevel.class).setStartLevel(change.startLevel());
      bundle.start(Bundle.START_ACTIVATION_POLICY);
    } catch (BundleException | IllegalStateException e) {
      notes.add("the framework does not remember to start it, the launcher will: " + e);
    }
  }

  private void stop(Bundle bundle, int options) {
    guest(
        bundle,
        "stop of %s",
        settings.stop(),
        settings.stop(),
        () -> bundle.stop(options),
        () -> ledger.free(bundle));
  }

  private void uninstall(Bundle bundle) {
    guest(
        bundle,
        "removal of %s",
        settings.stop(),
        settings.stop(),
        bundle::uninstall,
        () -> ledger.free(bundle));
  }

  /// Uninstalls a bundle unless it is stuck or gone.
  private void remove(Bundle bundle, Collection<String> trouble) {
    if (ledger.stuck(bundle) != null || bundle.getState() == Bundle.UNINSTALLED) {
      return;
    }
    try {
      uninstall(bundle);
    } catch (DeployException e) {
      trouble.add(String.valueOf(e.getMessage()));
    }
  }

  private void guest(
      Bundle bundle,
      String title,
      Duration limit,
      Duration patience,
      Guest.Work work,
      Runnable late) {
    try {
      Guest.run(
          title.formatted(Bundles.title(bundle)),
          limit,
          patience,
          work,
          () -> {
            ledger.free(bundle);
            late.run();
          });
    } catch (Guest.StuckException e) {
      ledger.stuck(bundle, String.valueOf(e.getMessage()));
      throw new DeployException(TIMEOUT, e.getMessage() + "; it ends when the gateway does", e);
    }
  }

  /// Waits until bundles lack no more than what was replaced did.
  private void satisfied(List<Bundle> bundles) {
    for (var broken = 0; ; ) {
      var missing = bundles.stream().flatMap(b -> missing(b).stream()).toList();
      if (missing.isEmpty() && (!judged || health.known())) {
        return;
      }
      broken = missing.stream().anyMatch(m -> m.contains(BROKEN)) ? broken + 1 : 0;
      if (broken >= BROKEN_ROUNDS) {
        throw new DeployException(FAILED, String.join("; ", missing));
      }
      if (left().isZero()) {
        throw new DeployException(
            TIMEOUT,
            "not satisfied within %d ms: %s"
                .formatted(
                    settings.timeout().toMillis(),
                    missing.isEmpty()
                        ? "the readiness service is away"
                        : String.join("; ", missing)));
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private List<String> missing(Bundle bundle) {
    var before = change.lacking().getOrDefault(bundle.getSymbolicName(), Set.of());
    return health.missing(bundle).stream()
        .filter(m -> !before.contains(Health.plain(m, bundle)))
        .toList();
  }

  /// Gets every service that a bundle offers, which makes those that come to life when first used
  /// do so, and keeps them alive until the swap is over.
  private void serves(Bundle bundle) {
    var services = bundle.getRegisteredServices();
    if (services == null) {
      return;
    }
    guest(
        bundle,
        "use of %s",
        settings.timeout(),
        left(),
        () -> {
          for (var service : services) {
            if (service.getBundle() != null && system.getService(service) == null) {
              throw new IllegalStateException(
                  "its service %s cannot be had; the log may say why".formatted(service));
            }
            held.add(service);
          }
        },
        () -> {});
  }

  private void commit() {
    try {
      store.commit();
    } catch (IOException e) {
      throw new DeployException(STORAGE, "the disk refused to record the deployment: " + e, e);
    }
  }

  /// Drops old wirings, and waits for it.
  private void refresh(Collection<Bundle> bundles, Collection<String> trouble) {
    var wiring = system.getBundle().adapt(FrameworkWiring.class);
    if (wiring.getDependencyClosure(bundles).stream().anyMatch(b -> ledger.stuck(b) != null)) {
      // The framework would wait for it, and everybody for the framework.
      trouble.add("something is stuck, so that the old classes stay until the next start");
      return;
    }
    var done = new CountDownLatch(1);
    wiring.refreshBundles(
        bundles,
        event -> {
          if (event.getType() == FrameworkEvent.PACKAGES_REFRESHED) {
            done.countDown();
          }
        });
    try {
      if (!done.await(TimeUnit.NANOSECONDS.convert(settings.stop()), TimeUnit.NANOSECONDS)) {
        trouble.add("the framework takes long to wire bundles anew, and goes on with it");
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void begin() {
    began = System.nanoTime();
  }

  /// What is left of the time in which bundles must be active and satisfied.
  private Duration left() {
    var left = TimeUnit.NANOSECONDS.convert(settings.timeout()) - (System.nanoTime() - began);
    return Duration.ofNanos(Math.max(0, left));
  }
}
