// SPDX-License-Identifier: Apache-2.0
package io.ioto.provision;

import io.ioto.api.tls.Trust;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the operator set; see `settings.json5`.
///
/// @param site where to register; null for nowhere
/// @param trust whom to believe there
/// @param account that claims by itself; empty for none
/// @param cloud that claims by itself; empty for none
/// @param poll how often to ask for the claim
/// @param retryFirst bound of the pause after a first failure
/// @param retryMax bound of the pause after any
/// @param check how often to look after a provisioned device
record Settings(
    @Nullable Site site,
    Trust trust,
    String account,
    String cloud,
    Poll poll,
    Duration retryFirst,
    Duration retryMax,
    Duration check) {
  /// The pauses between questions: the first, how much longer each next one is, and the longest.
  record Poll(Duration first, Duration step, Duration max) {
    Duration pause(int asked) {
      var pause = first.plus(step.multipliedBy(asked));
      return pause.compareTo(max) < 0 ? pause : max;
    }
  }

  Settings {
    if (retryMax.compareTo(retryFirst) < 0) {
      throw new IllegalArgumentException(
          "provision.retry.max (%s) is shorter than provision.retry.first (%s)"
              .formatted(retryMax, retryFirst));
    }
  }

  static Settings of(Enrolment.Config config) {
    var site = site(config.api_builder(), config.device_cloud());
    return new Settings(
        site,
        trust(site, config.cloud_ca(), config.cloud_fingerprint()),
        config.device_account(),
        Site.isAddress(config.device_cloud()) ? "" : config.device_cloud(),
        new Poll(
            Duration.ofMillis(config.provision_poll_first()),
            Duration.ofMillis(config.provision_poll_step()),
            Duration.ofMillis(config.provision_poll_max())),
        Duration.ofMillis(config.provision_retry_first()),
        Duration.ofMillis(config.provision_retry_max()),
        Duration.ofMillis(config.provision_check()));
  }

  /// With the trust that came with the address of the cloud when that was last given, where the
  /// configuration has none.
  Settings remembering(Optional<Progress> kept) {
    var fingerprint =
        kept.filter(k -> site == null || site.api().toString().equals(k.site()))
            .map(Progress::fingerprint);
    return fingerprint.isEmpty() || !trust.equals(Trust.PLATFORM)
        ? this
        : new Settings(
            site,
            new Trust.Pinned(fingerprint.get()),
            account,
            cloud,
            poll,
            retryFirst,
            retryMax,
            check);
  }

  private static @Nullable Site site(String builder, String cloud) {
    if (!builder.isEmpty()) {
      return Site.of("api.builder", builder);
    }
    return Site.isAddress(cloud) ? Site.of("device.cloud", cloud) : null;
  }

  private static Trust trust(@Nullable Site site, String ca, String fingerprint) {
    var pin = site == null ? null : site.pin();
    if (pin != null) {
      return pin;
    }
    if (!fingerprint.isEmpty()) {
      try {
        return new Trust.Pinned(fingerprint);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("cloud.fingerprint: " + e.getMessage(), e);
      }
    }
    if (ca.isEmpty()) {
      return Trust.PLATFORM;
    }
    try {
      return new Trust.Authorities(Files.readString(Path.of(ca)));
    } catch (IOException e) {
      throw new IllegalArgumentException("cloud.ca: %s cannot be read: %s".formatted(ca, e), e);
    }
  }
}
