// SPDX-License-Identifier: Apache-2.0
package io.ioto.db;

import io.ioto.api.db.Change;
import io.ioto.api.db.Commit;
import io.ioto.api.db.Trigger;
import io.ioto.api.runtime.Gate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Calls the triggers, commit by commit, on a fiber of its own. May be shared between threads.
final class Announcer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Announcer.class);
  private static final Duration DRAIN = Duration.ofSeconds(10);
  private static final Duration FAREWELL = Duration.ofSeconds(5);

  /// A trigger while it is registered.
  private record Listener(Trigger trigger, Set<String> models, Gate gate) {
    void tell(Commit commit) {
      if (!concerns(commit) || !gate.enter()) {
        return;
      }
      try {
        trigger.changed(commit);
      } catch (RuntimeException | LinkageError e) {
        log.error("{} failed at commit {}", trigger, commit.sequence(), e);
      } finally {
        gate.leave();
      }
    }

    private boolean concerns(Commit commit) {
      return models.isEmpty()
          || commit.changes().stream().map(Change::model).anyMatch(models::contains);
    }
  }

  private final int limit;
  private final Thread fiber;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final ArrayDeque<Commit> queue = new ArrayDeque<>();
  private boolean ready;
  private boolean closing;

  /// @param context whose services are the triggers; null when they are added by hand
  /// @param limit commits that may wait
  Announcer(@Nullable BundleContext context, int limit) {
    this.limit = limit;
    ready = context == null;
    fiber = Thread.ofVirtual().name("db-triggers").unstarted(() -> run(context));
  }

  void start() {
    fiber.start();
  }

  void add(Trigger trigger, Set<String> models) {
    listeners.add(new Listener(trigger, models, new Gate()));
  }

  void remove(Trigger trigger) {
    var gone = listeners.stream().filter(l -> l.trigger() == trigger).toList();
    listeners.removeAll(gone);
    // A trigger that takes itself away would wait for itself.
    if (Thread.currentThread() != fiber) {
      gone.forEach(listener -> listener.gate().close(DRAIN));
    }
  }

  /// Takes a commit that is durable, in order. Does not block.
  synchronized void add(Commit commit) {
    // Until the triggers that are there have been found, all of it is theirs.
    if (!ready || !listeners.isEmpty()) {
      queue.add(commit);
      notifyAll();
    }
  }

  /// Waits until fewer commits wait than may. A trigger that writes does not wait for itself.
  synchronized void room() {
    while (queue.size() > limit && !closing && Thread.currentThread() != fiber) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void run(@Nullable BundleContext context) {
    // Opened here and not by the component's constructor: a trigger that needs the database would
    // find it half made.
    var tracker = context == null ? null : new Triggers(context);
    if (tracker != null) {
      tracker.open();
    }
    synchronized (this) {
      ready = true;
    }
    try {
      for (var commit = next(); commit != null; commit = next()) {
        for (var listener : listeners) {
          listener.tell(commit);
        }
      }
    } finally {
      if (tracker != null) {
        tracker.close();
      }
    }
  }

  private synchronized @Nullable Commit next() {
    while (queue.isEmpty() && !closing) {
      try {
        wait();
      } catch (InterruptedException _) {
        // Only close() interrupts, when its patience is over.
        return null;
      }
    }
    notifyAll();
    return queue.poll();
  }

  /// Lets triggers hear of what is committed, for a while, and ends the fiber.
  @Override
  public void close() {
    synchronized (this) {
      closing = true;
      notifyAll();
    }
    try {
      if (!fiber.join(FAREWELL)) {
        log.warn("triggers still run; {} commits are not told", waiting());
        synchronized (this) {
          queue.clear();
        }
        fiber.interrupt();
        fiber.join(FAREWELL);
      }
    } catch (InterruptedException e) {
      fiber.interrupt();
      Thread.currentThread().interrupt();
    }
  }

  private synchronized int waiting() {
    return queue.size();
  }

  private final class Triggers extends ServiceTracker<Trigger, Trigger> {
    Triggers(BundleContext context) {
      super(context, Trigger.class, null);
    }

    @Override
    public Trigger addingService(ServiceReference<Trigger> reference) {
      var trigger = context.getService(reference);
      if (trigger != null) {
        Announcer.this.add(
            trigger,
            switch (reference.getProperty(Trigger.MODELS)) {
              case String model -> Set.of(model);
              case String[] models -> Set.of(models);
              case null, default -> Set.of();
            });
      }
      return trigger;
    }

    @Override
    public void removedService(ServiceReference<Trigger> reference, Trigger trigger) {
      Announcer.this.remove(trigger);
      context.ungetService(reference);
    }
  }
}
