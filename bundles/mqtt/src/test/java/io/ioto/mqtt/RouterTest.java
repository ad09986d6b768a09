// SPDX-License-Identifier: Apache-2.0
package io.ioto.mqtt;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.api.mqtt.Message;
import io.ioto.testing.Sections;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class RouterTest {
  private final List<Integer> acknowledged = Collections.synchronizedList(new ArrayList<>());
  private final List<String> taken = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger overflows = new AtomicInteger();
  private final AtomicInteger waits = new AtomicInteger();
  private final Router router;

  RouterTest(@TempDir Path folder) {
    var settings =
        Settings.of(
            Sections.config(
                Link.Config.class,
                "io.ioto.mqtt",
                folder,
                "{limits: {queue: 100, message: 10, attempts: 2}, timeouts: {handler: 0}}"));
    router =
        new Router(
            settings,
            new Threads(),
            acknowledged::add,
            overflows::incrementAndGet,
            waits::incrementAndGet);
  }

  @AfterEach
  void stop() {
    router.close(Duration.ofSeconds(1));
  }

  private static Message message(String topic, int number) {
    return new Message(topic, "" + number);
  }

  private void arrive(String topic, int id) {
    router.arrived(message(topic, id), id);
  }

  @Test
  void allWhoSubscribedAreAskedBeforeTheBrokerIsTold() throws InterruptedException {
    var go = new CountDownLatch(1);
    router.add(new Filter("a/#"), message -> taken.add("x" + message.text()), () -> {});
    router.add(
        new Filter("a/b"),
        message -> {
          go.await();
          taken.add("y" + message.text());
        },
        () -> {});

    arrive("a/b", 1);
    eventually(() -> assertThat(taken).containsExactly("x1"));
    assertThat(acknowledged).isEmpty();
    go.countDown();

    router.drain(Duration.ofSeconds(10));
    assertThat(acknowledged).containsExactly(1);
    assertThat(taken).containsExactly("x1", "y1");
  }

  @Test
  void acknowledgementsKeepTheOrderOfArrival() throws InterruptedException {
    var go = new CountDownLatch(1);
    router.add(new Filter("slow"), _ -> go.await(), () -> {});
    router.add(new Filter("fast"), message -> taken.add(message.text()), () -> {});

    arrive("slow", 7);
    arrive("fast", 8);
    arrive("fast", 9);
    eventually(() -> assertThat(taken).containsExactly("8", "9"));
    assertThat(acknowledged).isEmpty();
    go.countDown();

    router.drain(Duration.ofSeconds(10));
    assertThat(acknowledged).containsExactly(7, 8, 9);
  }

  @Test
  void moreThanMayWaitEndsTheConnectionAndIsNotAcknowledged() {
    var go = new CountDownLatch(1);
    router.add(new Filter("a"), _ -> go.await(), () -> {});
    for (var id = 1; id <= 100; id++) {
      arrive("a", id);
    }
    assertThat(overflows).hasValue(0);
    router.arrived(message("a", 0), 0);
    assertThat(overflows).as("one that needs no acknowledgement is dropped").hasValue(0);

    arrive("a", 101);

    assertThat(overflows).hasValue(1);
    go.countDown();
    router.close(Duration.ofSeconds(10));
    assertThat(acknowledged).isEmpty();
  }

  @Test
  void whatNobodySubscribesToWaitsAndIsDroppedInTheEnd() {
    arrive("a", 1);
    arrive("a", 2);

    assertThat(waits).hasValue(2);
    assertThat(acknowledged).isEmpty();
    assertThat(router.sweep()).isNull();
    assertThat(acknowledged).containsExactly(1, 2);
  }

  @Test
  void whatWaitedIsHandedToWhoeverComesInOrder() throws InterruptedException {
    arrive("a", 1);
    arrive("b", 2);
    arrive("a", 3);

    router.add(new Filter("a"), message -> taken.add(message.text()), () -> {});
    eventually(() -> assertThat(taken).containsExactly("1", "3"));
    assertThat(acknowledged).containsExactly(1);
    router.add(new Filter("b"), message -> taken.add(message.text()), () -> {});

    router.drain(Duration.ofSeconds(10));
    eventually(() -> assertThat(acknowledged).containsExactly(1, 2, 3));
  }

  @Test
  void whatALeavingSubscriptionHasNotTakenIsForItsSuccessor() {
    var working = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    var old =
        router.add(
            new Filter("a"),
            message -> {
              working.countDown();
              go.await();
              taken.add("old " + message.text());
            },
            () -> taken.add("ended"));
    arrive("a", 1);
    arrive("a", 2);
    await(working);
    var closer = Thread.ofVirtual().start(old::close);
    eventually(() -> assertThat(taken).contains("ended"));
    go.countDown();
    join(closer);
    old.close();

    router.add(new Filter("a"), message -> taken.add("new " + message.text()), () -> {});

    eventually(() -> assertThat(acknowledged).containsExactly(1, 2));
    assertThat(taken).startsWith("ended", "old 1").contains("new 2").hasSizeBetween(3, 4);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void handlerMayEndItsOwnSubscription() {
    var subscription = new CompletableFuture<AutoCloseable>();
    subscription.complete(
        router.add(
            new Filter("a"),
            message -> {
              taken.add(message.text());
              subscription.join().close();
            },
            () -> {}));
    arrive("a", 1);

    eventually(() -> assertThat(waits).hasPositiveValue());
    assertThat(taken).containsExactly("1");
  }

  @Test
  void handlerThatAlwaysFailsDoesNotStopTheRest() throws InterruptedException {
    var attempts = new AtomicInteger();
    router.add(
        new Filter("a"),
        message -> {
          if (message.text().equals("1")) {
            attempts.incrementAndGet();
            throw new LinkageError("gone");
          }
          taken.add(message.text());
        },
        () -> {});
    arrive("a", 1);
    arrive("a", 2);

    router.drain(Duration.ofSeconds(10));
    assertThat(taken).containsExactly("2");
    assertThat(attempts).hasValue(2);
    assertThat(acknowledged).containsExactly(1, 2);
  }

  @Test
  void largeMessageIsDropped() {
    router.add(new Filter("a"), message -> taken.add(message.text()), () -> {});
    router.arrived(new Message("a", "x".repeat(11)), 1);

    assertThat(acknowledged).containsExactly(1);
    assertThat(taken).isEmpty();
  }

  @Test
  void answerGoesToWhoAskedAndToNobodyElse() throws Exception {
    router.add(new Filter("#"), message -> taken.add(message.text()), () -> {});
    var answer = router.expect("a/100");

    arrive("a/100", 1);

    assertThat(answer.get(10, TimeUnit.SECONDS).text()).isEqualTo("1");
    assertThat(acknowledged).containsExactly(1);
    assertThat(taken).isEmpty();
    var lost = router.expect("a/101");
    router.close(Duration.ZERO);
    assertThatThrownBy(lost::join).isInstanceOf(CancellationException.class);
  }
}
