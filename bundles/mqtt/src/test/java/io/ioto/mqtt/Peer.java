// SPDX-License-Identifier: Apache-2.0
package io.ioto.mqtt;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiConsumer;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/// The other end: a client of the broker with a session that stays.
final class Peer implements AutoCloseable {
  private final MqttAsyncClient client;

  /// What has come, as `TOPIC TEXT`.
  final List<String> seen = Collections.synchronizedList(new ArrayList<>());

  /// Told of each message; must not block.
  volatile BiConsumer<String, String> listener = (_, _) -> {};

  Peer(int port, String... filters) throws MqttException {
    client = new MqttAsyncClient("tcp://127.0.0.1:" + port, "peer", new MemoryPersistence());
    client.setCallback(
        new MqttCallback() {
          @Override
          public void connectionLost(Throwable cause) {
            // Connects again when told to.
          }

          @Override
          public void messageArrived(String topic, MqttMessage message) {
            var text = new String(message.getPayload(), StandardCharsets.UTF_8);
            seen.add(topic + " " + text);
            listener.accept(topic, text);
          }

          @Override
          public void deliveryComplete(IMqttDeliveryToken token) {}
        });
    connect();
    for (var filter : filters) {
      client.subscribe(filter, 1).waitForCompletion(10_000);
    }
  }

  void connect() throws MqttException {
    if (!client.isConnected()) {
      var options = new MqttConnectOptions();
      options.setCleanSession(false);
      options.setMaxInflight(1000);
      client.connect(options).waitForCompletion(10_000);
    }
  }

  /// Sends, at least once; does not wait.
  void send(String topic, String text) {
    try {
      client.publish(topic, text.getBytes(StandardCharsets.UTF_8), 1, false);
    } catch (MqttException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() throws MqttException {
    if (client.isConnected()) {
      client.disconnectForcibly(0, 100, true);
    }
    client.close(true);
  }
}
