// SPDX-License-Identifier: Apache-2.0
package io.ioto.deploy;

import static io.ioto.api.deploy.DeployException.Reason.FAILED;
import static io.ioto.api.deploy.DeployException.Reason.TIMEOUT;

import io.ioto.api.deploy.DeployException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs code of other bundles, which may throw, hang or spin, on a daemon thread of its own. A
/// thread that outlasts its deadline is interrupted; one that does not heed that cannot be ended
/// by anybody and is left behind.
final class Guest {
  /// What a bundle is let do.
  @FunctionalInterface
  interface Work {
    void run() throws Exception;
  }

  /// The thread was left behind.
  static final class StuckException extends RuntimeException {
    @java.io.Serial private static final long serialVersionUID = 1;

    StuckException(String message) {
      super(message);
    }
  }

  private enum State {
    RUNNING,
    ENDED,
    LEFT_BEHIND
  }

  private static final Logger log = LoggerFactory.getLogger(Guest.class);

  /// How long a thread may take to heed an interrupt, if it had as long for its work.
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final String title;
  private final Work work;
  private final Runnable late;
  private final AtomicReference<State> state = new AtomicReference<>(State.RUNNING);
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile @Nullable Throwable failure;

  private Guest(String title, Work work, Runnable late) {
    this.title = title;
    this.work = work;
    this.late = late;
  }

  /// Runs work and waits for its end.
  ///
  /// @param title of the thread and in messages, such as `start of io.ioto.web 0.1.1`
  /// @param limit how long it may take in all, as messages tell it
  /// @param patience what is left of that
  /// @param late what remains to be done if it ends after it was left behind; runs on its thread
  /// @throws DeployException FAILED with what it threw, TIMEOUT when it had to be interrupted
  /// @throws StuckException when it did not end then either
  static void run(String title, Duration limit, Duration patience, Work work, Runnable late) {
    new Guest(title, work, late).run(limit, patience);
  }

  private void run(Duration limit, Duration patience) {
    var thread =
        Thread.ofPlatform()
            .name("deploy: " + title)
            .daemon()
            .inheritInheritableThreadLocals(false)
            .unstarted(this::visit);
    // Threads started from here must not hold on to the loader of whoever asked for this.
    thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
    thread.start();
    if (!await(patience)) {
      var place = place(thread);
      thread.interrupt();
      var heeded = await(patience.compareTo(GRACE) < 0 ? patience : GRACE);
      if (!heeded && state.compareAndSet(State.RUNNING, State.LEFT_BEHIND)) {
        throw new StuckException(
            "%s does not return within %d ms, and the thread '%s' cannot be ended: it is at %s"
                .formatted(title, limit.toMillis(), thread.getName(), place));
      }
      throw new DeployException(
          TIMEOUT,
          "%s took longer than %d ms: it was at %s".formatted(title, limit.toMillis(), place));
    }
    var thrown = failure;
    if (thrown != null) {
      throw new DeployException(FAILED, "%s failed: %s".formatted(title, cause(thrown)), thrown);
    }
  }

  private void visit() {
    try {
      work.run();
    } catch (Throwable e) { // whatever foreign code throws, errors included, is its failure
      failure = e;
    }
    var wasLeft = !state.compareAndSet(State.RUNNING, State.ENDED);
    ended.countDown();
    if (wasLeft) {
      log.info("{} has come to its end after all", title);
      late.run();
    }
  }

  private boolean await(Duration patience) {
    try {
      return ended.await(TimeUnit.NANOSECONDS.convert(patience), TimeUnit.NANOSECONDS);
    } catch (InterruptedException _) {
      // Nobody interrupts the thread of a deployment but the JVM's own end.
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// Where a thread is in code that is not the JDK's.
  private static String place(Thread thread) {
    var stack = thread.getStackTrace();
    for (var frame : stack) {
      var name = frame.getClassName();
      if (!name.startsWith("java.") && !name.startsWith("jdk.") && !name.startsWith("sun.")) {
        return frame.toString();
      }
    }
    return stack.length == 0 ? "its end" : stack[0].toString();
  }

  /// The innermost cause, which is what the author of a bundle has to know.
  private static String cause(Throwable thrown) {
    var cause = thrown;
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    return cause.toString();
  }
}
