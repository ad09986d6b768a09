// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import java.util.LinkedHashMap;
import java.util.Map;

/// Bounds the memory that files take, over all places they are served from: the ones that came
/// first go first. Each [FileHandler] finds its own without asking here. May be shared between
/// threads.
final class FileCache {
  private record Slot(FileHandler home, String path) {}

  private final long limit;
  private final Map<Slot, Asset> slots = new LinkedHashMap<>();
  private long weight;

  /// @param limit in bytes
  FileCache(long limit) {
    this.limit = limit;
  }

  /// True when files are kept at all.
  boolean keeps() {
    return limit >= Asset.KEPT;
  }

  /// Keeps an asset in place of an earlier one.
  synchronized void put(FileHandler home, String path, Asset asset) {
    remove(home, path);
    if (home.closed()) {
      return;
    }
    slots.put(new Slot(home, path), asset);
    home.assets().put(path, asset);
    weight += asset.weight();
    var eldest = slots.entrySet().iterator();
    while (weight > limit && eldest.hasNext()) {
      var entry = eldest.next();
      eldest.remove();
      weight -= entry.getValue().weight();
      entry.getKey().home().assets().remove(entry.getKey().path());
    }
  }

  /// Lets go of an asset.
  synchronized void remove(FileHandler home, String path) {
    var asset = slots.remove(new Slot(home, path));
    home.assets().remove(path);
    if (asset != null) {
      weight -= asset.weight();
    }
  }

  /// Lets go of everything that one place serves, for good.
  synchronized void forget(FileHandler home) {
    home.close();
    for (var path : home.assets().keySet()) {
      remove(home, path);
    }
  }

  synchronized long weight() {
    return weight;
  }
}
