// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import io.ioto.api.cloud.Admission.Guest;
import io.ioto.api.mqtt.DeliveryException;
import io.ioto.api.mqtt.Message;
import io.ioto.cloud.broker.Packets.Published;
import io.ioto.journal.JournalException;
import io.netty.channel.Channel;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttPubAckMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import io.netty.handler.ssl.SslHandler;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection, from the handshake to its end. A thread reads and acts, packet by packet, so
/// the device's messages are taken in order and nothing is read while one is being taken; another
/// sends what waits in the session.
final class Link {
  private static final Logger log = LoggerFactory.getLogger(Link.class);

  /// Return code of a SUBACK (§3.9.3) for what was refused.
  private static final int FAILURE = 0x80;

  /// §3.1.2.10: one and a half times the keep-alive.
  private static final double TOLERANCE = 1.5;

  /// What the connections of a broker have in common.
  record Common(
      Settings settings,
      Topics topics,
      Sessions sessions,
      Providers providers,
      Attendance attendance,
      Refusals refusals) {
    /// Gives a message of a device to the cloud, and then to who is subscribed to it; one after
    /// the other for each device.
    ///
    /// @param wanted whether that still makes sense
    /// @return false when it did not any more
    boolean take(Session session, Message message, BooleanSupplier wanted)
        throws Breach, InterruptedException {
      session.turn.lockInterruptibly();
      try {
        var taken = providers.receive(session.id, message, wanted);
        if (taken && !Access.service(message.topic())) {
          sessions.publish(message);
        }
        return taken;
      } finally {
        session.turn.unlock();
      }
    }

    /// Tells the will of a device that went without a word (§3.1.2.5). One that is not told
    /// because the broker stops stays in the session, to be told by the next.
    void tell(Session session, Message will, BooleanSupplier wanted) {
      try {
        if (take(session, will, wanted)) {
          sessions.willTold(session, will);
        }
      } catch (Breach e) {
        sessions.willTold(session, will);
        refusals.count(e.refusal(), session.id, e.reason());
      } catch (DeliveryException e) {
        sessions.willTold(session, will);
        refusals.count(Refusal.STORAGE, session.id, String.valueOf(e.getMessage()));
      } catch (InterruptedException _) {
        log.debug("The will of {} is told later", session.id);
      }
    }
  }

  /// Who is connected.
  private record Guarded(Guest guest, Access access, Session session) {}

  private final Common common;
  private final Channel channel;
  private final SslHandler tls;
  private final Intake intake;
  private final SocketAddress peer;
  private final Thread reader;
  private final Thread sender;
  private final long begun = System.nanoTime();
  private Duration patience;
  private @Nullable Guarded guarded;
  private @Nullable Message will;
  private boolean gracious;
  private volatile boolean stopping;

  /// @param ended called when it is over
  Link(Common common, Channel channel, SslHandler tls, Intake intake, Runnable ended) {
    this.common = common;
    this.channel = channel;
    this.tls = tls;
    this.intake = intake;
    peer = channel.remoteAddress();
    patience = common.settings().keepAlive();
    sender = Thread.ofVirtual().name("broker-out").unstarted(this::send);
    reader =
        Thread.ofVirtual()
            .name("broker-in")
            .unstarted(
                () -> {
                  try {
                    run();
                  } finally {
                    ended.run();
                  }
                });
  }

  void start() {
    reader.start();
  }

  /// Ends it after the message that is being taken.
  void stop() {
    stopping = true;
    intake.end();
    if (!common.providers().inside(reader)) {
      reader.interrupt();
    }
  }

  /// Waits for its end.
  ///
  /// @return false when it did not come in time
  boolean join(Duration limit) throws InterruptedException {
    return reader.join(limit);
  }

  /// Ends it whatever is going on.
  void interrupt() {
    reader.interrupt();
  }

  /// Closes the connection; what is going on in it ends soon.
  void close() {
    var _ = channel.close();
  }

