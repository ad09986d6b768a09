// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.mqtt;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A message on a topic. Its bytes are not copied and must not be changed.
public final class Message {
  private final String topic;
  private final byte[] payload;
  private final Qos qos;
  private final boolean retained;

  /// @param topic without wildcards (MQTT 3.1.1 §4.7), 65,535 bytes at most
  /// @param retained to publish: the broker keeps it for later subscribers; received: it was kept
  public Message(String topic, byte[] payload, Qos qos, boolean retained) {
    if (topic.isEmpty() || topic.chars().anyMatch(c -> c == '+' || c == '#' || c < ' ')) {
      throw new IllegalArgumentException(
          "'%s' is no topic; expected levels with slashes between them, without + and #"
              .formatted(topic));
    }
    if (topic.getBytes(StandardCharsets.UTF_8).length > 65_535) {
      throw new IllegalArgumentException("a topic has more than 65,535 bytes");
    }
    this.topic = topic;
    this.payload = payload;
    this.qos = qos;
    this.retained = retained;
  }

  /// At least once, not retained.
  public Message(String topic, byte[] payload) {
    this(topic, payload, Qos.AT_LEAST_ONCE, false);
  }

  /// Text as UTF-8, at least once, not retained.
  public Message(String topic, String text) {
    this(topic, text.getBytes(StandardCharsets.UTF_8));
  }

  public String topic() {
    return topic;
  }

  public byte[] payload() {
    return payload;
  }

  public Qos qos() {
    return qos;
  }

  public boolean retained() {
    return retained;
  }

  /// The payload as UTF-8 text.
  public String text() {
    return new String(payload, StandardCharsets.UTF_8);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Message that
        && topic.equals(that.topic)
        && Arrays.equals(payload, that.payload)
        && qos == that.qos
        && retained == that.retained;
  }

  @Override
  public int hashCode() {
    return 31 * topic.hashCode() + Arrays.hashCode(payload);
  }

  @Override
  public String toString() {
    return "%s (%d bytes)".formatted(topic, payload.length);
  }
}
