// SPDX-License-Identifier: Apache-2.0
package io.ioto.mqtt;

import io.ioto.api.device.Identity;
import io.ioto.api.mqtt.DeliveryException;
import io.ioto.api.mqtt.DeliveryException.Reason;
import io.ioto.api.mqtt.Message;
import io.ioto.api.mqtt.Qos;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection to a broker, by a Paho client of its own. What Paho 1.2.5 is known to get wrong
/// is kept within this class: it is asked asynchronously only, since its blocking calls wait for
/// each other; its callbacks hand over and return; a completion may come twice, or never; it keeps
/// nothing for the next connection; ALPN is asked for behind its back ([AlpnSocket]).
final class Wire implements AutoCloseable {
  /// Takes what Paho's threads have to tell; must not block, nor throw.
  interface Listener {
    /// A message has come.
    ///
    /// @param id what [#acknowledge] wants; 0 for a message that needs no acknowledgement
    void arrived(Message message, int id);

    /// The connection is gone; told once.
    void lost(Throwable cause);
  }

  private static final Logger log = LoggerFactory.getLogger(Wire.class);
  private static final int AT_LEAST_ONCE = 1;
  private static final int NOT_GRANTED = 0x80; // MQTT 3.1.1 §3.9.3

  private final Settings settings;
  private final Listener listener;
  private final MqttAsyncClient client;
  private final MqttConnectOptions options = new MqttConnectOptions();
  private final AlpnSockets sockets;
  private final Semaphore free;
  private final AtomicLong expectations = new AtomicLong();
  private final Map<Long, CompletableFuture<IMqttToken>> waiting = new ConcurrentHashMap<>();
  private final AtomicReference<@Nullable Throwable> cause = new AtomicReference<>();

  Wire(Identity identity, SSLContext context, Settings settings, Listener listener) {
    this.settings = settings;
    this.listener = listener;
    free = new Semaphore(settings.inflight());
    var endpoint = identity.endpoint();
    options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
    options.setCleanSession(false);
    options.setAutomaticReconnect(false);
    options.setKeepAliveInterval((int) settings.keepAlive().toSeconds());
    options.setConnectionTimeout((int) settings.connect().toSeconds());
    // Ours is the limit; Paho counts a message until after it has told that it is through.
    options.setMaxInflight(2 * settings.inflight() + 10);
    sockets = new AlpnSockets(context, endpoint.alpn(), this::fail);
    options.setSocketFactory(sockets);
    try {
      client =
          new MqttAsyncClient(
              "ssl://%s:%d".formatted(endpoint.host(), endpoint.port()),
              identity.id(),
              new MemoryPersistence());
    } catch (MqttException | IllegalArgumentException e) {
      throw new DeliveryException(Reason.REFUSED, "%s: %s".formatted(endpoint, e.getMessage()), e);
    }
    client.setManualAcks(true);
    client.setCallback(new Callbacks());
  }

  private final class Callbacks implements MqttCallback {
    @Override
    public void messageArrived(String topic, MqttMessage message) {
      try {
        var qos = message.getQos() == 0 ? Qos.AT_MOST_ONCE : Qos.AT_LEAST_ONCE;
        listener.arrived(
            new Message(topic, message.getPayload(), qos, message.isRetained()),
            qos == Qos.AT_MOST_ONCE ? 0 : message.getId());
      } catch (IllegalArgumentException e) {
        // §4.7.3: no broker may pass such a topic on. An exception would end the connection.
        log.warn("A message was dropped: {}", e.getMessage());
        if (message.getQos() > 0) {
          acknowledge(message.getId());
        }
      }
    }

    @Override
    public void connectionLost(Throwable why) {
      fail(why);
    }

    @Override
    public void deliveryComplete(IMqttDeliveryToken token) {
      // Told by the listener of each message.
    }
  }

  /// Connects, and waits for it.
  ///
  /// @throws DeliveryException `REFUSED` when the broker, or TLS, does not want this device, or
  ///     the broker is not believed
  void open() {
    CompletableFuture<IMqttToken> connected = expect();
    run(connected, l -> client.connect(options, null, l));
    await(connected, settings.connect().plusSeconds(1), "connect");
  }

  /// Puts a message on its way.
  ///
  /// @return done when it is acknowledged, or, at most once, written; what depends on it is run by
  ///     a thread that must not wait
  /// @throws DeliveryException when there was no room for it in time
  CompletableFuture<IMqttToken> send(Message message) {
    try {
      if (!free.tryAcquire(settings.ack().toMillis(), TimeUnit.MILLISECONDS)) {
        throw new DeliveryException(
            Reason.TIMEOUT, "%s: the broker takes no messages".formatted(message));
      }
    } catch (InterruptedException e) {
      throw interrupted(message.toString(), e);
    }
    CompletableFuture<IMqttToken> sent = expect();
    // A future is done once, however often Paho says so.
    var released = sent.whenComplete((_, _) -> free.release());
    run(
        sent,
        l ->
            client.publish(
                message.topic(),
                message.payload(),
                message.qos() == Qos.AT_MOST_ONCE ? 0 : AT_LEAST_ONCE,
                message.retained(),
                null,
                l));
    return released;
  }

  /// Sends a message and waits until that is done.
  void publish(Message message) {
    await(send(message), settings.ack(), message.toString());
  }

