// SPDX-License-Identifier: Apache-2.0
package io.ioto.console;

import io.ioto.api.ota.UpdateState;
import io.ioto.api.ota.UpdateWatcher;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;

/// Remembers the last states of updates, from its start on. Not part of [UpdatesPage], which needs
/// the updates, which need their watchers. May be shared between threads.
@Component(
    service = {UpdateHistory.class, UpdateWatcher.class},
    immediate = true,
    configurationPolicy = ConfigurationPolicy.IGNORE)
public final class UpdateHistory implements UpdateWatcher {
  /// States that are remembered.
  static final int MOST = 50;

  record Entry(Instant at, UpdateState state) {}

  private final InstantSource clock;
  private final Deque<Entry> entries = new ArrayDeque<>();

  @Activate
  public UpdateHistory() {
    this(InstantSource.system());
  }

  UpdateHistory(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public synchronized void changed(UpdateState state) {
    entries.addFirst(new Entry(clock.instant(), state));
    if (entries.size() > MOST) {
      entries.removeLast();
    }
  }

  /// The latest first.
  synchronized List<Entry> entries() {
    return List.copyOf(entries);
  }
}
