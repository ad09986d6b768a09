// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The virtual threads that run on behalf of one bundle, and their common end. May be shared
/// between threads.
final class Crew {
  private final String owner;
  private final int limit;
  private final Duration join;
  private final Logger log;
  private final Set<Thread> running = new LinkedHashSet<>();
  private boolean closed;

  /// @param owner symbolic name of the bundle; its logger gets what goes wrong
  /// @param limit most threads at a time
  /// @param join how long closing waits for them
  Crew(String owner, int limit, Duration join) {
    this.owner = owner;
    this.limit = limit;
    this.join = join;
    log = LoggerFactory.getLogger(owner);
  }

  /// Starts a thread.
  ///
  /// @throws RejectedExecutionException when the limit is reached or the crew is closed
  Thread start(String name, Runnable work) {
    Thread thread =
        Thread.ofVirtual()
            .name(owner + "/" + name)
            // A fiber must not hold on to the class loader of whoever started it.
            .inheritInheritableThreadLocals(false)
            .unstarted(() -> run(name, work));
    synchronized (this) {
      if (closed) {
        throw new RejectedExecutionException(
            "%s stops and cannot start '%s'".formatted(owner, name));
      }
      if (running.size() >= limit) {
        throw new RejectedExecutionException(
            "%s runs %d fibers, the most it may, and cannot start '%s'"
                .formatted(owner, limit, name));
      }
      running.add(thread);
    }
    thread.start();
    return thread;
  }

  private void run(String name, Runnable work) {
    try {
      work.run();
    } catch (Throwable failure) {
      if (closed()) {
        log.debug("Fiber '{}' failed while its bundle stopped", name, failure);
      } else {
        log.error("Fiber '{}' failed", name, failure);
      }
    } finally {
      synchronized (this) {
        running.remove(Thread.currentThread());
      }
    }
  }

  private synchronized boolean closed() {
    return closed;
  }

  /// Interrupts all threads and waits for them, except for the one that calls.
  void close() {
    List<Thread> left;
    synchronized (this) {
      closed = true;
      left = running.stream().filter(t -> t != Thread.currentThread()).toList();
    }
    left.forEach(Thread::interrupt);
    var deadline = System.nanoTime() + join.toNanos();
    try {
      for (var thread : left) {
        thread.join(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    var stuck = left.stream().filter(Thread::isAlive).map(Thread::getName).toList();
    if (!stuck.isEmpty()) {
      log.warn(
          "{} fibers of {} still run {} ms after they were interrupted: {}",
          stuck.size(),
          owner,
          join.toMillis(),
          stuck.stream().limit(20).collect(Collectors.joining(", ")));
    }
  }
}