  private void run() {
    try {
      var certificate = secure();
      connect(certificate);
      sender.start();
      serve();
    } catch (Breach e) {
      common.refusals().count(e.refusal(), who(), e.reason());
    } catch (JournalException | DeliveryException e) {
      common.refusals().count(Refusal.STORAGE, who(), String.valueOf(e.getMessage()));
    } catch (InterruptedException _) {
      log.debug("{} is cut off: the broker stops", who());
    } catch (RuntimeException e) {
      log.error("{} is cut off", who(), e);
    } finally {
      end();
    }
  }

  private Object who() {
    return guarded == null ? peer : guarded.guest().device();
  }

  /// How long there is left until a CONNECT must have come.
  private Duration left() {
    var left = common.settings().handshake().minusNanos(System.nanoTime() - begun);
    return left.isPositive() ? left : Duration.ZERO;
  }

  /// Waits for the TLS handshake.
  private X509Certificate secure() throws Breach, InterruptedException {
    channel.read();
    var handshake = tls.handshakeFuture();
    if (!handshake.await(left().toNanos(), TimeUnit.NANOSECONDS)) {
      throw new Breach(Refusal.SILENT, "no TLS handshake in time");
    }
    if (!handshake.isSuccess()) {
      throw new Breach(Refusal.TLS, String.valueOf(handshake.cause()));
    }
    try {
      return (X509Certificate) tls.engine().getSession().getPeerCertificates()[0];
    } catch (SSLPeerUnverifiedException e) {
      throw new Breach(Refusal.TLS, e.toString());
    }
  }

  private void connect(X509Certificate certificate) throws Breach, InterruptedException {
    var first = first();
    var header = first.variableHeader();
    // §3.1.2.2: MQTT 5 has a code of its own for this, which its clients understand.
    if (header.version() != 4) {
      throw refuse(
          header.version() > 4
              ? MqttConnectReturnCode.CONNECTION_REFUSED_UNSUPPORTED_PROTOCOL_VERSION
              : MqttConnectReturnCode.CONNECTION_REFUSED_UNACCEPTABLE_PROTOCOL_VERSION,
          new Breach(Refusal.VERSION, "MQTT level %d".formatted(header.version())));
    }
    // §3.1.2.6, §3.1.2.7, §3.1.2.9: flags that only mean something beside others.
    if ((!header.isWillFlag() && (header.willQos() != 0 || header.isWillRetain()))
        || (header.hasPassword() && !header.hasUserName())) {
      throw new Breach(Refusal.MALFORMED, "connect flags that contradict one another, §3.1.2.3");
    }
    var client = String.valueOf(first.payload().clientIdentifier());
    if (!Access.word(client)
        || client.getBytes(StandardCharsets.UTF_8).length > common.settings().limits().client()) {
      throw refuse(
          MqttConnectReturnCode.CONNECTION_REFUSED_IDENTIFIER_REJECTED,
          new Breach(Refusal.IDENTIFIER, "client id '%s'".formatted(client)));
    }
    var guest = admitted(client, certificate);
    var access = Access.of(guest);
    var last = will(first, access);
    var taken = session(client, header.isCleanSession(), access, last);
    will = last;
    guarded = new Guarded(guest, access, taken.session());
    if (taken.previous() instanceof Link previous) {
      // §3.1.4: the new one wins.
      log.debug("{} has connected again from {}", client, peer);
      previous.close();
    }
    var seconds = header.keepAliveTimeSeconds();
    var longest = common.settings().keepAlive();
    var alive =
        seconds == 0 || longest.toSeconds() < seconds ? longest : Duration.ofSeconds(seconds);
    patience = Duration.ofMillis((long) (alive.toMillis() * TOLERANCE));
    write(Packets.connected(MqttConnectReturnCode.CONNECTION_ACCEPTED, taken.present()));
    channel.flush();
    present(client);
    log.debug("{} has connected from {}", client, peer);
  }

