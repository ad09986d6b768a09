// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

/// A message that waits, shared by all sessions that it waits in. Guarded by the lock of
/// [Sessions] but for what never changes.
final class Parcel {
  /// What a message costs in memory beside its bytes.
  private static final int OVERHEAD = 128;

  final String topic;
  final byte[] payload;
  final int qos;
  final boolean retained;

  /// Place in the order in which messages were taken.
  long order;

  /// Sessions that it waits in.
  int users;

  /// False until it is on the disk; nobody gets it before.
  boolean durable;

  /// @param qos at which it was published
  /// @param retained whether receivers are told that it was kept for them
  Parcel(String topic, byte[] payload, int qos, boolean retained) {
    this.topic = topic;
    this.payload = payload;
    this.qos = qos;
    this.retained = retained;
  }

  int size() {
    return OVERHEAD + topic.length() + payload.length;
  }
}
