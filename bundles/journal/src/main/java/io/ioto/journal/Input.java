// SPDX-License-Identifier: Apache-2.0
package io.ioto.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/// Reads the records of a part of a file one after the other. Not to be shared between threads.
final class Input {
  private static final int LONGEST = 1 << 30;

  private final Disk.File file;
  private final long end;
  private final int generation;
  private ByteBuffer buffer = ByteBuffer.allocate(128 << 10).limit(0);
  private long start; // of the buffer, in the file
  private long at; // of the record
  private long next;

  /// @param generation -1 for any
  Input(Disk.File file, long from, long end, long generation) {
    this.file = file;
    this.end = end;
    this.generation = generation < 0 ? -1 : (int) generation & 0xFFFF;
    start = from;
    at = from;
    next = from;
  }

  /// Goes to the next record.
  ///
  /// @return false when there is none, or none that is whole, at this place
  boolean advance() throws IOException {
    at = next;
    if (!fill(Frame.HEADER)) {
      return false;
    }
    var length = buffer.getInt(index() + 4);
    if (length < 0
        || length > LONGEST
        || length > end - at - Frame.HEADER
        || kind() < Frame.START
        || (generation >= 0 && (buffer.getShort(index() + 22) & 0xFFFF) != generation)) {
      return false;
    }
    // Memory for a long record is taken only once its bytes are known to be one.
    if (length > buffer.capacity() && !genuine(length)) {
      return false;
    }
    if (!fill(Frame.HEADER + length)) {
      return false;
    }
    var crc = new CRC32C();
    crc.update(buffer.array(), index() + 4, Frame.HEADER - 4 + length);
    if ((int) crc.getValue() != buffer.getInt(index())) {
      return false;
    }
    next = at + Frame.size(length);
    return true;
  }

  private boolean genuine(int length) throws IOException {
    var crc = new CRC32C();
    var chunk = ByteBuffer.allocate(64 << 10);
    var stop = at + Frame.HEADER + length;
    for (var place = at + 4; place < stop; ) {
      chunk.clear().limit((int) Math.min(chunk.capacity(), stop - place));
      var read = file.read(chunk, place);
      if (read <= 0) {
        return false;
      }
      crc.update(chunk.flip());
      place += read;
    }
    return (int) crc.getValue() == buffer.getInt(index());
  }

  /// Goes on 8 bytes behind the place where [#advance] failed.
  ///
  /// @return false at the end
  boolean skip() {
    next = at + 8;
    return next < end;
  }

  private int index() {
    return (int) (at - start);
  }

  /// Where the record begins; where [#advance] failed.
  long position() {
    return at;
  }

  byte kind() {
    var kind = buffer.get(index() + 20);
    return kind <= Frame.RECORD ? kind : 0;
  }

  int type() {
    return buffer.get(index() + 21);
  }

  long sequence() {
    return buffer.getLong(index() + 8);
  }

  int back() {
    return buffer.getInt(index() + 16);
  }

  byte[] payload() {
    var from = index() + Frame.HEADER;
    return Arrays.copyOfRange(buffer.array(), from, from + buffer.getInt(index() + 4));
  }

  /// Whether nothing but zeros follows the place where [#advance] failed.
  boolean blank() throws IOException {
    for (var place = at; place < end; place += 8) {
      at = place;
      var count = (int) Math.min(8, end - place);
      if (!fill(count)) {
        return true;
      }
      for (var i = 0; i < count; i++) {
        if (buffer.get(index() + i) != 0) {
          return false;
        }
      }
    }
    return true;
  }

  /// Makes sure that so many bytes from the record's beginning on are in the buffer.
  private boolean fill(int count) throws IOException {
    if (at + count > end) {
      return false;
    }
    if (at >= start && at + count <= start + buffer.limit()) {
      return true;
    }
    var capacity = Math.max(buffer.capacity(), count);
    if (capacity > buffer.capacity()) {
      buffer = ByteBuffer.allocate(capacity);
    }
    buffer.clear();
    start = at;
    for (var place = at; buffer.hasRemaining() && place < end; ) {
      var read = file.read(buffer, place);
      if (read <= 0) {
        break;
      }
      place += read;
    }
    buffer.flip();
    return count <= buffer.limit();
  }
}
