// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.runtime;

import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import org.osgi.annotation.versioning.ProviderType;

/// Virtual threads that belong to the bundle which starts them. Each bundle gets an instance of
/// its own (service scope *bundle*); when the bundle stops, its fibers are interrupted and joined,
/// for up to `runtime.fibers.join` (5 s), and whatever is left is named in the log. At most
/// `limits.fibers` run per bundle.
@ProviderType
public interface Fibers {
  /// Starts a named fiber. An exception that escapes it is logged.
  ///
  /// @throws java.util.concurrent.RejectedExecutionException when the limit is reached or the
  ///     bundle stops
  Thread start(String name, Runnable work);

  /// Runs work on a fiber of its own and hands back its outcome; cancelling interrupts it.
  ///
  /// @throws java.util.concurrent.RejectedExecutionException when the limit is reached or the
  ///     bundle stops
  <T> Future<T> submit(String name, Callable<T> work);
}
