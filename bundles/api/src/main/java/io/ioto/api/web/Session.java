// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.web;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/// A few texts that belong to one browser, kept in memory on the gateway while it comes back in
/// time (`web.timeouts.session`). It outlives swaps of every bundle, not the process. It begins
/// with a login or the first [#put], and a login begins a new one. May be shared between threads.
@ProviderType
public interface Session {
  /// What was put under a name.
  Optional<String> get(String name);

  /// Keeps a text. The first one must be put before anything of the response has been sent.
  ///
  /// @throws HttpException 429 when there are `web.limits.sessions` already
  /// @throws IllegalArgumentException when the session would hold more than `web.limits.session`
  void put(String name, String value);

  /// Forgets what was put under a name.
  void remove(String name);

  /// Ends the session, and with it a login.
  void invalidate();
}
