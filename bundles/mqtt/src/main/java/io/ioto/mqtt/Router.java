// SPDX-License-Identifier: Apache-2.0
package io.ioto.mqtt;

import io.ioto.api.mqtt.Handler;
import io.ioto.api.mqtt.Message;
import io.ioto.api.mqtt.Subscription;
import io.ioto.api.runtime.Backoff;
import io.ioto.api.runtime.Fibers;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hands the messages of one connection to whoever subscribed, and acknowledges each once all who
/// did have taken it. Acknowledgements keep the order of arrival (MQTT 3.1.1 §4.6), so a handler
/// that does not return stops the broker after a window of messages, not the process. May be
/// shared between threads.
final class Router {
  /// A message and the handlers it is still with.
  private static final class Parcel {
    final Message message;
    final int id;
    long since = System.nanoTime();
    int open;

    Parcel(Message message, int id) {
      this.message = message;
      this.id = id;
    }
  }

  private static final Logger log = LoggerFactory.getLogger(Router.class);
  private static final Duration FIRST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private final Settings settings;
  private final Fibers fibers;
  private final IntConsumer acknowledge;
  private final Runnable overflow;
  private final Runnable waits;

  // Guarded by this.
  private final List<Desk> desks = new ArrayList<>();
  private final Map<String, CompletableFuture<Message>> answers = new HashMap<>();
  private final Deque<Parcel> unclaimed = new ArrayDeque<>();
  private final Deque<Parcel> unacknowledged = new ArrayDeque<>();
  private boolean closed;

  /// @param acknowledge tells the broker, by the number of a message
  /// @param overflow called when more waits than may: nothing more is taken; must not block
  /// @param waits called when a message waits for a subscription, so that [#sweep] is called when
  ///     it has waited long enough; must not block
  Router(
      Settings settings,
      Fibers fibers,
      IntConsumer acknowledge,
      Runnable overflow,
      Runnable waits) {
    this.settings = settings;
    this.fibers = fibers;
    this.acknowledge = acknowledge;
    this.overflow = overflow;
    this.waits = waits;
  }

  /// Takes a message; does not block.
  ///
  /// @param id 0 when it needs no acknowledgement
  void arrived(Message message, int id) {
    var full = false;
    synchronized (this) {
      if (closed) {
        return;
      }
      var parcel = new Parcel(message, id);
      if (id != 0) {
        unacknowledged.add(parcel);
      }
      var answer = answers.remove(message.topic());
      if (answer != null) {
        answer.complete(message);
      } else if (message.payload().length > settings.message()) {
        log.warn("{} is larger than mqtt.limits.message and was dropped", message);
      } else {
        for (var desk : desks) {
          if (desk.filter.matches(message.topic())) {
            full |= !desk.offer(parcel);
          }
        }
        if (parcel.open == 0 && !full) {
          parcel.open = 1;
          unclaimed.add(parcel);
          full = unclaimed.size() > settings.queue();
          waits.run();
        }
      }
      if (full && id != 0) {
        // Not to be acknowledged: it comes again with the next connection.
        closed = true;
      }
      settle();
    }
    if (full && id == 0) {
      log.warn("{} was dropped: mqtt.limits.queue messages wait already", message);
    } else if (full) {
      log.warn("{} comes again later: mqtt.limits.queue messages wait already", message);
      overflow.run();
    }
  }

  /// Acknowledges what has been taken, in order.
  private void settle() {
    while (!unacknowledged.isEmpty() && unacknowledged.getFirst().open == 0 && !closed) {
      acknowledge.accept(unacknowledged.removeFirst().id);
    }
    notifyAll();
  }

  private synchronized void taken(Parcel parcel) {
    parcel.open--;
    settle();
  }

  /// Waits for the message on one topic.
  CompletableFuture<Message> expect(String topic) {
    var answer = new CompletableFuture<Message>();
    synchronized (this) {
      answers.put(topic, answer);
    }
    return answer;
  }

  synchronized void forget(String topic) {
    answers.remove(topic);
  }

  /// Drops what has waited too long for somebody to subscribe to it.
  ///
  /// @return how long the next one may still wait; empty when none does
  synchronized @Nullable Duration sweep() {
    while (!unclaimed.isEmpty()) {
      var parcel = unclaimed.getFirst();
      var left = settings.handler().minusNanos(System.nanoTime() - parcel.since);
      if (left.isPositive()) {
        return left;
      }
      unclaimed.removeFirst();
      log.warn("{} was dropped: nobody subscribes to it", parcel.message);
      taken(parcel);
    }
    return null;
  }

