// SPDX-License-Identifier: Apache-2.0
package io.ioto.deploy;

import java.nio.file.Path;
import java.time.Duration;

/// What the operator may set for deployments; see `OSGI-INF/ioto/settings.json5`.
///
/// @param folder the hot folder
/// @param maxContent bytes of a bundle when unpacked
/// @param history deployments that are remembered
/// @param maxJar bytes of a bundle
/// @param kept bundles kept in each of the hot folder's folders
/// @param loaders class loaders that are watched
/// @param queue deployments that may wait
/// @param poll how often the hot folder is looked at
/// @param settle how long an incomplete file must be unchanged to be refused
/// @param startLevel of bundles that replace none
/// @param stop how long a bundle may take to stop
/// @param timeout how long a bundle may take to be active and satisfied
record Settings(
    Path folder,
    long maxContent,
    int history,
    long maxJar,
    int kept,
    int loaders,
    int queue,
    Duration poll,
    Duration settle,
    int startLevel,
    Duration stop,
    Duration timeout) {

  /// @param patient no deadlines, as the command line asks for
  static Settings of(Deployments.Config config, boolean patient) {
    return new Settings(
        Path.of(config.folder()),
        config.limits_content(),
        config.limits_history(),
        config.limits_jar(),
        config.limits_kept(),
        config.limits_loaders(),
        config.limits_queue(),
        Duration.ofMillis(config.poll()),
        Duration.ofMillis(config.settle()),
        config.startLevel(),
        Duration.ofMillis(patient ? Long.MAX_VALUE : config.stop()),
        Duration.ofMillis(patient ? Long.MAX_VALUE : config.timeout()));
  }
}
