// SPDX-License-Identifier: Apache-2.0
package io.ioto.ota;

import io.ioto.api.ota.UpdateState;

/// The states of an update as the journal names them; see [UpdateState].
enum Step {
  IDLE,
  PLANNED,
  FETCHED,
  VERIFIED,
  RESOLVED,
  STAGED,
  APPLYING,
  GATING,
  COMMITTED,
  ROLLING_BACK,
  ROLLED_BACK,
  FAILED;

  /// True while there is something to go on with.
  boolean underWay() {
    return switch (this) {
      case IDLE, COMMITTED, ROLLED_BACK, FAILED -> false;
      case PLANNED, FETCHED, VERIFIED, RESOLVED, STAGED, APPLYING, GATING, ROLLING_BACK -> true;
    };
  }

  UpdateState state(long release, String reason) {
    return switch (this) {
      case IDLE -> new UpdateState.Idle(release);
      case PLANNED -> new UpdateState.Planned(release);
      case FETCHED -> new UpdateState.Fetched(release);
      case VERIFIED -> new UpdateState.Verified(release);
      case RESOLVED -> new UpdateState.Resolved(release);
      case STAGED -> new UpdateState.Staged(release);
      case APPLYING -> new UpdateState.Applying(release);
      case GATING -> new UpdateState.Gating(release);
      case COMMITTED -> new UpdateState.Committed(release);
      case ROLLING_BACK -> new UpdateState.RollingBack(release, reason);
      case ROLLED_BACK -> new UpdateState.RolledBack(release, reason);
      case FAILED -> new UpdateState.Failed(release, reason);
    };
  }
}
