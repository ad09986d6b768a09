// SPDX-License-Identifier: Apache-2.0
package io.ioto.kickstart;

import org.jspecify.annotations.Nullable;

/// How the gateway stands, as the pages show it. Where a service is not there, its state is `off`.
///
/// @param version of the distribution
/// @param pages what tells one build of the pages from another
/// @param started milliseconds since 1970
/// @param processors that the gateway may use
record State(
    String version,
    String pages,
    long started,
    int processors,
    Unit device,
    Cloud cloud,
    Sync sync,
    Update update) {
  /// The device itself.
  record Unit(String id, String name, String description, String model) {
    static final Unit NONE = new Unit("", "", "", "");
  }

  /// How far it has come into its cloud.
  ///
  /// @param stage `off`, `registering`, `unclaimed`, `enrolling`, `blocked` or `provisioned`
  /// @param claim what has to be claimed; empty unless it is to be
  /// @param problem why the last attempt failed, or why there is nothing to do; may be empty
  record Cloud(String stage, String claim, String problem) {
    static final String UNCLAIMED = "unclaimed";
    static final Cloud OFF = new Cloud("off", "", "");
  }

  /// How far its data and those in the cloud are the same.
  ///
  /// @param state `off`, `offline`, `catching-up`, `sending` or `synced`
  /// @param waiting changes that the cloud has not confirmed
  /// @param last milliseconds since 1970 of the last confirmation; null when there was none
  record Sync(String state, long waiting, @Nullable Long last) {
    static final String OFF_LINE = "offline";
    static final Sync OFF = new Sync("off", 0, null);

    boolean connected() {
      return !state.equals(OFF.state()) && !state.equals(OFF_LINE);
    }
  }

  /// How its update stands.
  ///
  /// @param state `off`, or the name of the state of the update, such as `rolling-back`
  /// @param release the one that is brought in, or was
  /// @param running the one that runs; 0 for what was shipped
  /// @param available the highest one that was found; null when none was looked for
  /// @param reason why it was refused or undone, or none was found; may be empty
  record Update(String state, long release, long running, @Nullable Long available, String reason) {
    static final Update OFF = new Update("off", 0, 0, null, "");
  }
}
