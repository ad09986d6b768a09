// SPDX-License-Identifier: Apache-2.0
package io.ioto.mqtt;

import io.ioto.api.runtime.Signals;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Signals that are remembered; one watcher may be told by hand.
final class Told implements Signals {
  final List<String> names = Collections.synchronizedList(new ArrayList<>());
  Consumer<@Nullable Object> watcher = _ -> {};

  @Override
  public Watch watch(String name, Consumer<@Nullable Object> watcher) {
    this.watcher = watcher;
    return () -> this.watcher = _ -> {};
  }

  @Override
  public void signal(String name, @Nullable Object argument) {
    names.add(name);
  }

  @Override
  public void hold(String name, @Nullable Object argument) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void release(String name) {
    throw new UnsupportedOperationException();
  }
}