  /// Begins to hand messages over, those first that have been waiting for it.
  ///
  /// @param ended run once the subscription ends
  Subscription add(Filter filter, Handler handler, Runnable ended) {
    var desk = new Desk(filter, handler, ended);
    synchronized (this) {
      desks.add(desk);
      for (var parcels = unclaimed.iterator(); parcels.hasNext(); ) {
        var parcel = parcels.next();
        if (filter.matches(parcel.message.topic()) && desk.offer(parcel)) {
          parcels.remove();
          parcel.open--;
        }
      }
    }
    desk.start();
    return desk;
  }

  /// Takes nothing more and acknowledges nothing more.
  ///
  /// @param patience how long handlers that are at work are waited for
  void close(Duration patience) {
    List<Desk> left;
    synchronized (this) {
      closed = true;
      left = List.copyOf(desks);
      answers.values().forEach(answer -> answer.cancel(false));
      answers.clear();
      unclaimed.clear();
    }
    left.forEach(Desk::stop);
    var deadline = System.nanoTime() + patience.toNanos();
    left.forEach(desk -> desk.join(deadline));
  }

  /// Waits until handlers have taken what has arrived, and the broker has been told.
  synchronized void drain(Duration patience) throws InterruptedException {
    var deadline = System.nanoTime() + patience.toNanos();
    while (unacknowledged.stream().anyMatch(parcel -> !unclaimed.contains(parcel))) {
      var left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return;
      }
      wait(left);
    }
  }

  /// One subscription: its queue and its fiber.
  private final class Desk implements Subscription {
    private final Filter filter;
    private final Handler handler;
    private final Runnable ended;
    private final Deque<Parcel> queue = new ArrayDeque<>();
    private boolean stopped;
    private @Nullable Thread fiber;

    Desk(Filter filter, Handler handler, Runnable ended) {
      this.filter = filter;
      this.handler = handler;
      this.ended = ended;
    }

    @Override
    public String filter() {
      return filter.text();
    }

    private synchronized void start() {
      if (!stopped) {
        fiber = fibers.start("mqtt " + filter.text(), this::run);
      }
    }

    /// The caller holds the router's lock.
    synchronized boolean offer(Parcel parcel) {
      if (stopped || queue.size() >= settings.queue()) {
        return false;
      }
      parcel.open++;
      queue.add(parcel);
      notifyAll();
      return true;
    }

    private synchronized @Nullable Parcel next() {
      while (queue.isEmpty() && !stopped) {
        try {
          wait();
        } catch (InterruptedException e) {
          return null;
        }
      }
      return stopped ? null : queue.getFirst();
    }

    private void run() {
      for (var parcel = next(); parcel != null; parcel = next()) {
        if (!handle(parcel.message)) {
          return;
        }
        synchronized (this) {
          if (stopped) {
            return;
          }
          queue.removeFirst();
        }
        taken(parcel);
      }
    }

    /// @return false when it was not taken and the subscription has ended
    private boolean handle(Message message) {
      var backoff = new Backoff(FIRST, LONGEST, new SecureRandom());
      for (var attempt = 1; ; attempt++) {
        try {
          handler.handle(message);
          return true;
        } catch (Exception | Error e) {
          // Foreign code: it may throw anything.
          if (attempt == settings.attempts()) {
            log.error("{} was dropped: its handler failed {} times", message, attempt, e);
            return true;
          }
          log.warn("{}: its handler failed and is asked again: {}", message, e.toString());
        }
        if (!pause(backoff.next())) {
          return false;
        }
      }
    }

    private synchronized boolean pause(Duration pause) {
      var deadline = System.nanoTime() + pause.toNanos();
      while (!stopped) {
        var left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          return true;
        }
        try {
          wait(left);
        } catch (InterruptedException e) {
          return false;
        }
      }
      return false;
    }

    synchronized void stop() {
      stopped = true;
      notifyAll();
    }

    void join(long deadline) {
      Thread working;
      synchronized (this) {
        working = fiber;
      }
      if (working == null || working == Thread.currentThread()) {
        return;
      }
      try {
        var left = Math.max(1, (deadline - System.nanoTime()) / 1_000_000);
        if (!working.join(Duration.ofMillis(left))) {
          log.warn("The handler of '{}' is still at work", filter.text());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() {
      List<Parcel> left;
      synchronized (Router.this) {
        if (!desks.remove(this)) {
          return;
        }
        stop();
      }
      ended.run();
      join(System.nanoTime() + settings.drain().toNanos());
      // What it did not take waits for whoever subscribes next, such as its successor.
      synchronized (this) {
        left = new ArrayList<>(queue);
        queue.clear();
      }
      synchronized (Router.this) {
        for (var parcel : left) {
          if (parcel.open > 1) {
            taken(parcel);
          } else {
            parcel.since = System.nanoTime();
            unclaimed.add(parcel);
            waits.run();
          }
        }
      }
    }
  }
}