  /// §3.1: the first packet is a CONNECT.
  private MqttConnectMessage first() throws Breach, InterruptedException {
    try {
      var packet = intake.next(left(), Refusal.SILENT);
      if (packet instanceof MqttConnectMessage connect) {
        return connect;
      }
      throw packet == null
          ? new Breach(Refusal.SILENT, "closed without a CONNECT")
          : new Breach(Refusal.MALFORMED, "the first packet is no CONNECT, §3.1");
    } catch (Breach e) {
      throw e.refusal() == Refusal.VERSION
          ? refuse(MqttConnectReturnCode.CONNECTION_REFUSED_UNACCEPTABLE_PROTOCOL_VERSION, e)
          : e;
    }
  }

  private Guest admitted(String client, X509Certificate certificate)
      throws Breach, InterruptedException {
    Optional<Guest> guest;
    try {
      guest = common.providers().admit(client, certificate);
    } catch (Breach e) {
      throw refuse(MqttConnectReturnCode.CONNECTION_REFUSED_SERVER_UNAVAILABLE, e);
    }
    return guest
        .filter(g -> g.device().equals(client))
        .orElseThrow(
            () ->
                refuse(
                    MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED,
                    new Breach(
                        Refusal.NOT_ADMITTED,
                        "client id '%s' with the certificate of %s"
                            .formatted(client, certificate.getSubjectX500Principal()))));
  }

  private @Nullable Message will(MqttConnectMessage connect, Access access) throws Breach {
    var header = connect.variableHeader();
    if (!header.isWillFlag()) {
      return null;
    }
    var topic = String.valueOf(connect.payload().willTopic());
    common.topics().name(topic);
    if (header.willQos() > 1 || !access.mayPublish(topic)) {
      throw refuse(
          MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED,
          new Breach(
              Refusal.PUBLISH, "a will for '%s', QoS %d".formatted(topic, header.willQos())));
    }
    return new Message(
        Access.plain(topic),
        connect.payload().willMessageInBytes(),
        Records.qos(header.willQos()),
        header.isWillRetain());
  }

  private Sessions.Taken session(
      String client, boolean clean, Access access, @Nullable Message last) throws Breach {
    try {
      return common.sessions().connect(client, clean, access, last, this);
    } catch (Breach e) {
      throw refuse(MqttConnectReturnCode.CONNECTION_REFUSED_SERVER_UNAVAILABLE, e);
    } catch (JournalException e) {
      throw refuse(
          MqttConnectReturnCode.CONNECTION_REFUSED_SERVER_UNAVAILABLE,
          new Breach(Refusal.STORAGE, String.valueOf(e.getMessage())));
    }
  }

  /// Answers a CONNECT that is refused.
  private Breach refuse(MqttConnectReturnCode code, Breach why) {
    var _ = channel.writeAndFlush(Packets.connected(code, false));
    return why;
  }

  private void serve() throws Breach, InterruptedException {
    while (!stopping) {
      var packet = intake.next(patience, Refusal.KEEP_ALIVE);
      switch (packet) {
        case null -> {
          return;
        }
        case Published publish -> published(publish);
        case MqttPubAckMessage ack -> acknowledged(ack.variableHeader().messageId());
        case MqttSubscribeMessage subscribe -> subscribe(subscribe);
        case MqttUnsubscribeMessage unsubscribe -> unsubscribe(unsubscribe);
        case MqttMessage other
            when other.fixedHeader().messageType() == MqttMessageType.PINGREQ -> {
          write(MqttMessage.PINGRESP);
          channel.flush();
        }
        case MqttMessage other
            when other.fixedHeader().messageType() == MqttMessageType.DISCONNECT -> {
          // §3.14.4: the will is discarded.
          gracious = true;
          return;
        }
        default ->
            throw new Breach(Refusal.MALFORMED, "a packet that devices do not send: " + packet);
      }
    }
  }

  private void stopSender() {
    sender.interrupt();
    try {
      if (sender.isAlive()) {
        sender.join();
      }
    } catch (InterruptedException _) {
      // It does not wait for anything that would not end by itself.
      Thread.currentThread().interrupt();
    }
  }

  private void present(String device) {
    common.attendance().look(device, () -> common.sessions().connected(device));
  }

