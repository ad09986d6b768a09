// SPDX-License-Identifier: Apache-2.0
package io.ioto.journal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// How a record looks in the file: a header of 24 bytes, the payload, zeros up to a multiple of 8.
/// Numbers are big-endian.
///
/// | at | bytes | |
/// |---|---|---|
/// | 0 | 4 | CRC32C of all that follows but the zeros |
/// | 4 | 4 | length of the payload |
/// | 8 | 8 | sequence |
/// | 16 | 4 | how many records of the same force come before it |
/// | 20 | 1 | kind, below |
/// | 21 | 1 | type, the owner's |
/// | 22 | 2 | lower half of the generation |
///
/// The fourth tells a torn end from damage: everything before the force of a readable record had
/// been forced when it was written.
final class Frame {
  static final int HEADER = 24;

  /// The first of a file; its sequence is that of the snapshot, its payload [#MAGIC].
  static final byte START = 1;

  /// A part of the snapshot; its sequence counts from 1.
  static final byte PART = 2;

  /// The end of the snapshot; its sequence says how many parts there are.
  static final byte COMPLETE = 3;

  /// An appended record.
  static final byte RECORD = 4;

  static final String MAGIC = "ioto journal 1\n";

  private Frame() {}

  /// Bytes in the file.
  static long size(int length) {
    return (HEADER + (long) length + 7) & ~7L;
  }

  /// Writes a header.
  static void header(
      ByteBuffer into, byte kind, int type, long sequence, int back, int generation, byte[] load) {
    var start = into.position();
    into.putInt(0)
        .putInt(load.length)
        .putLong(sequence)
        .putInt(back)
        .put(kind)
        .put((byte) type)
        .putShort((short) generation);
    var crc = new CRC32C();
    crc.update(into.slice(start + 4, HEADER - 4));
    crc.update(load);
    into.putInt(start, (int) crc.getValue());
  }
}
