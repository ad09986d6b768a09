// SPDX-License-Identifier: Apache-2.0
package io.ioto.deploy;

import static io.ioto.api.deploy.DeployException.Reason.FAILED;
import static io.ioto.api.deploy.DeployException.Reason.TIMEOUT;

import io.ioto.api.deploy.DeployException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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

/// The single moves of which a swap consists, each bounded in time. Works with the system bundle's
/// context and needs no service, since any bundle may be what is moved.
final class Moves implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Moves.class);

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
  private final Settings settings;
  private final Map<String, Set<String>> lacking;
  private final Health health;
  private final boolean judged;
  private final List<String> notes = new ArrayList<>();
  private final Queue<ServiceReference<?>> held = new ConcurrentLinkedQueue<>();
  private long began;

  /// @param lacking what each bundle may lack, by symbolic name, without versions
  Moves(BundleContext system, Ledger ledger, Settings settings, Map<String, Set<String>> lacking) {
    this.system = system;
    this.ledger = ledger;
    this.settings = settings;
    this.lacking = lacking;
    health = new Health(system);
    judged = health.known();
  }

  /// What went otherwise than planned, a sentence each.
  List<String> notes() {
    return notes;
  }

  /// Lets go of the services that were kept alive.
  @Override
  public void close() {
    held.forEach(system::ungetService);
  }

  /// Refuses a start level that is never reached.
  void reached(Jar jar, int startLevel) {
    var level = system.getBundle().adapt(FrameworkStartLevel.class).getStartLevel();
    if (level < startLevel) {
      throw new DeployException(
          FAILED,
          "%s has start level %d, which the framework at %d never reaches"
              .formatted(jar.title(), startLevel, level));
    }
  }

  static DeployException failure(RuntimeException cause, String consequence) {
    return cause instanceof DeployException known
        ? new DeployException(known.reason(), known.getMessage() + "; " + consequence, known)
        : new DeployException(FAILED, "it broke off: %s; %s".formatted(cause, consequence), cause);
  }

  /// Stops a bundle that will be started again. One that throws while it stops has stopped.
  void halt(Bundle bundle) {
    try {
      stop(bundle, Bundle.STOP_TRANSIENT);
    } catch (DeployException e) {
      if (bundle.getState() != Bundle.RESOLVED) {
        throw e;
      }
      notes.add(String.valueOf(e.getMessage()));
    }
  }

  /// Drains, stops and removes what has been replaced. Its successor serves already, so nothing
  /// that goes wrong here undoes anything.
  void retire(Bundle old) {
    watch(old);
    try {
      stop(old, 0);
    } catch (DeployException e) {
      notes.add(String.valueOf(e.getMessage()));
    }
    remove(old, notes);
  }

  void discard(Bundle fresh) {
    var trouble = new ArrayList<String>();
    watch(fresh);
    remove(fresh, trouble);
    trouble.forEach(log::warn);
  }

  /// Watches the class loader of a bundle that is about to go.
  void watch(Bundle bundle) {
    ledger.watch(bundle, settings.loaders());
  }

  Bundle install(Jar jar) {
    return installAt(Bundles.location(jar.file()), jar.title());
  }

  /// Installs beside a stuck bundle of the same name and version, if there is one.
  Bundle installAt(String location, String title) {
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
          FAILED, "%s cannot be installed: %s".formatted(title, e.getMessage()), e);
    } finally {
      levels.setInitialBundleStartLevel(initial);
      hook.unregister();
    }
  }

  /// Starts a bundle for a trial: transiently, so that nobody else starts it again meanwhile.
  void start(Bundle bundle) {
    guest(
        bundle,
        "start of %s",
        settings.timeout(),
        left(),
        () -> bundle.start(Bundle.START_TRANSIENT | Bundle.START_ACTIVATION_POLICY),
        () -> remove(bundle, new ArrayList<>()));
  }

  /// Has the framework start a bundle that runs whenever it starts itself, at its level.
  void keep(Bundle bundle, int startLevel) {
    try {
      bundle.adapt(BundleStartLevel.class).setStartLevel(startLevel);
      bundle.start(Bundle.START_ACTIVATION_POLICY);
    } catch (BundleException | IllegalStateException e) {
      notes.add("the framework does not remember to start it, the launcher will: " + e);
    }
  }

  void stop(Bundle bundle, int options) {
    guest(
        bundle,
        "stop of %s",
        settings.stop(),
        settings.stop(),
        () -> bundle.stop(options),
        () -> ledger.free(bundle));
  }

  void uninstall(Bundle bundle) {
    guest(
        bundle,
        "removal of %s",
        settings.stop(),
        settings.stop(),
        bundle::uninstall,
        () -> ledger.free(bundle));
  }

  /// Uninstalls a bundle unless it is stuck or gone.
  void remove(Bundle bundle, Collection<String> trouble) {
    if (ledger.stuck(bundle) != null || bundle.getState() == Bundle.UNINSTALLED) {
      return;
    }
    try {
      uninstall(bundle);
    } catch (DeployException e) {
      trouble.add(String.valueOf(e.getMessage()));
    }
  }

  void guest(
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
  void satisfied(List<Bundle> bundles) {
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
    var before = lacking.getOrDefault(bundle.getSymbolicName(), Set.of());
    return health.missing(bundle).stream()
        .filter(m -> !before.contains(Health.plain(m, bundle)))
        .toList();
  }

  /// Gets every service that a bundle offers, which makes those that come to life when first used
  /// do so, and keeps them alive until the swap is over.
  void serves(Bundle bundle) {
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

  /// Drops old wirings, and waits for it.
  void refresh(Collection<Bundle> bundles, Collection<String> trouble) {
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

  void begin() {
    began = System.nanoTime();
  }

  /// What is left of the time in which bundles must be active and satisfied.
  private Duration left() {
    var left = TimeUnit.NANOSECONDS.convert(settings.timeout()) - (System.nanoTime() - began);
    return Duration.ofNanos(Math.max(0, left));
  }
}
