// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.runtime;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/// Named events between bundles that need not know one another. Each bundle gets an instance of
/// its own (service scope *bundle*), and its watches end with it. Names are those of the
/// specification, such as `app:ready`.
@ProviderType
public interface Signals {
  /// Ends a watch.
  @ProviderType
  interface Watch extends AutoCloseable {
    @Override
    void close();
  }

  /// Calls the watcher at each signal of that name, on a fiber of its own, one at a time per
  /// watch. A name that holds a state (see [#hold]) is delivered to a late watcher at once.
  Watch watch(String name, Consumer<@Nullable Object> watcher);

  /// Tells all watchers of a name; does not wait for them.
  void signal(String name, @Nullable Object argument);

  /// As [#signal], and keeps the argument for watchers that come later, until [#release] or the
  /// end of the bundle that holds it.
  void hold(String name, @Nullable Object argument);

  /// Forgets the state kept by [#hold].
  void release(String name);
}
