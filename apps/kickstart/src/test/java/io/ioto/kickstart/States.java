// SPDX-License-Identifier: Apache-2.0
package io.ioto.kickstart;

import org.jspecify.annotations.Nullable;

/// States to begin with.
final class States {
  static final State QUIET = of("provisioned", "synced", "idle", 0, "");

  private States() {}

  static State of(String stage, String sync, String update, long release, String reason) {
    return new State(
        "1.2.3",
        "abc",
        1000,
        2,
        new State.Unit("ABC", "gateway", "", ""),
        new State.Cloud(stage, stage.equals("unclaimed") ? "ABC" : "", ""),
        new State.Sync(sync, 0, null),
        new State.Update(update, release, 0, null, reason));
  }

  static Sample sample(long time, @Nullable Double process) {
    return new Sample(time, process, 0.5, 1, 2, null, 3, 4);
  }
}
