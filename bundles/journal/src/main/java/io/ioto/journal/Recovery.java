// SPDX-License-Identifier: Apache-2.0
package io.ioto.journal;

import org.jspecify.annotations.Nullable;

/// What was found when a journal was opened.
///
/// @param generation number of the file that counts
/// @param sequence of the last record
/// @param records how many came after the snapshot
/// @param torn bytes of an unfinished write cut off at the end; nothing of it was ever
///     acknowledged
/// @param damage records that were acknowledged and cannot be read any more; null for none
public record Recovery(
    long generation, long sequence, long records, long torn, @Nullable Damage damage) {
  /// Something destroyed what had been written: the disk, or somebody's hand.
  ///
  /// @param file where the damaged file was put aside, whole
  /// @param offset of the first byte that is not as it was written
  /// @param lost the first record that was not read; nothing from it on was replayed
  /// @param reason for a person
  public record Damage(String file, long offset, long lost, String reason) {}
}
