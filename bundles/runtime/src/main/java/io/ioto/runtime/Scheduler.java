// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/// Waits for the due times of all timers of all bundles, on one thread, which starts their work on
/// fibers and never runs any itself. May be shared between threads.
@Component(service = Scheduler.class)
public final class Scheduler {
  /// Something to be started at a time. Entries of the same time start in the order of their
  /// making.
  record Entry(Instant due, long sequence, Runnable start) {}

  private static final Comparator<Entry> ORDER =
      Comparator.comparing(Entry::due).thenComparingLong(Entry::sequence);

  private final InstantSource clock;
  private final Thread thread;
  private final TreeSet<Entry> entries = new TreeSet<>(ORDER);
  private long sequence;
  private boolean closed;

  @Activate
  public Scheduler() {
    this(new SteadyClock());
  }

  Scheduler(InstantSource clock) {
    this.clock = clock;
    thread = Thread.ofVirtual().name("timers").start(this::run);
  }

  InstantSource clock() {
    return clock;
  }

  /// Has work started at a time.
  ///
  /// @param start must not block
  synchronized Entry at(Instant due, Runnable start) {
    var entry = new Entry(due, sequence++, start);
    entries.add(entry);
    if (entries.first().sequence() == entry.sequence()) {
      notifyAll();
    }
    return entry;
  }

  /// Forgets an entry.
  ///
  /// @return false when it has been started or forgotten before
  synchronized boolean cancel(Entry entry) {
    return entries.remove(entry);
  }

  /// The time after a delay; the end of time for a delay that reaches beyond it, as "never" does.
  static Instant plus(Instant start, Duration delay) {
    return delay.compareTo(Duration.between(start, Instant.MAX)) < 0
        ? start.plus(delay)
        : Instant.MAX;
  }

  /// The number of entries that wait for their time.
  synchronized int waiting() {
    return entries.size();
  }

  /// Looks at the clock again, which was moved by hand.
  synchronized void wake() {
    notifyAll();
  }

  @Deactivate
  public void close() {
    synchronized (this) {
      closed = true;
      entries.clear();
      notifyAll();
    }
    thread.interrupt();
  }

  private void run() {
    try {
      for (var due = due(); !due.isEmpty(); due = due()) {
        due.forEach(entry -> entry.start().run());
      }
    } catch (InterruptedException _) {
      // Closed.
    }
  }

  /// Waits for the next entries to come due; none when closed.
  private synchronized List<Entry> due() throws InterruptedException {
    while (!closed) {
      if (entries.isEmpty()) {
        wait();
        continue;
      }
      var now = clock.instant();
      var due = new ArrayList<Entry>();
      while (!entries.isEmpty() && !entries.first().due().isAfter(now)) {
        due.add(entries.removeFirst());
      }
      if (!due.isEmpty()) {
        return due;
      }
      var left = Duration.between(now, entries.first().due());
      wait(Math.max(1, TimeUnit.MILLISECONDS.convert(left)));
    }
    return List.of();
  }
}
