// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import io.ioto.api.cloud.Store;
import io.ioto.api.cloud.StoreException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// A store that forgets; with a hook that comes between reading and writing.
final class MemoryStore implements Store {
  private final TreeMap<String, Entry> entries = new TreeMap<>();
  private long version;
  Runnable beforeCommit = () -> {};

  /// Most characters of a commit.
  int largest = Integer.MAX_VALUE;

  @Override
  public synchronized Optional<Entry> get(String kind, String key) {
    return Optional.ofNullable(entries.get(kind + "\n" + key));
  }

  @Override
  public synchronized List<Entry> list(String kind, String prefix, String after, int limit) {
    return entries.values().stream()
        .filter(e -> e.kind().equals(kind) && e.key().startsWith(prefix))
        .filter(e -> e.key().compareTo(after) > 0)
        .limit(limit)
        .toList();
  }

  @Override
  public synchronized List<Entry> changes(String kind, String prefix, long after, int limit) {
    return entries.values().stream()
        .filter(e -> e.kind().equals(kind) && e.key().startsWith(prefix) && e.version() > after)
        .sorted(Comparator.comparingLong(Entry::version))
        .limit(limit)
        .toList();
  }

  @Override
  public synchronized long version() {
    return version;
  }

  @Override
  public long commit(List<Step> steps) {
    var hook = beforeCommit;
    beforeCommit = () -> {};
    hook.run();
    if (steps.toString().length() > largest) {
      throw new StoreException(StoreException.Reason.TOO_LARGE, "more than " + largest);
    }
    synchronized (this) {
      for (var step : steps) {
        var there = get(step.kind(), step.key()).map(Entry::version).orElse(ABSENT);
        if (step.expected() != ANY && step.expected() != there) {
          throw new StoreException(
              StoreException.Reason.CONFLICT, "%s is %d".formatted(step.key(), there));
        }
      }
      version++;
      for (var step : steps) {
        var at = step.kind() + "\n" + step.key();
        switch (step) {
          case Step.Put put ->
              entries.put(at, new Entry(put.kind(), put.key(), version, put.values()));
          case Step.Remove _ -> entries.remove(at);
        }
      }
      return version;
    }
  }
}
