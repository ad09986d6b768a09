// SPDX-License-Identifier: Apache-2.0
package io.ioto.front;

import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.TryExecutor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Says which thread runs a request: a virtual thread of its own, or, while very many short
/// requests come in, the very thread that found it, the *leader* of the selector, which saves the
/// change of threads.
///
/// A leader that runs a request finds no others meanwhile. So a *follower* watches it: once the
/// requests become fewer, be it that one blocks, that they take longer or that nobody asks any
/// more, the follower puts an end to this and leads on where the leader is inside a request. A
/// request that blocks therefore delays those of other connections by [#WATCH_NANOS] at most, once
/// in [#PENALTY_NANOS].
///
/// A leader that has run requests is replaced soon, so that nothing of a bundle that was swapped
/// meanwhile stays with its thread.
///
/// One object serves all selectors of a connector; each has a leader of its own. The threads end
/// by themselves with the selector.
final class Leaders implements TryExecutor {
  private static final Logger log = LoggerFactory.getLogger(Leaders.class);

  /// A glance at the clock after this many requests.
  private static final int STRIDE = 64;

  /// The leader runs requests itself when [#STRIDE] of them took less than this.
  private static final long RUSH_NANOS = TimeUnit.MILLISECONDS.toNanos(6);

  /// How often the follower looks whether the leader gets on.
  private static final long WATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /// Requests that a leader has to run between two looks.
  private static final int PACE = 4;

  /// How long no leader runs requests after that had to be ended.
  private static final long PENALTY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /// A leader that runs requests is replaced after this long.
  private static final long TERM_NANOS = TimeUnit.SECONDS.toNanos(1);

  /// Threads that lead, follow, or are inside a request that blocks. With more, each request has
  /// a virtual thread.
  private static final int THREADS = 12;

  private final Executor virtual;
  private final AtomicInteger threads = new AtomicInteger();

  Leaders(Executor executor) {
    virtual =
        Objects.requireNonNullElseGet(
            VirtualThreads.getVirtualThreadsExecutor(executor),
            VirtualThreads::getDefaultVirtualThreadsExecutor);
  }

  /// Starts the first leader of a selector.
  ///
  /// @param produce finds requests; comes back when another thread does that, or nobody should
  void lead(Runnable produce) {
    new Leader(new Post(), produce).start();
  }

  /// Runs a request in a thread of its own.
  @Override
  public void execute(Runnable request) {
    virtual.execute(request);
  }

  /// Asked by a leader before each request.
  ///
  /// @param produce what a successor has to run
  /// @return whether the leader may run the request itself; else it is given to [#execute]
  @Override
  public boolean tryExecute(Runnable produce) {
    var leader = (Leader) Thread.currentThread();
    return leader.post.runs(leader, produce);
  }

  /// Threads that lead, follow, or are inside a request that was not given away.
  int threads() {
    return threads.get();
  }

  /// What the leaders of one selector share.
  private final class Post {
    /// Requests found; written by the leader only.
    private volatile int found;

    /// Whether the leader runs requests.
    private volatile boolean rush;

    /// When the follower last put an end to that.
    private volatile long ended = System.nanoTime() - PENALTY_NANOS;

    /// Of the leader only; the next one sees it through the state of Jetty's strategy.
    private long glance = System.nanoTime();

    boolean runs(Leader leader, Runnable produce) {
      var count = found + 1;
      found = count;
      if (rush) {
        leader.used = true;
        return count % STRIDE != 0 || !leader.over() || start(produce);
      }
      if (leader.used) {
        return start(produce);
      }
      return count % STRIDE == 0 && many() && begin(produce);
    }

    private boolean many() {
      var now = System.nanoTime();
      var many =
          now - glance < RUSH_NANOS && now - ended > PENALTY_NANOS && threads.get() < THREADS;
      glance = now;
      return many;
    }

    private boolean begin(Runnable produce) {
      rush = true;
      if (start(() -> follow(produce))) {
        return true;
      }
      rush = false;
      return false;
    }

    /// @return false where the system has no thread to give
    private boolean start(Runnable work) {
      try {
        new Leader(this, work).start();
        return true;
      } catch (OutOfMemoryError e) {
        log.warn("No thread to find requests with; this one goes on", e);
        return false;
      }
    }

    private void follow(Runnable produce) {
      var seen = found;
      while (true) {
        LockSupport.parkNanos(WATCH_NANOS);
        var now = found;
        if (now - seen < PACE) {
          break;
        }
        seen = now;
      }
      ended = System.nanoTime();
      // Whoever saw it true has left the lead open before, so that it is there to be taken.
      rush = false;
      produce.run();
    }
  }

  private final class Leader extends Thread {
    private final Post post;
    private final Runnable work;
    private final long since = System.nanoTime();

    /// Whether it has run requests.
    private boolean used;

    Leader(Post post, Runnable work) {
      super("front-leader");
      setDaemon(true);
      this.post = post;
      this.work = work;
    }

    boolean over() {
      return System.nanoTime() - since > TERM_NANOS;
    }

    @Override
    public void run() {
      threads.incrementAndGet();
      try {
        work.run();
      } finally {
        threads.decrementAndGet();
      }
    }
  }
}
