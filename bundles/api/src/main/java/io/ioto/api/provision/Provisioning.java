// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.provision;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/// Brings the device into its cloud, in the background and for as long as it takes. Credentials
/// are given up for two reasons only: [#release], and the cloud itself saying that the device was
/// released.
@ProviderType
public interface Provisioning {
  /// How far the device has come.
  Stage stage();

  /// Why the last attempt failed, for people; empty when it did not.
  Optional<String> problem();

  /// Tries at once instead of at the end of the present pause. No effect while there is none.
  void wake();

  /// Gives the device up: tells the cloud, as well as it can be told now, withdraws the identity,
  /// destroys the credentials, and begins again with registration. Returns when the credentials
  /// are gone.
  ///
  /// @throws java.io.UncheckedIOException when they could not be removed
  void release();
}
