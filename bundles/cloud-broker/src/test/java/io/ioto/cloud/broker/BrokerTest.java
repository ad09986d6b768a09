// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.api.cloud.Admission;
import io.ioto.api.cloud.Presence;
import io.ioto.api.mqtt.DeliveryException;
import io.ioto.api.mqtt.Message;
import io.ioto.api.mqtt.Qos;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BrokerTest {
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
  void begin(@TempDir Path state) {
    site.begin(state);
  }

  @AfterEach
  void end() {
    site.end();
  }

  private static Message message(String text) {
    return new Message("ioto/device/d1/x", text);
  }

  private @Nullable String received() throws InterruptedException {
    return site.received.poll(10, TimeUnit.SECONDS);
  }

  private long refused(Refusal refusal) {
    return site.broker().refusals().of(refusal);
  }

  private static void talk(Raw raw) throws IOException {
    raw.connect("d1");
    raw.ping();
  }

  private void refusedInHandshake(SSLContext tls, String... alpn) {
    var before = refused(Refusal.TLS);
    assertThatThrownBy(
            () -> {
              try (var raw = new Raw(tls, site.port(), alpn)) {
                // With TLS 1.3 a client learns only now what the server thinks of it.
                raw.send(Raw.connect("d1", 0, 60));
                assertThat(raw.closed()).isTrue();
                throw new IOException("closed");
              }
            })
        .isInstanceOf(IOException.class);
    eventually(() -> assertThat(refused(Refusal.TLS)).isEqualTo(before + 1));
  }

  // Connecting.

  @Test
  void letsInWhoHasACertificateOfTheCloud() throws Exception {
    site.start();
    for (var alpn :
        List.of(new String[0], new String[] {"x-amzn-mqtt-ca"}, new String[] {"mqtt"})) {
      try (var raw = new Raw(site.device("d1"), site.port(), alpn)) {
        talk(raw);
        assertThat(raw.socket().getApplicationProtocol())
            .isEqualTo(alpn.length == 0 ? "" : alpn[0]);
        assertThat(raw.socket().getSession().getProtocol()).isEqualTo("TLSv1.3");
        raw.disconnect();
      }
    }
  }

  @Test
  void speaksTls12Too() throws Exception {
    site.start();
    try (var raw = new Raw(site.device("d1"), site.port(), List.of("TLSv1.2"), "mqtt")) {
      talk(raw);
      assertThat(raw.socket().getSession().getProtocol()).isEqualTo("TLSv1.2");
      assertThat(raw.socket().getApplicationProtocol()).isEqualTo("mqtt");
    }
    assertThatThrownBy(() -> new Raw(site.device("d1"), site.port(), List.of("TLSv1.1")))
        .isInstanceOf(IOException.class);
  }

  @Test
  void certificateIsForItsNamesAndRenewed() throws Exception {
    site.start("{names: ['broker.example', 'localhost']}");
    try (var raw = site.open("d1")) {
      var shown =
          (java.security.cert.X509Certificate) raw.socket().getSession().getPeerCertificates()[0];
      assertThat(
              shown.getSubjectAlternativeNames().stream()
                  .map(n -> String.valueOf(n.get(1)))
                  .toList())
          .containsExactlyInAnyOrder("broker.example", "localhost");
      talk(raw);
      site.renew();
      try (var other = site.open("d2")) {
        assertThat(other.socket().getSession().getPeerCertificates()[0]).isNotEqualTo(shown);
      }
      raw.ping();
    }
    assertThat(site.broker().endpoint().host()).isEqualTo("broker.example");
  }

  @Test
  void refusesInTheHandshakeWhoHasNoGoodCertificate() throws Exception {
    site.start();
    refusedInHandshake(site.nobody());
    refusedInHandshake(site.device("d1", "rogue", Duration.ofDays(1)));
    refusedInHandshake(site.device("d1", "devices", Duration.ofHours(-1)));
    refusedInHandshake(site.device("d1"), "h2");
    assertThat(site.broker().online()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "d2,    0, 4, 5", // the certificate of another
    "gone,  0, 4, 5", // not admitted
    "'',    2, 4, 2",
    "'',    0, 4, 2",
    "a/b,   0, 4, 2",
    "a+,    0, 4, 2",
    "d1,    0, 3, 1", // MQTT 3.1
    "d1,    0, 6, 1",
  })
  void refusesWithACode(String client, int flags, int level, int code) throws Exception {
    site.start();
    site.admit(
        (asked, certificate) ->
            certificate.getSubjectX500Principal().getName().contains("CN=" + asked)
                    && !asked.equals("gone")
                ? Optional.of(new Admission.Guest(asked, "acme"))
                : Optional.empty());
    try (var raw = site.open(client.equals("gone") ? "gone" : "d1")) {
      raw.send(
          Raw.packet(
              1,
              0,
              out -> {
                out.writeUTF(level == 3 ? "MQIsdp" : "MQTT");
                out.write(level);
                out.write(flags);
                out.writeShort(60);
                out.writeUTF(client);
              }));
      assertThat(raw.next().body).containsExactly(0, code);
      assertThat(raw.closed()).isTrue();
    }
    assertThat(site.broker().refusals().toString()).isNotEmpty();
    assertThat(site.broker().online()).isEmpty();
  }

  @Test
  void tellsMqtt5InItsOwnWords() throws Exception {
    site.start();
    try (var raw = site.open("d1")) {
      raw.send(HexFormat.of().parseHex("100f00044d515454050000" + "3c" + "00" + "00026431"));
      assertThat(raw.next().body).startsWith(0, 0x84);
      assertThat(raw.closed()).isTrue();
    }
  }

  @Test
  void nobodyComesInWhileNobodyAdmits() throws Exception {
    site.start("{swap: {grace: '50 ms'}}");
    site.admitNobody();
    try (var raw = site.open("d1")) {
      raw.send(Raw.connect("d1", 0, 60));
      assertThat(raw.next().body).containsExactly(0, 3);
    }
    eventually(() -> assertThat(refused(Refusal.UNAVAILABLE)).isEqualTo(1));
  }

  @Test
  void closesWhoIsSilentAndWhoComesTooOften() throws Exception {
    site.start("{timeouts: {handshake: '100 ms'}, limits: {connections: 2, rate: 50}}");
    try (var plain = new Socket(InetAddress.getLoopbackAddress(), site.port());
        var raw = site.open("d1")) {
      assertThat(raw.closed()).isTrue();
      assertThat(plain.getInputStream().read()).isEqualTo(-1);
    }
    eventually(() -> assertThat(refused(Refusal.SILENT)).isEqualTo(2));
    try (var one = site.connect("d1");
        var two = site.connect("d2");
        var three = new Socket(InetAddress.getLoopbackAddress(), site.port())) {
      assertThat(three.getInputStream().read()).isEqualTo(-1);
      assertThat(refused(Refusal.CONNECTIONS)).isEqualTo(1);
      one.ping();
      two.ping();
    }
    var sockets = new ArrayList<Socket>();
    eventually(
        () -> {
          sockets.add(new Socket(InetAddress.getLoopbackAddress(), site.port()));
          assertThat(refused(Refusal.RATE) + refused(Refusal.CONNECTIONS)).isGreaterThan(1);
        });
    for (var socket : sockets) {
      socket.close();
    }
  }

  @Test
  void closesWhoIsSilentForLongerThanItsKeepAlive() throws Exception {
    site.start();
    try (var raw = site.open("d1")) {
      raw.send(Raw.connect("d1", 0, 1));
      assertThat(raw.next().body).containsExactly(0, 0);
      assertThat(raw.closed()).isTrue();
    }
    assertThat(refused(Refusal.KEEP_ALIVE)).isEqualTo(1);
  }

  @Test
  void newConnectionOfADeviceEndsTheOneBefore() throws Exception {
    site.start();
    try (var first = site.connect("d1")) {
      first.subscribe("ioto/device/d1/#", 1);
      site.broker().publish(message("one"));
      assertThat(first.message().dup()).isFalse();
      try (var second = site.open("d1")) {
        assertThat(second.connect("d1")).isTrue();
        assertThat(first.closed()).isTrue();
        var again = second.message();
        assertThat(again.text()).isEqualTo("one");
        assertThat(again.dup()).isTrue();
        assertThat(site.broker().online()).containsExactly("d1");
        second.ping();
      }
    }
    eventually(() -> assertThat(site.broker().online()).isEmpty());
  }

  // What may be said and heard.

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ioto/service/d1/x",
        "ioto/service/d1/a/b/c",
        "$aws/rules/IotoDevice/ioto/service/d1/db/syncToDynamo",
        "$aws/things/d1/shadow/name/n/update",
      })
  void takesWhatADeviceMayPublish(String topic) throws Exception {
    site.start();
    try (var raw = site.connect("d1")) {
      raw.publish(topic, "hello", 9);
      var ack = raw.next();
      assertThat(ack.type).isEqualTo(Raw.PUBACK);
      assertThat(ack.identifier()).isEqualTo(9);
      assertThat(received())
          .isEqualTo("d1 " + topic.replace("$aws/rules/IotoDevice/", "") + " hello");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ioto/service/d2/x",
        "ioto/service/d1",
        "ioto/service/d1x/y",
        "ioto/device/d1/x",
        "ioto/account/acme/x",
        "$aws/rules/IotoDevice/ioto/service/d2/x",
        "$aws/rules/Other/ioto/service/d1/x",
        "$aws/things/d2/shadow/update",
        "$aws/things/d1/other",
        "x",
      })
  void cutsOffWhoPublishesElsewhere(String topic) throws Exception {
    site.start();
    try (var raw = site.connect("d1")) {
      raw.publish(topic, "hello", 9);
      assertThat(raw.closed()).isTrue();
    }
    assertThat(site.received).isEmpty();
    assertThat(refused(Refusal.PUBLISH)).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "ioto/device/d1/#,            1",
    "ioto/device/d1,              1",
    "ioto/device/d1/sync/+,       1",
    "ioto/account/all/#,          1",
    "ioto/account/acme/#,         1",
    "ioto/account/acme/sync/#,    1",
    "$aws/things/d1/shadow/#,     1",
    "ioto/device/d2/#,            128",
    "ioto/device/+/#,             128",
    "ioto/device/#,               128",
    "ioto/account/other/#,        128",
    "ioto/account/+/x,            128",
    "ioto/service/d1/#,           128",
    "$aws/things/+/shadow/update, 128",
    "#,                           128",
    "+/device/d1/x,               128",
  })
  void grantsWhatADeviceMayHear(String filter, int granted) throws Exception {
    site.start();
    try (var raw = site.connect("d1")) {
      assertThat(raw.subscribe(filter, 2)).isEqualTo(granted);
      raw.ping();
    }
    assertThat(refused(Refusal.SUBSCRIBE)).isEqualTo(granted == 1 ? 0 : 1);
  }

  @Test
  void anotherAccountTakesTheSubscriptionsOfTheOneBefore() throws Exception {
    site.start();
    try (var raw = site.connect("d1")) {
      assertThat(raw.subscribe("ioto/account/acme/#", 1)).isEqualTo(1);
    }
    site.admit((client, _) -> Optional.of(new Admission.Guest(client, "other")));
    try (var raw = site.open("d1")) {
      eventually(() -> assertThat(site.broker().online()).isEmpty());
      assertThat(raw.connect("d1")).isTrue();
      site.broker().publish(new Message("ioto/account/acme/x", "not for you"));
      assertThat(raw.silent()).isTrue();
      assertThat(raw.subscribe("ioto/account/other/#", 1)).isEqualTo(1);
    }
  }

  @Test
  void subscriptionsAreLimitedAndEnd() throws Exception {
    site.start("{limits: {subscriptions: 3}}");
    try (var raw = site.connect("d1")) {
      for (var i = 0; i < 3; i++) {
        assertThat(raw.subscribe("ioto/device/d1/" + i, 1)).isEqualTo(1);
      }
      assertThat(raw.subscribe("ioto/device/d1/3", 1)).isEqualTo(0x80);
      raw.unsubscribe("ioto/device/d1/1");
      assertThat(raw.subscribe("ioto/device/d1/3", 0)).isEqualTo(0);
      site.broker().publish(new Message("ioto/device/d1/1", "nobody"));
      site.broker().publish(new Message("ioto/device/d1/3", "one"));
      var once = raw.message();
      assertThat(once.text()).isEqualTo("one");
      assertThat(once.qos()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "first packet no CONNECT,      '',  c000",
    "second CONNECT,               d1,  100e00044d51545404000000000264 31",
    "protocol name,                '',  100e00044d51545804000000000264 31",
    "reserved connect flag,        '',  100e00044d51545404010000000264 31",
    "password without user,        '',  101100044d515454044000000002643100 0131",
    "will flags without will,      '',  100e00044d51545404080000000264 31",
    "PUBLISH with QoS 3,           d1,  3603000161",
    "PUBLISH with QoS 2,           d1,  341800 12696f746f2f736572766963652f64312f7878 0001 3131",
    "PUBLISH without identifier,   d1,  321600 12696f746f2f736572766963652f64312f7878 0000",
    "PUBLISH with wildcard,        d1,  321600 12696f746f2f736572766963652f64312f7823 0001",
    "PUBLISH with empty topic,     d1,  30020000",
    "PUBLISH with bad UTF-8,       d1,  300500 03 61c328",
    "PUBLISH with NUL,             d1,  300500 03 610062",
    "PUBLISH with control,         d1,  300500 03 610162",
    "topic longer than the packet, d1,  3003000961",
    "SUBSCRIBE without flags,      d1,  800600 01 0001 61 00",
    "SUBSCRIBE without filters,    d1,  82020001",
    "SUBSCRIBE with bad filter,    d1,  820800 01 0003 612f23 2f 01",
    "SUBSCRIBE with a# filter,     d1,  82070001 0002 6123 01",
    "SUBSCRIBE with QoS 3,         d1,  82060001 0001 61 03",
    "UNSUBSCRIBE without filters,  d1,  a2020001",
    "PINGREQ with flags,           d1,  c100",
    "PUBREC,                       d1,  50020001",
    "PUBREL,                       d1,  62020001",
    "CONNACK from a device,        d1,  20020000",
    "packet type 0,                d1,  0000",
    "packet type 15,               d1,  f000",
    "length of five bytes,         d1,  30ffffffff01",
    "packet too large,             d1,  30ffffff7f",
    "TLS and then noise,           '',  474554202f20485454502f312e310d0a",
  })
  void malformedPacketsEndTheirConnectionOnly(String what, String client, String hex)
      throws Exception {
    site.start("{timeouts: {handshake: '1 sec'}}");
    try (var other = site.connect("d2");
        var raw = site.open("d1")) {
      if (!client.isEmpty()) {
        raw.connect(client);
      }
      raw.send(HexFormat.of().parseHex(hex.replace(" ", "")));
      assertThat(raw.closedAfterRefusal()).as(what).isTrue();
      other.ping();
      other.publish("ioto/service/d2/x", "still here", 1);
      assertThat(other.next().type).isEqualTo(Raw.PUBACK);
    }
    assertThat(received()).isEqualTo("d2 ioto/service/d2/x still here");
    assertThat(site.received).isEmpty();
    assertThat(site.broker().refusals().toString())
        .as(what)
        .matches("(MALFORMED|PUBLISH|VERSION|SILENT)=1");
  }

  // To the cloud.

  @Test
  void messagesOfADeviceAreTakenInTheirOrder() throws Exception {
    site.start();
    try (var raw = site.connect("d1")) {
      for (var i = 1; i <= 200; i++) {
        raw.publish("ioto/service/d1/x", "m" + i, i);
      }
      for (var i = 1; i <= 200; i++) {
        assertThat(raw.next().identifier()).isEqualTo(i);
        assertThat(received()).isEqualTo("d1 ioto/service/d1/x m" + i);
      }
    }
  }

  @Test
  void nothingIsReadWhileAMessageIsBeingTaken() throws Exception {
    site.start();
    var entered = new CountDownLatch(1);
    var leave = new CountDownLatch(1);
    var sizes = new LinkedBlockingQueue<Integer>();
    site.take(
        (_, message) -> {
          entered.countDown();
          leave.await();
          sizes.add(message.payload().length);
        });
    try (var raw = site.connect("d1");
        var other = site.connect("d2")) {
      var big = "x".repeat(100_000);
      var sent = new CountDownLatch(400);
      var writer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      for (var i = 1; i <= 400; i++) {
                        raw.publish("ioto/service/d1/x", big, i);
                        sent.countDown();
                      }
                    } catch (IOException e) {
                      throw new java.io.UncheckedIOException(e);
                    }
                  });
      entered.await();
      other.ping();
      // 40 MB do not fit between two sockets: the device cannot get rid of them.
      assertThat(sent.await(300, TimeUnit.MILLISECONDS)).isFalse();
      leave.countDown();
      for (var i = 1; i <= 400; i++) {
        assertThat(raw.next().identifier()).isEqualTo(i);
      }
      writer.join();
      assertThat(sizes).hasSize(400).containsOnly(100_000);
    }
  }

  @Test
  void deviceIsCutOffWhenTheCloudFailsAndSendsItAgain() throws Exception {
    site.start();
    site.take(
        (_, _) -> {
          throw new IllegalStateException("no room");
        });
    try (var raw = site.connect("d1")) {
      raw.publish("ioto/service/d1/x", "hello", 5);
      assertThat(raw.closed()).isTrue();
    }
    assertThat(refused(Refusal.INBOX)).isEqualTo(1);
    site.takeAll();
    try (var raw = site.open("d1")) {
      assertThat(raw.connect("d1")).isTrue();
      raw.send(Raw.publish("ioto/service/d1/x", "hello", 2 | 8, 5));
      assertThat(raw.next().identifier()).isEqualTo(5);
    }
    assertThat(received()).isEqualTo("d1 ioto/service/d1/x hello");
  }

  @Test
  void messagesWaitForAnInboxThatIsSwapped() throws Exception {
    site.start("{swap: {grace: '20 ms'}}");
    site.absent();
    try (var raw = site.connect("d1")) {
      raw.publish("ioto/service/d1/x", "hello", 5);
      assertThat(raw.silent()).isTrue();
      site.takeAll();
      assertThat(raw.next().identifier()).isEqualTo(5);
    }
    assertThat(received()).isEqualTo("d1 ioto/service/d1/x hello");
  }

  @Test
  void stoppingDoesNotWaitForAnInboxThatIsNotThere() throws Exception {
    site.start("{swap: {grace: '10 mins', drain: '10 mins', stop: '10 mins'}}");
    site.absent();
    try (var raw = site.connect("d1")) {
      raw.publish("ioto/service/d1/x", "hello", 5);
      assertThat(raw.silent()).isTrue();
      site.stop();
      assertThat(raw.closed()).isTrue();
    }
  }

  @Test
  void whatIsBeingTakenWhenTheBrokerStopsIsFinished() throws Exception {
    site.start();
    var entered = new CountDownLatch(1);
    var leave = new CountDownLatch(1);
    site.take(
        (device, message) -> {
          entered.countDown();
          leave.await();
          site.received.add(device + " " + message.text());
        });
    try (var raw = site.connect("d1")) {
      raw.publish("ioto/service/d1/x", "one", 1);
      raw.publish("ioto/service/d1/x", "two", 2);
      entered.await();
      var stop = Thread.ofVirtual().start(site::stop);
      leave.countDown();
      assertThat(raw.next().identifier()).isEqualTo(1);
      stop.join();
    }
    assertThat(site.received.poll()).isEqualTo("d1 one");
  }

  @Test
  void whatCannotBeFinishedWhenTheBrokerStopsComesAgain() throws Exception {
    site.start("{swap: {stop: '50 ms'}}");
    var entered = new CountDownLatch(1);
    site.take(
        (_, _) -> {
          entered.countDown();
          // As one that waits for the next broker.
          new CountDownLatch(1).await();
        });
    try (var raw = site.connect("d1")) {
      raw.publish("ioto/service/d1/x", "one", 1);
      entered.await();
      site.stop();
      assertThat(raw.closed()).isTrue();
    }
    site.takeAll();
    site.start();
    try (var raw = site.connect("d1")) {
      raw.send(Raw.publish("ioto/service/d1/x", "one", 2 | 8, 1));
      assertThat(raw.next().identifier()).isEqualTo(1);
    }
    assertThat(received()).isEqualTo("d1 ioto/service/d1/x one");
  }

  // The will.

  @Test
  void willIsToldWhenADeviceGoesWithoutAWord() throws Exception {
    site.start();
    try (var raw = site.open("d1")) {
      raw.send(Raw.connect("d1", 4 | 8, 60, "ioto/service/d1/will", "gone"));
      assertThat(raw.next().body).containsExactly(0, 0);
    }
    assertThat(received()).isEqualTo("d1 ioto/service/d1/will gone");
    try (var raw = site.open("d1")) {
      raw.send(Raw.connect("d1", 4 | 8, 60, "ioto/service/d1/will", "gone"));
      assertThat(raw.next().body).containsExactly(1, 0);
      raw.disconnect();
    }
    eventually(() -> assertThat(site.broker().online()).isEmpty());
    assertThat(site.received).isEmpty();
  }

  @Test
  void willIsToldByTheNextBrokerWhenThisOneStopsOrDies() throws Exception {
    site.start();
    try (var raw = site.open("d1")) {
      raw.send(Raw.connect("d1", 4 | 8, 60, "ioto/service/d1/will", "gone"));
      assertThat(raw.next().body).containsExactly(0, 0);
      site.stop();
    }
    assertThat(site.received).isEmpty();
    site.start();
    assertThat(received()).isEqualTo("d1 ioto/service/d1/will gone");
    site.stop();
    site.start();
    site.stop();
    assertThat(site.received).isEmpty();
  }

  @Test
  void retainedWillIsKeptInTheShadow() throws Exception {
    site.start();
    try (var raw = site.open("d1")) {
      raw.send(Raw.connect("d1", 4 | 8 | 32, 60, "$aws/things/d1/shadow/name/state/last", "gone"));
      assertThat(raw.next().body).containsExactly(0, 0);
    }
    assertThat(received()).isEqualTo("d1 $aws/things/d1/shadow/name/state/last gone");
    eventually(() -> assertThat(site.broker().online()).isEmpty());
    try (var raw = site.connect("d1")) {
      // Either it was kept by now, or it comes in this moment.
      raw.send(
          Raw.packet(
              8,
              2,
              out -> {
                out.writeShort(1);
                out.writeUTF("$aws/things/d1/shadow/#");
                out.write(0);
              }));
      var packets = List.of(raw.next(), raw.next());
      assertThat(packets)
          .extracting(p -> p.type)
          .containsExactlyInAnyOrder(Raw.SUBACK, Raw.PUBLISH);
    }
  }

  @Test
  void willForTheTopicOfAnotherIsRefused() throws Exception {
    site.start();
    try (var raw = site.open("d1")) {
      raw.send(Raw.connect("d1", 4 | 8, 60, "ioto/service/d2/will", "gone"));
      assertThat(raw.next().body).containsExactly(0, 5);
      assertThat(raw.closed()).isTrue();
    }
  }

  // To the device.

  @Test
  void whatWaitsIsDeliveredInOrderOverRestartsUntilItIsAcknowledged() throws Exception {
    site.start();
    try (var raw = site.connect("d1")) {
      assertThat(raw.subscribe("ioto/device/d1/#", 1)).isEqualTo(1);
      raw.disconnect();
    }
    for (var i = 1; i <= 5; i++) {
      site.broker().publish(message("m" + i));
    }
    site.stop();
    site.start();
    var identifiers = new ArrayList<Integer>();
    try (var raw = site.open("d1")) {
      assertThat(raw.connect("d1")).isTrue();
      for (var i = 1; i <= 5; i++) {
        var packet = raw.message();
        assertThat(packet.text()).isEqualTo("m" + i);
        assertThat(packet.dup()).isFalse();
        identifiers.add(packet.identifier());
        if (i <= 2) {
          raw.acknowledge(packet);
        }
      }
      raw.ping();
    }
    eventually(() -> assertThat(site.broker().online()).isEmpty());
    site.broker().publish(message("m6"));
    site.stop();
    site.start();
    try (var raw = site.open("d1")) {
      assertThat(raw.connect("d1")).isTrue();
      for (var i = 3; i <= 6; i++) {
        var packet = raw.message();
        assertThat(packet.text()).isEqualTo("m" + i);
        assertThat(packet.dup()).isEqualTo(i < 6);
        if (i < 6) {
          // §4.4: with their original identifiers.
          assertThat(packet.identifier()).isEqualTo(identifiers.get(i - 1));
        }
        raw.acknowledge(packet);
      }
      eventually(() -> assertThat(site.broker().waiting("d1")).isZero());
    }
  }

  @Test
  void crashLosesNothingThatWasTaken() throws Exception {
    site.start();
    try (var raw = site.connect("d1")) {
      raw.subscribe("ioto/device/d1/#", 1);
      site.broker().publish(message("sent"));
      assertThat(raw.message().dup()).isFalse();
      site.broker().publish(message("sent, too"));
      assertThat(raw.message().dup()).isFalse();
      var before = site.broker();
      site.crash();
      try (var again = site.open("d1")) {
        assertThat(again.connect("d1")).isTrue();
        for (var text : List.of("sent", "sent, too")) {
          var packet = again.message();
          assertThat(packet.text()).isEqualTo(text);
          assertThat(packet.dup()).isTrue();
          again.acknowledge(packet);
        }
        site.broker().publish(message("new"));
        var packet = again.message();
        assertThat(packet.text()).isEqualTo("new");
        assertThat(packet.dup()).isFalse();
      }
      before.close();
    }
  }

  @Test
  void windowLimitsWhatIsOnItsWay() throws Exception {
    site.start("{limits: {inflight: 2}}");
    try (var raw = site.connect("d1")) {
      raw.subscribe("ioto/device/d1/#", 1);
      for (var i = 1; i <= 4; i++) {
        site.broker().publish(message("m" + i));
      }
      var first = raw.message();
      assertThat(raw.message().text()).isEqualTo("m2");
      assertThat(raw.silent()).isTrue();
      raw.acknowledge(first);
      assertThat(raw.message().text()).isEqualTo("m3");
      assertThat(raw.silent()).isTrue();
    }
  }

  @Test
  void fullSessionIsToldToWhoPublishesAndOthersGetTheirs() throws Exception {
    site.start("{limits: {queue: 2}}");
    try (var raw = site.connect("d1");
        var other = site.connect("d2")) {
      raw.subscribe("ioto/device/d1/#", 1);
      raw.subscribe("ioto/account/all/#", 1);
      other.subscribe("ioto/account/all/#", 1);
      raw.disconnect();
      eventually(() -> assertThat(site.broker().online()).containsExactly("d2"));
      site.broker().publish(message("1"));
      site.broker().publish(message("2"));
      assertThatThrownBy(() -> site.broker().publish(message("3")))
          .isInstanceOf(DeliveryException.class)
          .hasMessage("ioto/device/d1/x (1 bytes): no room in the sessions of d1; 0 others have it")
          .extracting(e -> ((DeliveryException) e).reason())
          .isEqualTo(DeliveryException.Reason.FULL);
      assertThatThrownBy(() -> site.broker().publish(new Message("ioto/account/all/x", "all")))
          .hasMessageContaining("1 others have it");
      assertThat(other.message().text()).isEqualTo("all");
      try (var again = site.connect("d1")) {
        assertThat(again.message().text()).isEqualTo("1");
        assertThat(again.message().text()).isEqualTo("2");
        assertThat(again.silent()).isTrue();
      }
    }
  }

  @Test
  void deviceThatReadsNothingFillsItsSessionOnly() throws Exception {
    site.start("{limits: {queued: '1mb', waiting: '4mb'}}");
    try (var raw = site.connect("d1");
        var other = site.connect("d2")) {
      raw.subscribe("ioto/device/d1/#", 1);
      other.subscribe("ioto/device/d2/#", 1);
      var big = "x".repeat(100_000);
      assertThatThrownBy(
              () -> {
                for (var i = 0; i < 100; i++) {
                  site.broker().publish(message(big));
                }
              })
          .isInstanceOf(DeliveryException.class);
      site.broker().publish(new Message("ioto/device/d2/x", "hello"));
      assertThat(other.message().text()).isEqualTo("hello");
    }
  }

  @Test
  void messagesAtMostOnceAreNotKept() throws Exception {
    site.start();
    try (var raw = site.connect("d1")) {
      raw.subscribe("ioto/device/d1/#", 1);
      site.broker().publish(new Message("ioto/device/d1/x", new byte[1], Qos.AT_MOST_ONCE, false));
      assertThat(raw.message().qos()).isZero();
    }
    eventually(() -> assertThat(site.broker().online()).isEmpty());
    site.broker().publish(new Message("ioto/device/d1/x", new byte[1], Qos.AT_MOST_ONCE, false));
    try (var raw = site.connect("d1")) {
      assertThat(raw.silent()).isTrue();
    }
  }

  @Test
  void cleanSessionEndsWithItsConnection() throws Exception {
    site.start();
    try (var raw = site.connect("d1")) {
      raw.subscribe("ioto/device/d1/#", 1);
      raw.disconnect();
    }
    site.broker().publish(message("lost with the session"));
    try (var raw = site.open("d1")) {
      assertThat(raw.connect("d1", true)).isFalse();
      raw.subscribe("ioto/device/d1/#", 1);
      site.broker().publish(message("now"));
      assertThat(raw.message().text()).isEqualTo("now");
    }
    eventually(() -> assertThat(site.broker().online()).isEmpty());
    site.stop();
    site.start();
    try (var raw = site.open("d1")) {
      assertThat(raw.connect("d1")).isFalse();
      assertThat(raw.silent()).isTrue();
    }
  }

  @Test
  void droppedDeviceLosesConnectionAndSession() throws Exception {
    site.start();
    try (var raw = site.connect("d1")) {
      raw.subscribe("ioto/device/d1/#", 1);
      site.broker().publish(message("one"));
      assertThat(raw.message().text()).isEqualTo("one");
      site.broker().drop("d1");
      assertThat(raw.closed()).isTrue();
      assertThat(site.broker().online()).isEmpty();
    }
    site.broker().drop("unknown");
    site.stop();
    site.start();
    try (var raw = site.open("d1")) {
      assertThat(raw.connect("d1")).isFalse();
      assertThat(raw.silent()).isTrue();
    }
  }

  @Test
  void retainedMessagesAreKeptForLaterSubscribers() throws Exception {
    site.start("{limits: {retained: 2}}");
    site.broker().publish(retained("ioto/account/all/a", "old"));
    site.broker().publish(retained("ioto/account/all/a", "a"));
    site.broker().publish(retained("ioto/account/all/b", "b"));
    assertThatThrownBy(() -> site.broker().publish(retained("ioto/account/all/c", "c")))
        .hasMessageContaining("2 retained messages");
    site.broker().publish(retained("ioto/account/all/b", ""));
    site.stop();
    site.start();
    try (var raw = site.connect("d1")) {
      raw.send(
          Raw.packet(
              8,
              2,
              out -> {
                out.writeShort(1);
                out.writeUTF("ioto/account/all/#");
                out.write(1);
              }));
      var packets = List.of(raw.next(), raw.next());
      assertThat(packets)
          .extracting(p -> p.type)
          .containsExactlyInAnyOrder(Raw.SUBACK, Raw.PUBLISH);
      var packet = packets.stream().filter(p -> p.type == Raw.PUBLISH).findFirst().orElseThrow();
      assertThat(packet.text()).isEqualTo("a");
      assertThat(packet.retained()).isTrue();
      site.broker().publish(retained("ioto/account/all/a", "new"));
      assertThat(raw.message().retained()).isFalse();
      assertThat(raw.silent()).isTrue();
    }
  }

  private static Message retained(String topic, String text) {
    return new Message(
        topic, text.getBytes(java.nio.charset.StandardCharsets.UTF_8), Qos.AT_LEAST_ONCE, true);
  }

  @Test
  void shadowOfADeviceIsItsOwnAndGoesToTheCloudToo() throws Exception {
    site.start();
    try (var raw = site.connect("d1")) {
      assertThat(raw.subscribe("$aws/things/d1/shadow/#", 1)).isEqualTo(1);
      raw.publish("$aws/things/d1/shadow/get", "x", 1);
      var packets = List.of(raw.next(), raw.next());
      assertThat(packets)
          .extracting(p -> p.type)
          .containsExactlyInAnyOrder(Raw.PUBACK, Raw.PUBLISH);
      assertThat(received()).isEqualTo("d1 $aws/things/d1/shadow/get x");
    }
  }

  @Test
  void messageThatIsTooLargeIsNotTaken() throws Exception {
    site.start("{limits: {packet: '1k'}}");
    assertThatThrownBy(() -> site.broker().publish(message("x".repeat(2000))))
        .isInstanceOf(DeliveryException.class)
        .extracting(e -> ((DeliveryException) e).reason())
        .isEqualTo(DeliveryException.Reason.TOO_LARGE);
  }

  @Test
  void presenceIsToldToWhoIsThereAndToWhoComesLater() throws Exception {
    site.start();
    BlockingQueue<String> early = new LinkedBlockingQueue<>();
    BlockingQueue<String> late = new LinkedBlockingQueue<>();
    site.context()
        .registerService(Presence.class, (device, online) -> early.add(device + online), null);
    try (var raw = site.connect("d1")) {
      assertThat(early.poll(10, TimeUnit.SECONDS)).isEqualTo("d1true");
      var registration =
          site.context()
              .registerService(Presence.class, (device, online) -> late.add(device + online), null);
      assertThat(late.poll(10, TimeUnit.SECONDS)).isEqualTo("d1true");
      registration.unregister();
      raw.disconnect();
    }
    assertThat(early.poll(10, TimeUnit.SECONDS)).isEqualTo("d1false");
    assertThat(late).isEmpty();
  }
}
