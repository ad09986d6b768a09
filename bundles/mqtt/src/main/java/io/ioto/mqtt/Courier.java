// SPDX-License-Identifier: Apache-2.0
package io.ioto.mqtt;

import io.ioto.api.mqtt.DeliveryException;
import io.ioto.api.runtime.Fibers;
import io.ioto.mqtt.JournalOutbox.Entry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries the messages of the outbox over one connection, in their order, many at a time. What
/// the connection took with it is carried over the next one.
final class Courier implements AutoCloseable {
  private record Sent(Entry entry, CompletableFuture<IMqttToken> acknowledged, long at) {}

  private static final Logger log = LoggerFactory.getLogger(Courier.class);

  private final JournalOutbox outbox;
  private final LiveConnection connection;
  private final Settings settings;
  private final Runnable lost;
  private final Thread fiber;

  // Of the fiber alone.
  private final Deque<Sent> window = new ArrayDeque<>();
  private long cursor;

  // Guarded by this.
  private boolean closed;
  private boolean stirred;

  /// @param lost called when the broker does not acknowledge any more
  Courier(
      JournalOutbox outbox,
      LiveConnection connection,
      Settings settings,
      Fibers fibers,
      Runnable lost) {
    this.outbox = outbox;
    this.connection = connection;
    this.settings = settings;
    this.lost = lost;
    outbox.listen(this::stir);
    fiber = fibers.start("mqtt outbox", this::run);
  }

  private synchronized void stir() {
    stirred = true;
    notifyAll();
  }

  private void run() {
    try {
      while (!over()) {
        settle();
        if (!fill()) {
          rest();
        }
      }
    } catch (DeliveryException e) {
      log.debug("The outbox waits for the next connection: {}", e.getMessage());
      lost.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean over() {
    return closed;
  }

  /// Forgets what the broker has acknowledged.
  private void settle() {
    var through = -1L;
    while (!window.isEmpty() && window.getFirst().acknowledged().isDone()) {
      var sent = window.getFirst();
      if (sent.acknowledged().isCompletedExceptionally()) {
        throw Wire.failure(sent.entry().message().toString(), sent.acknowledged().exceptionNow());
      }
      through = sent.entry().sequence();
      window.removeFirst();
    }
    if (through >= 0) {
      outbox.delivered(through);
    }
  }

  /// Sends one more message, if there is one and room for it.
  private boolean fill() {
    // Half of what may be under way is left to everybody else.
    if (window.size() >= Math.max(1, settings.inflight() / 2)) {
      return false;
    }
    var next = outbox.next(cursor);
    if (next.isEmpty()) {
      return false;
    }
    var entry = next.get();
    var acknowledged = connection.send(entry.message());
    window.add(new Sent(entry, acknowledged, System.nanoTime()));
    cursor = entry.sequence();
    var _ = acknowledged.whenComplete((_, _) -> stir());
    return true;
  }

  /// Waits for a message or an acknowledgement.
  private synchronized void rest() throws InterruptedException {
    var oldest = window.isEmpty() ? System.nanoTime() : window.getFirst().at();
    while (!stirred && !closed) {
      if (window.isEmpty()) {
        wait();
      } else {
        var left = settings.ack().minusNanos(System.nanoTime() - oldest);
        if (!left.isPositive()) {
          throw new DeliveryException(
              DeliveryException.Reason.TIMEOUT,
              "the broker has acknowledged nothing for " + settings.ack());
        }
        wait(Math.max(1, left.toMillis()));
      }
    }
    stirred = false;
  }

  /// Sends nothing more, and waits a while for what is under way.
  @Override
  public void close() {
    outbox.listen(() -> {});
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    try {
      fiber.join(Duration.ofSeconds(5));
      var deadline = System.nanoTime() + settings.drain().toNanos();
      for (var sent : window) {
        if (sent.acknowledged().isCompletedExceptionally() || System.nanoTime() > deadline) {
          break;
        }
        sent.acknowledged().get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
      }
      settle();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException | DeliveryException e) {
      log.debug("Messages of the outbox are sent again: {}", e.toString());
    }
  }
}
