// SPDX-License-Identifier: Apache-2.0
package io.ioto.tls;

import java.nio.ByteBuffer;

/// Reads ASN.1 DER (X.690), one value after the other. What does not fit is an
/// IllegalArgumentException with its place.
final class DerReader {
  private final ByteBuffer in;

  DerReader(byte[] der) {
    this(ByteBuffer.wrap(der));
  }

  private DerReader(ByteBuffer in) {
    this.in = in;
  }

  /// Reads what is inside the next value.
  DerReader enter(int tag) {
    return new DerReader(next(tag));
  }

  /// The content of the next value.
  byte[] value(int tag) {
    return bytes(next(tag));
  }

  /// The next value with its tag and length, as it was written.
  byte[] whole(int tag) {
    var start = in.position();
    next(tag);
    return bytes(in.slice(start, in.position() - start));
  }

  private static byte[] bytes(ByteBuffer from) {
    var bytes = new byte[from.remaining()];
    from.get(bytes);
    return bytes;
  }

  private ByteBuffer next(int tag) {
    var at = in.position();
    if (in.remaining() < 2 || Byte.toUnsignedInt(in.get()) != tag) {
      throw new IllegalArgumentException(
          "damaged at byte %d; expected a value with tag 0x%02x".formatted(at, tag));
    }
    var length = length(at);
    if (length > in.remaining()) {
      throw new IllegalArgumentException(
          "damaged at byte %d; expected %d bytes, found %d".formatted(at, length, in.remaining()));
    }
    var content = in.slice(in.position(), length);
    in.position(in.position() + length);
    return content;
  }

  private int length(int at) {
    var first = Byte.toUnsignedInt(in.get());
    if (first < 0x80) {
      return first;
    }
    var bytes = first & 0x7F;
    if (bytes == 0 || bytes > 3 || bytes > in.remaining()) {
      throw new IllegalArgumentException("damaged at byte %d; expected a length".formatted(at));
    }
    var length = 0;
    for (var i = 0; i < bytes; i++) {
      length = length << 8 | Byte.toUnsignedInt(in.get());
    }
    return length;
  }
}
