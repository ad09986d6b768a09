// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import static io.ioto.testing.Eventually.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.api.mqtt.Message;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// Other people's clients: Paho, and those of Mosquitto where they are installed.
final class ClientsTest {
  private static Site site;

  @BeforeAll
  static void build(@TempDir Path folder) throws Exception {
    site = new Site(folder);
  }

  @AfterAll
  static void leave() throws Exception {
    site.close();
  }

  @BeforeEach
  void begin(@TempDir Path state) throws IOException {
    site.begin(state);
    site.start();
  }

  @AfterEach
  void end() {
    site.end();
  }

  private static MqttClient paho(String id) throws MqttException {
    return new MqttClient("ssl://localhost:" + site.port(), id, new MemoryPersistence());
  }

  private static MqttConnectOptions options(String id) {
    var options = new MqttConnectOptions();
    options.setCleanSession(false);
    options.setSocketFactory(site.device(id).getSocketFactory());
    return options;
  }

  @Test
  void pahoSendsAndReceives() throws Exception {
    BlockingQueue<String> got = new LinkedBlockingQueue<>();
    var client = paho("d1");
    client.connect(options("d1"));
    client.subscribe(
        "ioto/device/d1/#",
        1,
        (topic, message) -> got.add(new String(message.getPayload(), UTF_8)));
    for (var i = 0; i < 20; i++) {
      site.broker().publish(new Message("ioto/device/d1/x", "m" + i));
      client.publish("ioto/service/d1/x", ("s" + i).getBytes(UTF_8), 1, false);
    }
    for (var i = 0; i < 20; i++) {
      assertThat(got.poll(10, TimeUnit.SECONDS)).isEqualTo("m" + i);
      assertThat(site.received.poll(10, TimeUnit.SECONDS)).isEqualTo("d1 ioto/service/d1/x s" + i);
    }
    client.disconnect();
    client.close();
  }

  @Test
  void pahoIsToldThatItMayNotSubscribe() throws Exception {
    var client = paho("d1");
    client.connect(options("d1"));
    assertThatThrownBy(() -> client.subscribe("ioto/device/d2/#", 1))
        .isInstanceOf(MqttException.class)
        .extracting(e -> ((MqttException) e).getReasonCode())
        .isEqualTo(128);
    client.disconnect();
    client.close();
  }

  @Test
  void pahoComesBackAfterARestartAndMissesNothing() throws Exception {
    BlockingQueue<String> got = new LinkedBlockingQueue<>();
    var client = paho("d1");
    client.connect(options("d1"));
    client.subscribe("ioto/device/d1/#", 1);
    client.disconnectForcibly(0, 1000);
    client.close();
    eventually(() -> assertThat(site.broker().online()).isEmpty());
    for (var i = 0; i < 30; i++) {
      site.broker().publish(new Message("ioto/device/d1/x", "m" + i));
    }
    site.stop();
    site.start();
    var again = paho("d1");
    again.setCallback(new Collecting(got));
    again.connect(options("d1"));
    for (var i = 0; i < 30; i++) {
      assertThat(got.poll(10, TimeUnit.SECONDS)).isEqualTo("m" + i);
    }
    eventually(() -> assertThat(site.broker().waiting("d1")).isZero());
    again.disconnect();
    again.close();
  }

  private record Collecting(BlockingQueue<String> got)
      implements org.eclipse.paho.client.mqttv3.MqttCallback {
    @Override
    public void connectionLost(Throwable cause) {}

    @Override
    public void messageArrived(String topic, org.eclipse.paho.client.mqttv3.MqttMessage message) {
      got.add(new String(message.getPayload(), UTF_8));
    }

    @Override
    public void deliveryComplete(org.eclipse.paho.client.mqttv3.IMqttDeliveryToken token) {}
  }

  static boolean mosquitto() throws InterruptedException {
    try {
      return new ProcessBuilder("mosquitto_pub", "--help").start().waitFor() <= 1;
    } catch (IOException missing) {
      return false;
    }
  }

  private static Process mosquitto(String program, String id, String... more) throws IOException {
    var files = site.files(id);
    var command =
        new ArrayList<>(
            List.of(
                program,
                "-h",
                "localhost",
                "-p",
                "" + site.port(),
                "-i",
                id,
                "-q",
                "1",
                "--cafile",
                files.getFirst().toString(),
                "--cert",
                files.getLast().toString(),
                "--key",
                files.getLast().toString()));
    command.addAll(List.of(more));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static String output(Process process) throws IOException, InterruptedException {
    var text = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    return process.waitFor() + " " + text;
  }

  @Test
  @EnabledIf("mosquitto")
  void mosquittoSendsWithAndWithoutAlpn() throws Exception {
    assertThat(output(mosquitto("mosquitto_pub", "d1", "-t", "ioto/service/d1/x", "-m", "one")))
        .isEqualTo("0 ");
    assertThat(
            output(
                mosquitto(
                    "mosquitto_pub",
                    "d1",
                    "--tls-alpn",
                    "x-amzn-mqtt-ca",
                    "-t",
                    "$aws/rules/IotoDevice/ioto/service/d1/x",
                    "-m",
                    "two")))
        .isEqualTo("0 ");
    assertThat(site.received)
        .containsExactly("d1 ioto/service/d1/x one", "d1 ioto/service/d1/x two");
  }

  @Test
  @EnabledIf("mosquitto")
  void mosquittoReceivesWhatWaited() throws Exception {
    assertThat(output(mosquitto("mosquitto_sub", "d1", "-c", "-E", "-t", "ioto/device/d1/#")))
        .isEqualTo("0 ");
    for (var i = 0; i < 5; i++) {
      site.broker().publish(new Message("ioto/device/d1/x", "m" + i));
    }
    assertThat(
            output(
                mosquitto(
                    "mosquitto_sub", "d1", "-c", "-C", "5", "-W", "10", "-t", "ioto/device/d1/#")))
        .isEqualTo("0 m0\nm1\nm2\nm3\nm4");
  }

  @Test
  @EnabledIf("mosquitto")
  void mosquittoIsToldOfMqtt5AndOfWhatIsNotItsOwn() throws Exception {
    assertThat(output(mosquitto("mosquitto_pub", "d1", "-V", "5", "-t", "ioto/service/d1/x", "-n")))
        .containsIgnoringCase("unsupported protocol version");
    assertThat(output(mosquitto("mosquitto_sub", "d1", "-E", "-t", "ioto/device/d2/#")))
        .contains("denied");
  }
}
