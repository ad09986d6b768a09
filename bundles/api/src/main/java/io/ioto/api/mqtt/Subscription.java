// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.mqtt;

import org.osgi.annotation.versioning.ProviderType;

/// A subscription of one handler; ends with its connection, or when it is closed.
@ProviderType
public interface Subscription extends AutoCloseable {
  String filter();

  /// Ends it; returns once the handler is not running any more. No effect when it has ended, and
  /// from within the handler it does not wait.
  @Override
  void close();
}
