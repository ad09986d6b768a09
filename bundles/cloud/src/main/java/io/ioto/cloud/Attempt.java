// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import io.ioto.api.cloud.Store;
import java.util.Map;

/// An update of a device, as it has reported it.
///
/// @param id made by the device; those of one device sort by time
/// @param version of the record; [Store#ABSENT] for one that is not stored yet
/// @param release it was about
/// @param from release that ran before
/// @param state such as `GATING` or `ROLLED_BACK`
/// @param reason why it was not kept: code, colon and sentence; empty when it was
/// @param at when the device noted it
/// @param received when it was reported
record Attempt(
    String device,
    String id,
    long version,
    long release,
    long from,
    String state,
    String reason,
    String at,
    String received) {
  static final String KIND = "update";

  static Attempt of(Store.Entry entry) {
    return new Attempt(
        entry.text("device"),
        entry.text("id"),
        entry.version(),
        entry.values().get("release") instanceof Long release ? release : 0,
        entry.values().get("from") instanceof Long from ? from : 0,
        entry.text("state"),
        entry.text("reason"),
        entry.text("at"),
        entry.text("received"));
  }

  /// What the records of a device begin with.
  static String prefix(String device) {
    return device + "/";
  }

  static String key(String device, String id) {
    return prefix(device) + id;
  }

  boolean kept() {
    return state.equals("COMMITTED");
  }

  /// True when nothing more comes.
  boolean over() {
    return kept() || state.equals("ROLLED_BACK") || state.equals("FAILED");
  }

  Map<String, Object> values() {
    return Map.of(
        "device", device,
        "id", id,
        "release", release,
        "from", from,
        "state", state,
        "reason", reason,
        "at", at,
        "received", received);
  }

  /// The write that stores it, if its record has not changed since.
  Store.Step step() {
    return new Store.Step.Put(KIND, key(device, id), values(), version);
  }
}
