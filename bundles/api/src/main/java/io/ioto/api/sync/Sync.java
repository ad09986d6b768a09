// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.sync;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/// Keeps the database of this device and its copy in the cloud the same. There whether the cloud
/// can be reached or not. May be shared between threads.
@ProviderType
public interface Sync {
  /// How things are.
  ///
  /// @param connected whether the cloud can be reached
  /// @param caughtUp whether all that changed in the cloud before this connection has arrived
  /// @param waiting changes made here that the cloud has not confirmed; [#MANY] for more
  /// @param last when the cloud last confirmed something; null when it never did
  record Status(boolean connected, boolean caughtUp, long waiting, @Nullable Instant last) {}

  /// The most that [Status#waiting] counts to.
  long MANY = 1000;

  Status status();

  /// Sends and asks for everything once more, as soon as the cloud can be reached. Does no harm:
  /// of two versions of an item the later one stays.
  ///
  /// @throws java.io.UncheckedIOException when that could not be noted down
  void repeat();
}
