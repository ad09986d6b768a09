// SPDX-License-Identifier: Apache-2.0
package io.ioto.mqtt;

import io.ioto.api.mqtt.Connection;
import io.ioto.api.mqtt.DeliveryException;
import io.ioto.api.mqtt.DeliveryException.Reason;
import io.ioto.api.mqtt.Handler;
import io.ioto.api.mqtt.Message;
import io.ioto.api.mqtt.Subscription;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.paho.client.mqttv3.IMqttToken;

/// What users of a connection see of it.
final class LiveConnection implements Connection {
  private final Wire wire;
  private final Router router;
  private final String id;
  private final List<Filter> masters;
  private final Settings settings;
  private final AtomicInteger number;

  /// How many subscriptions there are at the broker; guarded by itself.
  private final Map<Filter, Integer> subscribed = new HashMap<>();

  /// @param masters what the device is always subscribed to
  /// @param number of the last question; answers of an earlier connection must not be taken for
  ///     one of this
  LiveConnection(
      Wire wire,
      Router router,
      String id,
      List<Filter> masters,
      Settings settings,
      AtomicInteger number) {
    this.wire = wire;
    this.router = router;
    this.id = id;
    this.masters = masters;
    this.settings = settings;
    this.number = number;
  }

  @Override
  public void publish(Message message) {
    checked(message);
    wire.publish(message);
  }

  /// Puts a message on its way; see [Wire#send].
  CompletableFuture<IMqttToken> send(Message message) {
    checked(message);
    return wire.send(message);
  }

  private void checked(Message message) {
    if (message.payload().length > settings.message()) {
      throw new DeliveryException(
          Reason.TOO_LARGE,
          "%s is larger than mqtt.limits.message (%d)".formatted(message, settings.message()));
    }
  }

  @Override
  public Subscription subscribe(String text, Handler handler) {
    var filter = new Filter(text);
    if (masters.stream().anyMatch(master -> master.covers(filter))) {
      return router.add(filter, handler, () -> {});
    }
    var subscription = router.add(filter, handler, () -> unsubscribe(filter));
    try {
      // Several handlers of one filter are one subscription of the broker's.
      synchronized (subscribed) {
        if (!subscribed.containsKey(filter)) {
          wire.subscribe(text);
        }
        subscribed.merge(filter, 1, Integer::sum);
      }
    } catch (DeliveryException e) {
      subscription.close();
      throw e;
    }
    return subscription;
  }

  private void unsubscribe(Filter filter) {
    synchronized (subscribed) {
      var others = subscribed.merge(filter, -1, Integer::sum);
      if (others <= 0) {
        subscribed.remove(filter);
        wire.unsubscribe(filter.text());
      }
    }
  }

  @Override
  public Message request(String topic, byte[] payload, Duration timeout) {
    var tail = "%s/%s/%d".formatted(id, topic, number.updateAndGet(LiveConnection::next));
    var replyTo = "ioto/device/" + tail;
    var answer = router.expect(replyTo);
    try {
      publish(new Message("ioto/service/" + tail, payload));
      return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new DeliveryException(
          Reason.TIMEOUT, "%s: no answer in %s".formatted(topic, timeout), e);
    } catch (CancellationException | ExecutionException e) {
      throw new DeliveryException(Reason.LOST, topic + ": the connection is gone", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DeliveryException(Reason.INTERRUPTED, topic + ": interrupted", e);
    } finally {
      router.forget(replyTo);
    }
  }

  /// 100 to 2³¹ − 1, and from the beginning again.
  private static int next(int number) {
    return number < 100 || number == Integer.MAX_VALUE ? 100 : number + 1;
  }
}
