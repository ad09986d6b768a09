// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import io.ioto.api.cloud.Store;
import io.ioto.api.db.Stamp;
import java.util.LinkedHashMap;
import java.util.Map;

/// The cloud's copy of an item of a device, or of its removal.
///
/// @param key what the item is found by on the device
/// @param version of the record; [Store#ABSENT] for one that is not stored yet
/// @param item its fields; none of one that was removed
/// @param removed whether it was
/// @param edited whether this version was made in the cloud
record Replica(
    String device,
    String key,
    long version,
    String model,
    Stamp stamp,
    Map<String, Object> item,
    boolean removed,
    boolean edited) {
  static final String KIND = "item";

  static Replica of(Store.Entry entry) {
    var item = new LinkedHashMap<String, Object>();
    if (entry.values().get("item") instanceof Map<?, ?> map) {
      map.forEach((name, value) -> item.put(name.toString(), value));
    }
    return new Replica(
        entry.text("device"),
        entry.text("key"),
        entry.version(),
        entry.text("model"),
        Stamp.parse(entry.text("stamp")),
        item,
        Boolean.TRUE.equals(entry.values().get("removed")),
        Boolean.TRUE.equals(entry.values().get("edited")));
  }

  /// What the records of a device begin with; ids of devices have no slash.
  static String prefix(String device) {
    return device + "/";
  }

  /// The write that stores it, if its record has not changed since.
  Store.Step step() {
    return new Store.Step.Put(
        KIND,
        prefix(device) + key,
        Map.of(
            "device", device,
            "key", key,
            "model", model,
            "stamp", stamp.toString(),
            "item", item,
            "removed", removed,
            "edited", edited),
        version);
  }
}
