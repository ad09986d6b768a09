// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import io.ioto.api.runtime.Signals;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The watches of one bundle, and the states it holds.
@Component(
    service = Signals.class,
    scope = ServiceScope.BUNDLE,
    configurationPid = {"io.ioto.runtime", "io.ioto.runtime.limits"},
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class BundleSignals implements Signals {
  /// See `settings.json5`.
  public @interface Config {
    int watches();

    int signals();

    long fibers_join();
  }

  private record Signal(@Nullable Object argument) {}

  private final Switchboard switchboard;
  private final String owner;
  private final int maxWatches;
  private final int maxWaiting;
  private final Crew crew;
  private final Logger log;
  private final Set<Ear> ears = new HashSet<>();
  private boolean closed;

  @Activate
  public BundleSignals(
      @Reference Switchboard switchboard, ComponentContext context, Config config) {
    this(
        switchboard,
        User.of(context),
        config.watches(),
        config.signals(),
        Duration.ofMillis(config.fibers_join()));
  }

  BundleSignals(
      Switchboard switchboard, String owner, int maxWatches, int maxWaiting, Duration join) {
    this.switchboard = switchboard;
    this.owner = owner;
    this.maxWatches = maxWatches;
    this.maxWaiting = maxWaiting;
    // A watch has one fiber at most, so the limit of watches is never met here.
    crew = new Crew(owner, maxWatches, join);
    log = LoggerFactory.getLogger(owner);
  }

  @Override
  public Watch watch(String name, Consumer<@Nullable Object> watcher) {
    var ear = new Ear(name, watcher);
    synchronized (this) {
      if (closed) {
        throw new RejectedExecutionException(
            "%s stops and cannot watch '%s'".formatted(owner, name));
      }
      if (ears.size() >= maxWatches) {
        throw new RejectedExecutionException(
            "%s has %d watches, the most it may, and cannot watch '%s'"
                .formatted(owner, maxWatches, name));
      }
      ears.add(ear);
    }
    switchboard.add(name, ear);
    if (closed()) {
      ear.close();
    }
    return ear;
  }

  @Override
  public void signal(String name, @Nullable Object argument) {
    switchboard.signal(name, argument);
  }

  @Override
  public void hold(String name, @Nullable Object argument) {
    switchboard.hold(this, name, argument);
    if (closed()) {
      switchboard.releaseAll(this);
    }
  }

  @Override
  public void release(String name) {
    switchboard.release(name);
  }

  @Deactivate
  public void close() {
    List<Ear> left;
    synchronized (this) {
      closed = true;
      left = List.copyOf(ears);
    }
    left.forEach(Ear::close);
    switchboard.releaseAll(this);
    crew.close();
  }

  private synchronized boolean closed() {
    return closed;
  }

  private synchronized void forget(Ear ear) {
    ears.remove(ear);
  }

  /// Queues the signals of one watch and hands them to the watcher one by one.
  private final class Ear implements Watch, Consumer<@Nullable Object> {
    private final String name;
    private final Consumer<@Nullable Object> watcher;
    private final Queue<Signal> waiting = new ArrayDeque<>();
    private boolean running;
    private boolean over;
    private long dropped;

    Ear(String name, Consumer<@Nullable Object> watcher) {
      this.name = name;
      this.watcher = watcher;
    }

    @Override
    public synchronized void accept(@Nullable Object argument) {
      if (over) {
        return;
      }
      if (waiting.size() >= maxWaiting) {
        if (dropped++ == 0) {
          log.warn("Watch of '{}' has {} signals waiting and drops more", name, maxWaiting);
        }
        return;
      }
      waiting.add(new Signal(argument));
      if (!running) {
        try {
          crew.start(name, this::deliver);
          running = true;
        } catch (RejectedExecutionException _) {
          over = true; // The bundle stops, and its watches end.
        }
      }
    }

    @Override
    public void close() {
      switchboard.remove(name, this);
      synchronized (this) {
        over = true;
        waiting.clear();
      }
      forget(this);
    }

    private void deliver() {
      for (var next = next(); next != null; next = next()) {
        try {
          watcher.accept(next.argument());
        } catch (Throwable failure) {
          // The watcher's code; the watch goes on.
          log.error("Watch of '{}' failed", name, failure);
        }
      }
    }

    private synchronized @Nullable Signal next() {
      var next = waiting.poll();
      if (next == null) {
        running = false;
      }
      if (dropped > 0 && waiting.isEmpty()) {
        log.warn("Watch of '{}' has dropped {} signals", name, dropped);
        dropped = 0;
      }
      return next;
    }
  }
}
