// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import io.ioto.api.runtime.Timers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;

/// The timers of one bundle.
@Component(
    service = Timers.class,
    scope = ServiceScope.BUNDLE,
    configurationPid = {"io.ioto.runtime", "io.ioto.runtime.limits"},
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class BundleTimers implements Timers {
  /// See `settings.json5`.
  public @interface Config {
    int timers();

    long fibers_join();
  }

  private final Scheduler scheduler;
  private final String owner;
  private final int limit;
  private final Crew crew;
  private final Set<Alarm> alarms = new HashSet<>();
  private boolean closed;

  @Activate
  public BundleTimers(@Reference Scheduler scheduler, ComponentContext context, Config config) {
    this(scheduler, User.of(context), config.timers(), Duration.ofMillis(config.fibers_join()));
  }

  BundleTimers(Scheduler scheduler, String owner, int limit, Duration join) {
    this.scheduler = scheduler;
    this.owner = owner;
    this.limit = limit;
    // A timer has one fiber at most, so the limit of timers is never met here.
    crew = new Crew(owner, limit, join);
  }

  @Override
  public Timer after(Duration delay, String name, Runnable work) {
    if (delay.isNegative()) {
      throw new IllegalArgumentException(
          "delay of '%s' is %s and must not be negative".formatted(name, delay));
    }
    return set(new Alarm(name, work, null), delay);
  }

  @Override
  public Timer every(Duration period, String name, Runnable work) {
    if (!period.isPositive()) {
      throw new IllegalArgumentException(
          "period of '%s' is %s and must be positive".formatted(name, period));
    }
    return set(new Alarm(name, work, period), period);
  }

  @Override
  public InstantSource clock() {
    return scheduler.clock();
  }

  @Deactivate
  public void close() {
    List<Alarm> left;
    synchronized (this) {
      closed = true;
      left = List.copyOf(alarms);
    }
    left.forEach(Alarm::close);
    crew.close();
  }

  private Alarm set(Alarm alarm, Duration delay) {
    synchronized (this) {
      if (closed) {
        throw new RejectedExecutionException(
            "%s stops and cannot set timer '%s'".formatted(owner, alarm.name));
      }
      if (alarms.size() >= limit) {
        throw new RejectedExecutionException(
            "%s has %d timers, the most it may, and cannot set '%s'"
                .formatted(owner, limit, alarm.name));
      }
      alarms.add(alarm);
    }
    alarm.set(Scheduler.plus(scheduler.clock().instant(), delay));
    return alarm;
  }

  private synchronized void forget(Alarm alarm) {
    alarms.remove(alarm);
  }

  private final class Alarm implements Timer {
    private final String name;
    private final Runnable work;
    private final @Nullable Duration period;
    private Scheduler.@Nullable Entry entry;
    private boolean cancelled;

    Alarm(String name, Runnable work, @Nullable Duration period) {
      this.name = name;
      this.work = work;
      this.period = period;
    }

    synchronized void set(Instant due) {
      if (cancelled) {
        forget(this);
      } else {
        entry = scheduler.at(due, () -> start(due));
      }
    }

    @Override
    public synchronized void fire() {
      if (entry != null && scheduler.cancel(entry)) {
        start(scheduler.clock().instant());
      }
    }

    @Override
    public synchronized void close() {
      cancelled = true;
      // An entry that the scheduler has let go of is about to run, and forgets itself then.
      if (entry == null || scheduler.cancel(entry)) {
        forget(this);
      }
    }

    private void start(Instant due) {
      try {
        crew.start(name, () -> run(due));
      } catch (RejectedExecutionException _) {
        // The bundle stops, and its timers end.
        forget(this);
      }
    }

    private void run(Instant due) {
      synchronized (this) {
        entry = null;
        if (cancelled) {
          forget(this);
          return;
        }
      }
      try {
        work.run();
      } finally {
        if (period == null) {
          forget(this);
        } else {
          var next = Scheduler.plus(due, period);
          var now = scheduler.clock().instant();
          set(next.isAfter(now) ? next : now);
        }
      }
    }
  }
}