  private Guarded guarded() {
    var known = guarded;
    if (known == null) {
      throw new IllegalStateException("nobody has connected");
    }
    return known;
  }

  private void published(Published publish) throws Breach, InterruptedException {
    common.topics().name(publish.topic);
    if (publish.qos != MqttQoS.AT_MOST_ONCE && publish.qos != MqttQoS.AT_LEAST_ONCE) {
      throw new Breach(Refusal.PUBLISH, "QoS 2 to '%s'".formatted(publish.topic));
    }
    if (!guarded().access().mayPublish(publish.topic)) {
      throw new Breach(Refusal.PUBLISH, "'%s' is not its own".formatted(publish.topic));
    }
    var message = publish.message();
    if (take(message) && publish.qos == MqttQoS.AT_LEAST_ONCE) {
      write(Packets.published(publish.identifier));
      channel.flush();
    }
  }

  private boolean take(Message message) throws Breach, InterruptedException {
    var session = guarded().session();
    return common.take(
        session,
        message,
        () -> !stopping && channel.isActive() && common.sessions().owns(session, this));
  }

  private void acknowledged(int identifier) {
    common.sessions().acknowledge(guarded().session(), this, identifier);
  }

  private void subscribe(MqttSubscribeMessage subscribe) throws Breach, InterruptedException {
    var asked = subscribe.payload().topicSubscriptions();
    if (asked.isEmpty()) {
      throw new Breach(Refusal.MALFORMED, "a SUBSCRIBE without filters, §3.8.3");
    }
    var permitted = new LinkedHashMap<String, Integer>();
    for (var subscription : asked) {
      var filter = String.valueOf(subscription.topicFilter());
      common.topics().filter(filter);
      if (guarded().access().maySubscribe(filter)) {
        permitted.put(filter, Math.min(1, subscription.qualityOfService().value()));
      } else {
        common.refusals().count(Refusal.SUBSCRIBE, who(), "'%s' is not its own".formatted(filter));
      }
    }
    var taken = common.sessions().subscribe(guarded().session(), this, permitted);
    var granted = new ArrayList<Integer>();
    for (var subscription : asked) {
      var filter = String.valueOf(subscription.topicFilter());
      granted.add(
          taken.getOrDefault(filter, false) ? permitted.getOrDefault(filter, FAILURE) : FAILURE);
    }
    write(Packets.subscribed(subscribe.variableHeader().messageId(), granted));
    channel.flush();
  }

  private void unsubscribe(MqttUnsubscribeMessage unsubscribe) throws Breach, InterruptedException {
    var filters = unsubscribe.payload().topics();
    if (filters.isEmpty()) {
      throw new Breach(Refusal.MALFORMED, "an UNSUBSCRIBE without filters, §3.10.3");
    }
    common.sessions().unsubscribe(guarded().session(), this, filters);
    write(Packets.unsubscribed(unsubscribe.variableHeader().messageId()));
    channel.flush();
  }

  private void write(MqttMessage packet) throws Breach, InterruptedException {
    if (intake.writable(patience)) {
      var _ = channel.write(packet);
    }
  }

  /// Sends what waits in the session, as fast as the device takes it.
  private void send() {
    var session = guarded().session();
    try {
      for (var batch = common.sessions().take(session, this);
          !batch.isEmpty();
          batch = common.sessions().take(session, this)) {
        for (var waiting : batch) {
          write(Packets.publish(waiting));
        }
        channel.flush();
      }
    } catch (Breach e) {
      common.refusals().count(e.refusal(), who(), e.reason());
    } catch (InterruptedException _) {
      // The reader ends, and has seen to everything.
    } finally {
      close();
    }
  }

  private void end() {
    close();
    var known = guarded;
    if (known == null) {
      return;
    }
    var last = gracious ? null : will;
    var away = common.sessions().disconnect(known.session(), this, last == null);
    stopSender();
    if (away) {
      present(known.guest().device());
      log.debug("{} is gone", known.guest().device());
    }
    if (last != null && !stopping) {
      common.tell(known.session(), last, () -> !stopping);
    }
  }
}
