// SPDX-License-Identifier: Apache-2.0
package io.ioto.mqtt;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.api.device.Identity;
import io.ioto.api.mqtt.Connection;
import io.ioto.api.mqtt.DeliveryException;
import io.ioto.api.mqtt.Message;
import io.ioto.api.mqtt.Qos;
import io.ioto.api.tls.Authorities.Grant;
import io.ioto.api.tls.Trust;
import io.ioto.testing.Mosquitto;
import io.ioto.testing.Sections;
import io.ioto.tls.FileAuthorities;
import io.ioto.tls.FileKeys;
import io.ioto.tls.PemTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Against a real broker, with mutual TLS.
@Timeout(60)
class LinkTest {
  private static final String ID = "X7K2M9P4QR";
  private static final Duration LONG = Duration.ofSeconds(10);

  private final Path folder;
  private final FileKeys keys;
  private final PemTls tls;
  private final FileAuthorities authorities;
  private final Told told = new Told();
  private final List<Connection> connections = Collections.synchronizedList(new ArrayList<>());
  private final List<AutoCloseable> open = new ArrayList<>();
  private final Mosquitto broker;
  private final JournalOutbox outbox;

  LinkTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    keys = new FileKeys(Sections.config(FileKeys.Config.class, "io.ioto.tls", folder, "{}"));
    tls = new PemTls(Sections.config(PemTls.Config.class, "io.ioto.tls", folder, "{}"));
    authorities =
        new FileAuthorities(
            Sections.config(FileAuthorities.Config.class, "io.ioto.tls", folder, "{}"));
    certify("broker", "fleet", "localhost");
    certify("device", "fleet");
    Files.writeString(folder.resolve("ca.pem"), authorities.certificate("fleet"));
    var pem = folder.resolve("certs/broker.pem");
    broker =
        Mosquitto.start(
            folder.resolve("broker"),
            "cafile " + folder.resolve("ca.pem"),
            "certfile " + pem,
            "keyfile " + pem,
            "require_certificate true",
            "use_identity_as_username true");
    outbox = new JournalOutbox(folder.resolve("mqtt"), told, 1 << 20, 1 << 17);
  }

  @AfterEach
  void stop() throws Exception {
    for (var each : open.reversed()) {
      each.close();
    }
    outbox.close();
    broker.close();
  }

  private void certify(String name, String authority, String... names) {
    var common = name.equals("device") ? ID : name;
    var grant = new Grant(common, Set.of(names), Duration.ofDays(1));
    keys.install(name, authorities.issue(authority, keys.request(name, common), grant));
  }

  private Identity identity(String host, int port) {
    return new Identity(
        ID,
        "acme",
        new Identity.Cloud(URI.create("https://cloud.example/api"), "T1", "", "", ""),
        new Identity.Endpoint(host, port, "x-amzn-mqtt-ca", authorities.certificate("fleet")),
        "device");
  }

  private Link link(Identity identity, String json5) {
    var link =
        new Link(
            new Link.Around(
                identity,
                tls,
                outbox,
                new Threads(),
                told,
                connection -> {
                  connections.add(connection);
                  return () -> connections.remove(connection);
                }),
            Settings.of(Sections.config(Link.Config.class, "io.ioto.mqtt", folder, json5)));
    open.add(link::close);
    return link;
  }

  private Link link() {
    return link(
        identity("localhost", broker.port()),
        "{retry: {first: '10 ms', max: '50 ms'}, timeouts: {handler: '1 sec'}}");
  }

  private Connection connection() {
    eventually(() -> assertThat(connections).hasSize(1));
    return connections.getFirst();
  }

  private Peer peer(String... filters) throws Exception {
    var peer = new Peer(broker.plainPort(), filters);
    open.add(peer);
    return peer;
  }

  @Test
  void messagesGoBothWays() throws Exception {
    var peer = peer("ioto/service/#");
    link();
    var taken = Collections.synchronizedList(new ArrayList<Message>());
    var subscription = connection().subscribe("ioto/device/%s/sync/+".formatted(ID), taken::add);

    connection().publish(new Message("ioto/service/%s/a".formatted(ID), "up"));
    connection()
        .publish(
            new Message(
                "ioto/service/%s/b".formatted(ID),
                "now".getBytes(StandardCharsets.UTF_8),
                Qos.AT_MOST_ONCE,
                false));
    eventually(
        () ->
            assertThat(peer.seen)
                .contains(
                    "ioto/service/%s/a up".formatted(ID), "ioto/service/%s/b now".formatted(ID)));
    peer.send("ioto/device/%s/sync/SYNC".formatted(ID), "down");
    eventually(() -> assertThat(taken).hasSize(1));

    assertThat(taken.getFirst())
        .isEqualTo(new Message("ioto/device/%s/sync/SYNC".formatted(ID), "down"));
    assertThat(subscription.filter()).isEqualTo("ioto/device/%s/sync/+".formatted(ID));
    assertThat(told.names).containsExactly("mqtt:connected");
    // Persistent session, keep-alive, and the user that the certificate makes it.
    eventually(
        () -> assertThat(broker.log()).contains("as %s (p2, c0, k60, u'%s')".formatted(ID, ID)));
  }

  @Test
  void deviceSubscribesOnceToWhatIsItsOwn() throws Exception {
    link();
    var connection = connection();
    connection.subscribe("ioto/device/%s/a".formatted(ID), _ -> {});
    connection.subscribe("ioto/device/%s/a".formatted(ID), _ -> {});
    connection.subscribe("ioto/account/acme/x/#", _ -> {});
    connection.subscribe("other/+", _ -> {}).close();
    var subscribed = "Received SUBSCRIBE from " + ID;

    eventually(() -> assertThat(broker.log()).contains("Received UNSUBSCRIBE from " + ID));
    assertThat(broker.log().split(subscribed, -1)).hasSize(5);
    for (var filter :
        List.of(
            "ioto/device/%s/#".formatted(ID),
            "ioto/account/all/#",
            "ioto/account/acme/#",
            "other/+")) {
      assertThat(broker.log()).contains("\t%s (QoS 1)".formatted(filter));
    }
    assertThatThrownBy(() -> connection.subscribe("a/#/b", _ -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("'a/#/b' is no topic filter; expected: ");
  }

  @Test
  void questionIsAnsweredByItsNumber() throws Exception {
    var peer = peer("ioto/service/#");
    peer.listener =
        (topic, text) -> peer.send(topic.replace("/service/", "/device/"), "re: " + text);
    link();
    var connection = connection();

    var first = connection.request("store/get", "a".getBytes(StandardCharsets.UTF_8), LONG);
    var second = connection.request("store/get", "b".getBytes(StandardCharsets.UTF_8), LONG);

    assertThat(first.text()).isEqualTo("re: a");
    assertThat(second.text()).isEqualTo("re: b");
    assertThat(first.topic()).matches("ioto/device/%s/store/get/\\d+".formatted(ID));
    assertThat(second.topic()).isNotEqualTo(first.topic());

    peer.listener = (_, _) -> {};
    assertThatThrownBy(() -> connection.request("ask", new byte[0], Duration.ofMillis(50)))
        .isInstanceOf(DeliveryException.class)
        .hasMessage("ask: no answer in PT0.05S");
  }

  @Test
  void brokerThatComesBackFindsTheDeviceAndLosesNothing() throws Exception {
    var peer = peer("ioto/service/#");
    link();
    var taken = Collections.synchronizedList(new ArrayList<String>());
    connection();
    var writer =
        Thread.ofVirtual()
            .start(
                () ->
                    IntStream.range(0, 300)
                        .forEach(
                            i -> {
                              outbox.put(new Message("ioto/service/%s/log".formatted(ID), "" + i));
                              LockSupport.parkNanos(1_000_000);
                            }));

    for (var restart = 0; restart < 3; restart++) {
      var before = connection();
      var arrived = peer.seen.size();
      eventually(() -> assertThat(peer.seen).hasSizeGreaterThan(arrived));
      broker.stop();
      eventually(() -> assertThat(connections).isEmpty());
      assertThatThrownBy(() -> before.publish(new Message("ioto/service/x", "x")))
          .isInstanceOf(DeliveryException.class);
      broker.start();
      peer.connect();
    }
    writer.join();

    eventually(() -> assertThat(outbox.waiting()).isZero());
    var all = IntStream.range(0, 300).mapToObj(i -> "ioto/service/%s/log %d".formatted(ID, i));
    eventually(() -> assertThat(new LinkedHashSet<>(peer.seen)).hasSize(300));
    // In order, repetitions aside.
    assertThat(new LinkedHashSet<>(peer.seen)).containsExactlyElementsOf(all.toList());

    connection().subscribe("ioto/device/%s/#".formatted(ID), m -> taken.add(m.text()));
    peer.send("ioto/device/%s/x".formatted(ID), "once");
    peer.send("ioto/device/%s/x".formatted(ID), "last");
    eventually(() -> assertThat(taken).contains("last"));
    assertThat(taken).containsExactly("once", "last");
  }

  @Test
  void messageIsAcknowledgedWhenItsHandlerHasReturned() throws Exception {
    var peer = peer();
    var working = new CountDownLatch(1);
    var finish = new CountDownLatch(1);
    link();
    connection()
        .subscribe(
            "ioto/device/%s/work".formatted(ID),
            _ -> {
              working.countDown();
              finish.await();
            });
    peer.send("ioto/device/%s/work".formatted(ID), "first");
    working.await();
    assertThat(broker.log()).doesNotContain("Received PUBACK from " + ID);
    broker.stop();
    finish.countDown();
    eventually(() -> assertThat(connections).isEmpty());
    broker.start();

    var again = new CompletableFuture<String>();
    connection()
        .subscribe("ioto/device/%s/work".formatted(ID), message -> again.complete(message.text()));

    assertThat(again.get(10, TimeUnit.SECONDS)).isEqualTo("first");
    eventually(() -> assertThat(broker.log()).contains("Received PUBACK from " + ID));
  }

  @Test
  void messageThatCameWhileTheDeviceWasAwayWaitsForItsHandler() throws Exception {
    var peer = peer();
    var link = link();
    connection();
    link.close();
    peer.send("ioto/device/%s/late".formatted(ID), "hello");
    eventually(() -> assertThat(broker.log()).contains("Received PUBLISH from peer"));

    link();
    var taken = new CompletableFuture<String>();
    var connection = connection();
    eventually(() -> assertThat(broker.log()).contains("Sending PUBLISH to " + ID));
    connection.subscribe(
        "ioto/device/%s/late".formatted(ID), message -> taken.complete(message.text()));

    assertThat(taken.get(10, TimeUnit.SECONDS)).isEqualTo("hello");
  }

  @Test
  void messageThatNobodyWantsIsDroppedAfterAWhile() throws Exception {
    var peer = peer();
    link();
    var taken = new CompletableFuture<String>();
    connection().subscribe("ioto/device/%s/known".formatted(ID), m -> taken.complete(m.text()));

    peer.send("ioto/device/%s/unknown".formatted(ID), "x");
    peer.send("ioto/device/%s/known".formatted(ID), "y");

    assertThat(taken.get(10, TimeUnit.SECONDS)).isEqualTo("y");
    eventually(() -> assertThat(broker.log().split("Received PUBACK from " + ID, -1)).hasSize(3));
  }

  @Test
  void handlerThatFailsIsGivenTheMessageAgain() throws Exception {
    var peer = peer();
    link();
    var attempts = new AtomicInteger();
    var taken = Collections.synchronizedList(new ArrayList<String>());
    connection()
        .subscribe(
            "ioto/device/%s/work".formatted(ID),
            message -> {
              if (attempts.incrementAndGet() < 3) {
                throw new IOException("disk full");
              }
              taken.add(message.text());
            });
    peer.send("ioto/device/%s/work".formatted(ID), "a");
    peer.send("ioto/device/%s/work".formatted(ID), "b");

    eventually(() -> assertThat(taken).containsExactly("a", "b"));
    assertThat(attempts).hasValue(4);
  }

  @Test
  void brokerHearsGoodBye() throws Exception {
    var link = link();
    connection();
    link.close();

    assertThat(connections).isEmpty();
    eventually(() -> assertThat(threads("MQTT Rec: " + ID)).isEmpty());
    eventually(() -> assertThat(broker.log()).contains("Received DISCONNECT from " + ID));
    assertThat(told.names).containsExactly("mqtt:connected", "mqtt:disconnected");
  }

  @Test
  void deviceWithAnothersCertificateIsRefusedAndKeepsTrying() {
    certify("device", "strangers");
    link();

    eventually(
        () -> assertThat(Collections.frequency(told.names, "mqtt:refused")).isGreaterThan(2));
    assertThat(connections).isEmpty();
    certify("device", "fleet");
    connection();
    eventually(() -> assertThat(threads("MQTT Con")).isEmpty());
  }

  @Test
  void brokerWithAnotherNameIsNotBelieved() {
    link(identity("127.0.0.1", broker.port()), "{retry: {first: '10 ms', max: '50 ms'}}");

    eventually(() -> assertThat(told.names).contains("mqtt:refused"));
    assertThat(connections).isEmpty();
    assertThat(broker.log()).doesNotContain("as " + ID);
  }

  @Test
  void largeMessageIsRefusedBeforeItIsSent() {
    link();
    var message = new Message("ioto/service/x", new byte[(1 << 17) + 1]);

    assertThatThrownBy(() -> connection().publish(message))
        .isInstanceOf(DeliveryException.class)
        .hasMessage("ioto/service/x (131073 bytes) is larger than mqtt.limits.message (131072)");
  }

  @Test
  void applicationProtocolIsAskedFor() throws Exception {
    var local = InetAddress.getLoopbackAddress();
    var context = tls.client(new Trust.Authorities(authorities.certificate("fleet")), "broker");
    var asked = new CompletableFuture<List<String>>();
    try (var server =
        (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 5, local)) {
      server.setNeedClientAuth(true);
      Thread.ofVirtual()
          .start(
              () -> {
                try (var socket = (SSLSocket) server.accept()) {
                  socket.setHandshakeApplicationProtocolSelector(
                      (_, protocols) -> {
                        asked.complete(protocols);
                        return protocols.isEmpty() ? "" : protocols.getFirst();
                      });
                  socket.startHandshake();
                } catch (IOException e) {
                  asked.completeExceptionally(e);
                }
              });
      link(identity("localhost", server.getLocalPort()), "{}");

      assertThat(asked.get(10, TimeUnit.SECONDS)).containsExactly("x-amzn-mqtt-ca");
    }
  }

  @Test
  void stoppingDoesNotWaitForABrokerThatSaysNothing() throws Exception {
    try (var server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      var link = link(identity("localhost", server.getLocalPort()), "{}");
      server.accept();
      var began = System.nanoTime();

      link.close();

      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
    }
  }

  @Test
  void withoutABrokerItWaits() {
    broker.kill();
    link();
    outbox.put(new Message("ioto/service/%s/x".formatted(ID), "later"));
    assertThat(outbox.waiting()).isEqualTo(1);

    broker.start();

    eventually(() -> assertThat(outbox.waiting()).isZero());
  }

  private static List<String> threads(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith(prefix))
        .toList();
  }
}
