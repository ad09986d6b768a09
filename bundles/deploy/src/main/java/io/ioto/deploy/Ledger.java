// SPDX-License-Identifier: Apache-2.0
package io.ioto.deploy;

import static io.ioto.api.deploy.DeployException.Reason.BUSY;

import io.ioto.api.deploy.DeployException;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.wiring.BundleWiring;

/// What must outlive this bundle, since it is swapped like any other: the turn of deployments, the
/// class loaders that are watched, bundles that got stuck, and what was done. It lives in the
/// service registry, belongs to the framework, and is made of the JDK's types alone, so that the
/// successor can read it. May be shared between threads.
final class Ledger {
  private static final String PROPERTY = "ioto.ledger";
  private static final String NAME = "deploy";

  private final Semaphore turn;
  private final AtomicInteger waiting;
  private final AtomicLong swaps;
  private final Deque<Map.Entry<String, WeakReference<ClassLoader>>> loaders;
  private final Map<Long, String> stuck;
  private final Deque<Map<String, Object>> history;

  @SuppressWarnings("unchecked") // written by this class alone
  private Ledger(Map<String, Object> shared) {
    turn = (Semaphore) shared.computeIfAbsent("turn", _ -> new Semaphore(1, true));
    waiting = (AtomicInteger) shared.computeIfAbsent("waiting", _ -> new AtomicInteger());
    swaps = (AtomicLong) shared.computeIfAbsent("swaps", _ -> new AtomicLong());
    loaders =
        (Deque<Map.Entry<String, WeakReference<ClassLoader>>>)
            shared.computeIfAbsent("loaders", _ -> new ArrayDeque<>());
    stuck = (Map<Long, String>) shared.computeIfAbsent("stuck", _ -> new ConcurrentHashMap<>());
    history =
        (Deque<Map<String, Object>>) shared.computeIfAbsent("history", _ -> new ArrayDeque<>());
  }

  /// The one ledger of the framework.
  ///
  /// @param system context of the system bundle
  @SuppressWarnings("unchecked") // the property says what it is
  static Ledger of(BundleContext system) {
    try {
      var found = system.getServiceReferences(Map.class, "(%s=%s)".formatted(PROPERTY, NAME));
      if (!found.isEmpty()) {
        return new Ledger(
            (Map<String, Object>)
                Objects.requireNonNull(system.getService(found.iterator().next())));
      }
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e);
    }
    var shared = new ConcurrentHashMap<String, Object>();
    system.registerService(Map.class, shared, FrameworkUtil.asDictionary(Map.of(PROPERTY, NAME)));
    return new Ledger(shared);
  }

  /// Waits until no other deployment is under way; [#pass] ends the turn.
  ///
  /// @param queue how many may wait
  /// @throws DeployException when more wait already, or the thread is interrupted
  void take(int queue) {
    if (turn.tryAcquire()) {
      return;
    }
    if (waiting.incrementAndGet() > queue) {
      waiting.decrementAndGet();
      throw new DeployException(
          BUSY,
          "%d deployments wait already, as many as deploy.limits.queue allows".formatted(queue));
    }
    try {
      turn.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DeployException(BUSY, "interrupted while waiting for another deployment", e);
    } finally {
      waiting.decrementAndGet();
    }
  }

  /// Takes the turn if nobody has it.
  boolean takeIfFree() {
    return turn.tryAcquire();
  }

  /// Ends the turn; any thread may.
  void pass() {
    turn.release();
  }

  /// Watches the class loader of a bundle that is about to be replaced.
  ///
  /// @param limit how many loaders are watched; the oldest go first
  void watch(Bundle bundle, int limit) {
    var wiring = bundle.adapt(BundleWiring.class);
    if (wiring == null || wiring.getClassLoader() == null) {
      return;
    }
    synchronized (loaders) {
      loaders.removeIf(l -> l.getValue().refersTo(null));
      while (loaders.size() >= limit) {
        loaders.removeFirst();
      }
      loaders.addLast(
          Map.entry(
              "%s/%s".formatted(bundle.getSymbolicName(), bundle.getVersion()),
              new WeakReference<>(wiring.getClassLoader())));
    }
  }

  /// Counts a bundle that was replaced.
  void swapped() {
    swaps.incrementAndGet();
  }

  long swaps() {
    return swaps.get();
  }

  /// The watched class loaders that are still there, as `name/version`.
  List<String> loaders() {
    synchronized (loaders) {
      loaders.removeIf(l -> l.getValue().refersTo(null));
      return loaders.stream().map(Map.Entry::getKey).toList();
    }
  }

  /// Notes that a bundle cannot be stopped, and why.
  void stuck(Bundle bundle, String why) {
    stuck.put(bundle.getBundleId(), why);
  }

  /// Notes that a stuck bundle has gone after all.
  void free(Bundle bundle) {
    stuck.remove(bundle.getBundleId());
  }

  /// Why a bundle is stuck; null when it is not.
  @Nullable String stuck(Bundle bundle) {
    return stuck.get(bundle.getBundleId());
  }

  /// Remembers a deployment; the map may change later.
  ///
  /// @param limit how many are remembered
  void remember(Map<String, Object> deployment, int limit) {
    synchronized (history) {
      while (history.size() >= limit) {
        history.removeLast();
      }
      history.addFirst(deployment);
    }
  }

  /// The deployments that are remembered, latest first.
  List<Map<String, Object>> history() {
    synchronized (history) {
      return List.copyOf(history);
    }
  }
}
