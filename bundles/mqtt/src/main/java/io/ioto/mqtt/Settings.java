// SPDX-License-Identifier: Apache-2.0
package io.ioto.mqtt;

import java.time.Duration;

/// What the operator set; see `settings.json5`.
///
/// @param keepAlive longest silence
/// @param connect longest time to connect
/// @param ack longest wait for an acknowledgement
/// @param drain longest wait at the end
/// @param handler how long a message waits for a subscription
/// @param retryFirst bound of the pause after a first failure
/// @param retryMax bound of the pause after any
/// @param stable how long a connection has to last to count as one
/// @param message most bytes of a payload
/// @param inflight messages on their way to the broker
/// @param queue messages that wait for a handler
/// @param attempts how often a handler is given the same message
record Settings(
    Duration keepAlive,
    Duration connect,
    Duration ack,
    Duration drain,
    Duration handler,
    Duration retryFirst,
    Duration retryMax,
    Duration stable,
    long message,
    int inflight,
    int queue,
    int attempts) {
  Settings {
    if (retryMax.compareTo(retryFirst) < 0) {
      throw new IllegalArgumentException(
          "mqtt.retry.max (%s) is shorter than mqtt.retry.first (%s)"
              .formatted(retryMax, retryFirst));
    }
  }

  static Settings of(Link.Config config) {
    return new Settings(
        Duration.ofMillis(config.keepAlive()),
        Duration.ofMillis(config.timeouts_connect()),
        Duration.ofMillis(config.timeouts_ack()),
        Duration.ofMillis(config.timeouts_drain()),
        Duration.ofMillis(config.timeouts_handler()),
        Duration.ofMillis(config.retry_first()),
        Duration.ofMillis(config.retry_max()),
        Duration.ofMillis(config.retry_stable()),
        config.limits_message(),
        config.limits_inflight(),
        config.limits_queue(),
        config.limits_attempts());
  }
}
