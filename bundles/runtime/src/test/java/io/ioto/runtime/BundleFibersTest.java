// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class BundleFibersTest {
  private final BundleFibers fibers =
      new BundleFibers(new Crew("io.ioto.it", 2, Duration.ofSeconds(10)));

  @Test
  void fiberIsVirtualAndNamesItsBundle() throws Exception {
    var thread = fibers.submit("work", Thread::currentThread).get();

    assertThat(thread.isVirtual()).isTrue();
    assertThat(thread.getName()).isEqualTo("io.ioto.it/work");
  }

  @Test
  void fiberDoesNotInheritTheContextClassLoaderOfItsStarter() throws Exception {
    var starter = Thread.currentThread();
    var before = starter.getContextClassLoader();
    starter.setContextClassLoader(new ClassLoader(before) {});
    try {
      var inherited =
          fibers.submit("work", () -> Thread.currentThread().getContextClassLoader()).get();
      assertThat(inherited).isSameAs(ClassLoader.getSystemClassLoader());
    } finally {
      starter.setContextClassLoader(before);
    }
  }

  @Test
  void failureIsHandedBack() {
    var outcome =
        fibers.submit(
            "work",
            () -> {
              throw new IllegalStateException("no luck");
            });

    assertThatThrownBy(outcome::get)
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseMessage("no luck");
  }

  @Test
  void cancellingInterrupts() throws Exception {
    var started = new CountDownLatch(1);
    var interrupted = new CompletableFuture<Boolean>();
    var outcome =
        fibers.submit(
            "work",
            () -> {
              started.countDown();
              LockSupport.park();
              return interrupted.complete(Thread.currentThread().isInterrupted());
            });
    started.await();

    assertThat(outcome.cancel(true)).isTrue();
    assertThat(interrupted.get()).isTrue();
  }

  @Test
  void moreThanTheLimitAreRefusedUntilOneEnds() {
    var latch = new CountDownLatch(1);
    fibers.start("one", () -> await(latch));
    fibers.start("two", () -> await(latch));

    assertThatThrownBy(() -> fibers.start("three", () -> {}))
        .isInstanceOf(RejectedExecutionException.class)
        .hasMessage("io.ioto.it runs 2 fibers, the most it may, and cannot start 'three'");
    latch.countDown();
    eventually(() -> fibers.submit("three", () -> true).get());
  }

  @Test
  void failedFiberIsLoggedAndFreesItsPlace() {
    try (var log = new Recorder("io.ioto.it")) {
      for (var i = 0; i < 5; i++) {
        eventually(
            () ->
                fibers.start(
                    "fails",
                    () -> {
                      throw new IllegalStateException("no luck");
                    }));
      }
      eventually(() -> fibers.submit("works", () -> true).get());
      assertThat(log.messages()).hasSize(5).containsOnly("ERROR Fiber 'fails' failed");
    }
  }

  @Test
  void stoppingInterruptsAndWaitsForTheFibers() throws Exception {
    var started = new CountDownLatch(1);
    var ended = new AtomicBoolean();
    fibers.start(
        "work",
        () -> {
          started.countDown();
          LockSupport.park();
          ended.set(Thread.currentThread().isInterrupted());
        });
    started.await();

    fibers.close();

    assertThat(ended).isTrue();
    assertThatThrownBy(() -> fibers.start("late", () -> {}))
        .isInstanceOf(RejectedExecutionException.class)
        .hasMessage("io.ioto.it stops and cannot start 'late'");
  }

  @Test
  void stoppingDoesNotWaitForeverAndNamesWhatIsLeft() throws Exception {
    var latch = new CountDownLatch(1);
    var crew = new Crew("io.ioto.it.stuck", 1, Duration.ofMillis(1));
    try (var log = new Recorder("io.ioto.it.stuck")) {
      crew.start(
          "deaf",
          () -> {
            while (latch.getCount() > 0) {
              await(latch);
            }
          });
      crew.close();
      assertThat(log.messages())
          .containsExactly(
              "WARN 1 fibers of io.ioto.it.stuck still run 1 ms after they were interrupted:"
                  + " io.ioto.it.stuck/deaf");
      latch.countDown();
    }
  }

  @Test
  void fiberMayStopItsOwnBundle() throws Exception {
    assertThat(
            fibers
                .submit(
                    "stop",
                    () -> {
                      fibers.close();
                      return Thread.currentThread().isInterrupted();
                    })
                .get())
        .isFalse();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      LockSupport.parkNanos(1);
    }
  }
}
