// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The section `broker` in the words of the code.
///
/// @param names what the certificate is for
/// @param host that devices are told
/// @param port that devices are told; 0 for the one that is bound
record Settings(
    Address listen,
    Set<String> names,
    String host,
    int port,
    String authority,
    Duration validity,
    Path folder,
    Duration handshake,
    Duration keepAlive,
    Limits limits,
    Duration grace,
    Duration drain,
    Duration stop) {
  /// What is as good as never, and can still be counted in nanoseconds.
  private static final Duration NEVER = Duration.ofDays(36_500);

  /// Most of everything; see `settings.json5`.
  record Limits(
      int connections,
      int rate,
      int backlog,
      int packet,
      int topic,
      int levels,
      int client,
      int subscriptions,
      int inflight,
      int sessions,
      int queue,
      long queued,
      long waiting,
      int retained,
      long retainedSize) {}

  /// @param timeouts whether they count
  static Settings of(MqttBroker.Config config, boolean timeouts) {
    if (config.names().length == 0) {
      throw new IllegalArgumentException("broker.names is empty; expected one name or more");
    }
    return new Settings(
        Address.parse(config.listen()),
        new LinkedHashSet<>(List.of(config.names())),
        config.host().isEmpty() ? config.names()[0] : config.host(),
        config.port(),
        config.authority(),
        Duration.ofMillis(config.validity()),
        Path.of(config.folder()),
        timeouts ? limited(config.timeouts_handshake()) : NEVER,
        timeouts ? limited(config.timeouts_keepAlive()) : NEVER,
        new Limits(
            config.limits_connections(),
            config.limits_rate(),
            config.limits_backlog(),
            Math.toIntExact(config.limits_packet()),
            Math.toIntExact(config.limits_topic()),
            config.limits_levels(),
            Math.toIntExact(config.limits_client()),
            config.limits_subscriptions(),
            config.limits_inflight(),
            config.limits_sessions(),
            config.limits_queue(),
            config.limits_queued(),
            config.limits_waiting(),
            config.limits_retained(),
            config.limits_retainedSize()),
        Duration.ofMillis(config.swap_grace()),
        Duration.ofMillis(config.swap_drain()),
        Duration.ofMillis(config.swap_stop()));
  }

  private static Duration limited(long millis) {
    return millis > NEVER.toMillis() ? NEVER : Duration.ofMillis(millis);
  }
}
