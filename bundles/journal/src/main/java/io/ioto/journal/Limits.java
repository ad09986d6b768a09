// SPDX-License-Identifier: Apache-2.0
package io.ioto.journal;

import java.time.Duration;

/// What a journal may take.
///
/// @param record most bytes of one record
/// @param file most bytes of the file; beyond it nothing is taken until a compaction
/// @param waiting most bytes that wait to be written
/// @param ahead bytes by which the file is made longer at a time, so that most forces need not
///     write its length; 0 to grow record by record
/// @param retry time between two attempts to write again to a disk that refused
public record Limits(int record, long file, long waiting, int ahead, Duration retry) {
  /// Records of 16 MB, 1 GB of file, 64 MB waiting, 256 KB ahead, a retry each second.
  public static final Limits DEFAULT =
      new Limits(16 << 20, 1L << 30, 64L << 20, 256 << 10, Duration.ofSeconds(1));

  public Limits {
    if (record < 1 || record > 1 << 30 || file < 1 || waiting < 1 || ahead < 0) {
      throw new IllegalArgumentException(
          "record %d, file %d, waiting %d, ahead %d: expected sizes of 1 byte and more, ahead may be 0, record 1 GB at most"
              .formatted(record, file, waiting, ahead));
    }
    if (!retry.isPositive()) {
      throw new IllegalArgumentException("retry is %s and must be positive".formatted(retry));
    }
  }
}
