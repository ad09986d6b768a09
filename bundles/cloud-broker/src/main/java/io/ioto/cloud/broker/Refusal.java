// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

/// Why the broker ended or refused something; each is counted.
enum Refusal {
  /// As many connections are open as may.
  CONNECTIONS,
  /// More connections came within a second than may.
  RATE,
  /// The TLS handshake failed: no certificate, one of another authority, or one that has expired.
  TLS,
  /// No complete CONNECT came in time.
  SILENT,
  /// What came is no MQTT 3.1.1.
  MALFORMED,
  /// Another version of MQTT.
  VERSION,
  /// A client id that nobody can have.
  IDENTIFIER,
  /// The cloud does not know the device, or not with this certificate.
  NOT_ADMITTED,
  /// Nobody decides on admission, no room for a session, or disk trouble.
  UNAVAILABLE,
  /// A message to a topic that is not the device's own.
  PUBLISH,
  /// A subscription to topics that are not the device's own, or one too many.
  SUBSCRIBE,
  /// Nothing came for one and a half times the keep-alive, or nothing was taken.
  KEEP_ALIVE,
  /// The cloud could not take a message.
  INBOX,
  /// The disk refused.
  STORAGE,
  /// A message at most once for which there was no room.
  DROPPED
}
