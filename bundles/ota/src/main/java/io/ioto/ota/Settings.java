// SPDX-License-Identifier: Apache-2.0
package io.ioto.ota;

import io.ioto.trust.Client;
import java.nio.file.Path;
import java.time.Duration;

/// What the operator may set for updates; see `OSGI-INF/ioto/settings.json5`.
///
/// @param attempts how often a release that was cut off is applied again
/// @param enable whether to look for releases unasked
/// @param minStable how long a release must stay healthy
/// @param settle how long it may take to become so
/// @param check how long one health check may take
/// @param history updates that are remembered
/// @param metadata how much is read of metadata
/// @param retries how often a download is continued
/// @param set most bytes of one release
/// @param spare bytes that stay free on the disk
/// @param patience how long a source may say nothing
/// @param root the root file to begin with
/// @param source folder or URL; empty for none
record Settings(
    int attempts,
    boolean enable,
    Duration minStable,
    Duration settle,
    Duration jitter,
    Duration check,
    int history,
    Client.Limits metadata,
    int retries,
    long set,
    long spare,
    Duration patience,
    Duration period,
    Path root,
    String source) {

  static Settings of(Updater.Config config) {
    return new Settings(
        config.attempts(),
        config.enable(),
        Duration.ofMillis(config.gate_minStable()),
        Duration.ofMillis(config.gate_settle()),
        Duration.ofMillis(config.jitter()),
        Duration.ofMillis(config.limits_check()),
        config.limits_history(),
        new Client.Limits(
            Client.Limits.DEFAULT.root(), config.limits_metadata(), config.limits_rotations()),
        config.limits_retries(),
        config.limits_set(),
        config.limits_spare(),
        Duration.ofMillis(config.limits_wait()),
        Duration.ofMillis(config.period()),
        Path.of(config.root()),
        config.source());
  }
}
