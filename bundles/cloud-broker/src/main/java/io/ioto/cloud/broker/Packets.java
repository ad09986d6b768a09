// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import io.ioto.api.mqtt.Message;
import io.ioto.cloud.broker.Session.Waiting;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnAckVariableHeader;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttPubAckMessage;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttPublishVariableHeader;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttSubAckMessage;
import io.netty.handler.codec.mqtt.MqttSubAckPayload;
import io.netty.handler.codec.mqtt.MqttUnsubAckMessage;
import java.util.List;

/// The packets that the broker sends.
final class Packets {
  /// A PUBLISH as it came in, off Netty's buffers.
  static final class Published {
    final String topic;
    final MqttQoS qos;

    /// What is acknowledged; of no meaning at most once.
    final int identifier;

    private final byte[] payload;
    private final boolean retained;

    Published(MqttPublishMessage packet) {
      topic = packet.variableHeader().topicName();
      qos = packet.fixedHeader().qosLevel();
      identifier = packet.variableHeader().packetId();
      payload = ByteBufUtil.getBytes(packet.payload());
      retained = packet.fixedHeader().isRetain();
    }

    /// As the cloud sees it.
    ///
    /// @throws IllegalArgumentException when the topic has not been checked
    Message message() {
      return new Message(Access.plain(topic), payload, Records.qos(qos.value()), retained);
    }
  }

  private Packets() {}

  static MqttMessage connected(MqttConnectReturnCode code, boolean present) {
    return new MqttConnAckMessage(
        header(MqttMessageType.CONNACK), new MqttConnAckVariableHeader(code, present));
  }

  static MqttMessage published(int identifier) {
    return new MqttPubAckMessage(
        header(MqttMessageType.PUBACK), MqttMessageIdVariableHeader.from(identifier));
  }

  static MqttMessage subscribed(int identifier, List<Integer> granted) {
    return new MqttSubAckMessage(
        header(MqttMessageType.SUBACK),
        MqttMessageIdVariableHeader.from(identifier),
        new MqttSubAckPayload(granted));
  }

  static MqttMessage unsubscribed(int identifier) {
    return new MqttUnsubAckMessage(
        header(MqttMessageType.UNSUBACK), MqttMessageIdVariableHeader.from(identifier));
  }

  static MqttMessage publish(Waiting waiting) {
    var parcel = waiting.parcel();
    var once = waiting.number() == 0;
    return new MqttPublishMessage(
        new MqttFixedHeader(
            MqttMessageType.PUBLISH,
            waiting.again(),
            once ? MqttQoS.AT_MOST_ONCE : MqttQoS.AT_LEAST_ONCE,
            parcel.retained,
            0),
        new MqttPublishVariableHeader(parcel.topic, once ? 0 : waiting.identifier()),
        Unpooled.wrappedBuffer(parcel.payload));
  }

  private static MqttFixedHeader header(MqttMessageType type) {
    return new MqttFixedHeader(type, false, MqttQoS.AT_MOST_ONCE, false, 0);
  }
}
