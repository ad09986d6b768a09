// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.ota;

/// How far an update has come. Each state is on the disk before the next step begins.
public sealed interface UpdateState {
  /// The release that is brought in, or was; 0 for the set that was shipped.
  long release();

  /// No update since the gateway was set up.
  record Idle(long release) implements UpdateState {}

  /// Its description is verified and everything it needs is known.
  record Planned(long release) implements UpdateState {}

  /// Every bundle is on this machine.
  record Fetched(long release) implements UpdateState {}

  /// Every bundle is what the release says it is.
  record Verified(long release) implements UpdateState {}

  /// The whole set would work together.
  record Resolved(long release) implements UpdateState {}

  /// Everything is in the content store; nothing that runs has been touched.
  record Staged(long release) implements UpdateState {}

  /// Bundles are being swapped.
  record Applying(long release) implements UpdateState {}

  /// It runs, and must prove itself.
  record Gating(long release) implements UpdateState {}

  /// It is what the gateway starts with from now on.
  record Committed(long release) implements UpdateState {}

  /// What ran before is being put back.
  ///
  /// @param reason code, colon and sentence
  record RollingBack(long release, String reason) implements UpdateState {}

  /// What ran before runs again.
  ///
  /// @param reason code, colon and sentence
  record RolledBack(long release, String reason) implements UpdateState {}

  /// It was refused before anything that ran was touched.
  ///
  /// @param reason code, colon and sentence
  record Failed(long release, String reason) implements UpdateState {}
}