  /// Subscribes at the broker, at least once, and waits for it.
  void subscribe(String filter) {
    CompletableFuture<IMqttToken> granted = expect();
    run(granted, l -> client.subscribe(filter, AT_LEAST_ONCE, null, l));
    for (var qos : await(granted, settings.ack(), "subscribe to " + filter).getGrantedQos()) {
      if (qos == NOT_GRANTED) {
        throw new DeliveryException(
            Reason.REFUSED, "the broker does not allow to subscribe to '%s'".formatted(filter));
      }
    }
  }

  /// Ends a subscription at the broker; does not wait.
  void unsubscribe(String filter) {
    run(expect(), l -> client.unsubscribe(filter, null, l));
  }

  /// Tells the broker that a message has been taken. Where that is not possible any more it comes
  /// again.
  void acknowledge(int id) {
    try {
      client.messageArrivedComplete(id, AT_LEAST_ONCE);
    } catch (MqttException e) {
      log.debug("Message {} could not be acknowledged: {}", id, e.toString());
    }
  }

  /// Ends the connection with a DISCONNECT, after what is under way.
  void disconnect() {
    CompletableFuture<IMqttToken> done = new CompletableFuture<>();
    try {
      client.disconnect(settings.drain().toMillis(), null, told(done));
      done.get(settings.drain().toMillis() + 1000, TimeUnit.MILLISECONDS);
    } catch (MqttException | ExecutionException | TimeoutException e) {
      log.debug("The broker was not told of the end: {}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Ends the wait for whatever is under way.
  void abort() {
    fail(new DeliveryException(Reason.LOST, "the connection is not wanted any more"));
  }

  /// Lets go of sockets and threads.
  @Override
  public void close() {
    fail(new DeliveryException(Reason.LOST, "the connection has been closed"));
    sockets.settle();
    try {
      if (client.isConnected()) {
        client.disconnectForcibly(0, 100, false);
      }
      client.close(true);
    } catch (MqttException e) {
      // It is connecting, or ending already: this makes it end.
      try {
        client.disconnectForcibly(0, 100, false);
        client.close(true);
      } catch (MqttException again) {
        log.debug("Paho: {}", again.toString());
      }
    }
  }

  /// Something to ask of Paho.
  private interface Request {
    void start(IMqttActionListener listener) throws MqttException;
  }

  private CompletableFuture<IMqttToken> expect() {
    var number = expectations.incrementAndGet();
    var expected = new CompletableFuture<IMqttToken>();
    waiting.put(number, expected);
    var _ = expected.whenComplete((_, _) -> waiting.remove(number));
    return expected;
  }

  private void run(CompletableFuture<IMqttToken> expected, Request request) {
    try {
      request.start(told(expected));
    } catch (MqttException e) {
      expected.completeExceptionally(e);
    }
    var gone = cause.get();
    if (gone != null) {
      expected.completeExceptionally(gone);
    }
  }

  private static IMqttActionListener told(CompletableFuture<IMqttToken> expected) {
    return new IMqttActionListener() {
      @Override
      public void onSuccess(IMqttToken token) {
        expected.complete(token);
      }

      @Override
      public void onFailure(IMqttToken token, Throwable why) {
        expected.completeExceptionally(why);
      }
    };
  }

  private IMqttToken await(Future<IMqttToken> expected, Duration timeout, String what) {
    try {
      return expected.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      var late =
          new DeliveryException(Reason.TIMEOUT, "%s: no answer in %s".formatted(what, timeout));
      // A broker that does not answer in time is not there, whatever the socket says.
      fail(late);
      throw late;
    } catch (InterruptedException e) {
      throw interrupted(what, e);
    } catch (ExecutionException e) {
      throw failure(what, e.getCause() == null ? e : e.getCause());
    }
  }

  private static DeliveryException interrupted(String what, InterruptedException e) {
    Thread.currentThread().interrupt();
    return new DeliveryException(Reason.INTERRUPTED, what + ": interrupted", e);
  }

  /// What went wrong, in our words.
  static DeliveryException failure(String what, Throwable why) {
    if (why instanceof DeliveryException known) {
      return new DeliveryException(
          known.reason(), "%s: %s".formatted(what, known.getMessage()), why);
    }
    for (Throwable cause = why; cause != null; cause = cause.getCause()) {
      if (cause instanceof SSLException) {
        return new DeliveryException(
            Reason.REFUSED, "%s: TLS: %s".formatted(what, cause.getMessage()), why);
      }
    }
    var refused =
        why instanceof MqttException e
            && switch (e.getReasonCode()) {
              case MqttException.REASON_CODE_INVALID_CLIENT_ID,
                  MqttException.REASON_CODE_FAILED_AUTHENTICATION,
                  MqttException.REASON_CODE_NOT_AUTHORIZED,
                  NOT_GRANTED ->
                  true;
              default -> false;
            };
    var root = why instanceof MqttException && why.getCause() != null ? why.getCause() : why;
    return new DeliveryException(
        refused ? Reason.REFUSED : Reason.LOST, "%s: %s".formatted(what, root), why);
  }

  /// Ends all waiting, since Paho forgets some.
  private void fail(@Nullable Throwable why) {
    var reason = why == null ? new DeliveryException(Reason.LOST, "closed") : why;
    var first = cause.compareAndSet(null, reason);
    waiting.values().forEach(expected -> expected.completeExceptionally(reason));
    if (first) {
      listener.lost(reason);
    }
  }
}
