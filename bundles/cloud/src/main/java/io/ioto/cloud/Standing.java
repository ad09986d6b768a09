// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import io.ioto.api.cloud.Store;
import java.util.Map;

/// How a device stands with its releases, as it has told.
///
/// @param version of the record; [Store#ABSENT] for one that is not stored yet
/// @param running release it runs; 0 for what was shipped
/// @param checked when it last asked for another
/// @param problem why it could not take what it found; empty when it could
/// @param update id of its last update; empty when there was none
/// @param release that was about
/// @param state it has come to
/// @param reason why it was not kept
record Standing(
    String device,
    long version,
    long running,
    String checked,
    String problem,
    String update,
    long release,
    String state,
    String reason) {
  static final String KIND = "standing";

  static Standing none(String device) {
    return new Standing(device, Store.ABSENT, 0, "", "", "", 0, "", "");
  }

  static Standing of(Store.Entry entry) {
    return new Standing(
        entry.key(),
        entry.version(),
        entry.values().get("running") instanceof Long running ? running : 0,
        entry.text("checked"),
        entry.text("problem"),
        entry.text("update"),
        entry.values().get("release") instanceof Long release ? release : 0,
        entry.text("state"),
        entry.text("reason"));
  }

  Standing checked(long now, String when, String what) {
    return new Standing(device, version, now, when, what, update, release, state, reason);
  }

  /// After an update, unless a later one is known.
  Standing updated(Attempt attempt, long now) {
    if (attempt.id().compareTo(update) < 0) {
      return this;
    }
    return new Standing(
        device,
        version,
        attempt.over() ? now : running,
        checked,
        problem,
        attempt.id(),
        attempt.release(),
        attempt.state(),
        attempt.reason());
  }

  /// The write that stores it, if its record has not changed since.
  Store.Step step() {
    return new Store.Step.Put(
        KIND,
        device,
        Map.of(
            "running", running,
            "checked", checked,
            "problem", problem,
            "update", update,
            "release", release,
            "state", state,
            "reason", reason),
        version);
  }
}
