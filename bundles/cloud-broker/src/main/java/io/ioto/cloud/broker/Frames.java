// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.TooLongFrameException;
import java.util.List;

/// Cuts what comes in into packets (MQTT 3.1.1 §2.2), each followed by [#END]: Netty's decoder
/// would look for what a packet lacks in the one behind it, and wait for that.
final class Frames extends ByteToMessageDecoder {
  /// Says that all of a packet has been handed over.
  static final Object END = new Object();

  private static final int LENGTH_BYTES = 4;

  private final int limit;

  /// @param limit largest packet
  Frames(int limit) {
    this.limit = limit;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    var length = 0L;
    for (var at = 1; at < in.readableBytes(); at++) {
      if (at > LENGTH_BYTES) {
        throw new CorruptedFrameException("a length of more than 4 bytes, §2.2.3");
      }
      var digit = in.getByte(in.readerIndex() + at);
      length |= (digit & 0x7FL) << (7 * (at - 1));
      if (digit >= 0) {
        var size = at + 1 + length;
        if (size > limit) {
          throw new TooLongFrameException(
              "a packet of %d bytes; expected %d at most".formatted(size, limit));
        }
        if (in.readableBytes() >= size) {
          out.add(in.readRetainedSlice((int) size));
          out.add(END);
        }
        return;
      }
    }
  }
}
