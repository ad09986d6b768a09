// SPDX-License-Identifier: Apache-2.0
package io.ioto.journal;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Writes records to the end of a file through one direct buffer, so that a batch is one write.
/// Not to be shared between threads.
final class Output {
  private static final int BUFFER = 256 << 10;
  private static final int PROBE = 64 << 10;
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(64 << 10).asReadOnlyBuffer();

  private final Disk.File file;
  private final int generation;
  private int ahead;
  private final ByteBuffer buffer;
  private long written;
  private long length;
  private boolean grown;

  /// @param end where the records in the file end
  Output(Disk.File file, long generation, long end, int ahead) throws IOException {
    this.file = file;
    this.generation = (int) generation;
    this.ahead = ahead;
    buffer = ByteBuffer.allocateDirect(BUFFER);
    written = end;
    length = file.size();
  }

  /// How much longer than needed the file is made from now on.
  void ahead(int bytes) {
    ahead = bytes;
  }

  /// Where the next record begins.
  long position() {
    return written + buffer.position();
  }

  void put(byte kind, int type, long sequence, int back, byte[] payload) throws IOException {
    if (buffer.remaining() < Frame.HEADER) {
      write();
    }
    Frame.header(buffer, kind, type, sequence, back, generation, payload);
    for (var at = 0; at < payload.length; ) {
      if (!buffer.hasRemaining()) {
        write();
      }
      var part = Math.min(buffer.remaining(), payload.length - at);
      buffer.put(payload, at, part);
      at += part;
    }
    // The buffer begins and ends at multiples of 8, so there is always room for these.
    while (position() % 8 != 0) {
      buffer.put((byte) 0);
    }
  }

  /// Writes what is buffered, and makes the file longer in advance when it had to grow.
  void write() throws IOException {
    buffer.flip();
    var end = written + buffer.limit();
    file.write(buffer, written);
    written = end;
    buffer.clear();
    if (end > length) {
      length = end;
      lengthen(ahead);
    }
  }

  /// Writes zeros behind the end, rather than leaving them out: only blocks that exist can be
  /// forced without the length.
  private void lengthen(int bytes) throws IOException {
    grown = true;
    for (var stop = length + bytes; length < stop; ) {
      var zeros = ZEROS.duplicate();
      zeros.limit((int) Math.min(zeros.capacity(), stop - length));
      var more = zeros.limit();
      file.write(zeros, length);
      length += more;
    }
  }

  /// Brings all that was put to the disk.
  void force() throws IOException {
    if (buffer.position() > 0) {
      write();
    }
    file.force(grown);
    grown = false;
  }

  /// Forgets all behind a place, in the file too, and sees whether the disk takes writes there.
  void cut(long end) throws IOException {
    buffer.clear();
    file.truncate(end);
    written = end;
    length = end;
    lengthen(Math.max(ahead, PROBE));
  }
}
