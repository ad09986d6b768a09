// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import io.ioto.cloud.broker.Packets.Published;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttUnacceptableProtocolVersionException;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Where Netty's thread hands over to those of a connection. Holds what was decoded from one read;
/// the next read happens when all of it has been seen to.
final class Intake extends ChannelInboundHandlerAdapter {
  /// What comes last.
  ///
  /// @param breach null when the other side closed
  private record End(@Nullable Breach breach) {}

  private final BlockingQueue<Object> packets = new LinkedBlockingQueue<>();
  private volatile @Nullable ChannelHandlerContext context;

  // Netty's thread alone: whether the packet at hand has been decoded.
  private boolean decoded;

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    this.context = context;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object packet) {
    if (packet == Frames.END) {
      if (!decoded) {
        packets.add(new End(new Breach(Refusal.MALFORMED, "a packet that lacks its end")));
      }
      decoded = false;
      return;
    }
    decoded = true;
    var message = (MqttMessage) packet;
    try {
      if (message.decoderResult().isFailure()) {
        packets.add(new End(breach(message.decoderResult().cause())));
      } else if (message instanceof MqttPublishMessage publish) {
        packets.add(new Published(publish));
      } else {
        packets.add(message);
      }
    } finally {
      ReferenceCountUtil.release(packet);
    }
  }

  private static Breach breach(Throwable cause) {
    var refusal =
        cause instanceof MqttUnacceptableProtocolVersionException
            ? Refusal.VERSION
            : Refusal.MALFORMED;
    return new Breach(refusal, String.valueOf(cause.getMessage()));
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    packets.add(new End(null));
    channelWritabilityChanged(context);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // Whatever failed here, the bytes behind it cannot be understood.
    packets.add(new End(new Breach(Refusal.MALFORMED, cause.toString())));
  }

  @Override
  public synchronized void channelWritabilityChanged(ChannelHandlerContext context) {
    notifyAll();
  }

  /// Ends the waiting in [#next].
  void end() {
    packets.add(new End(null));
  }

  /// The next packet; null when the connection is closed.
  ///
  /// @param late what it means when none comes in time
  /// @throws Breach when something else came
  @Nullable Object next(Duration patience, Refusal late) throws Breach, InterruptedException {
    var packet = packets.poll();
    var open = context;
    if (packet == null && open != null) {
      open.channel().read();
      packet = packets.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
    }
    return switch (packet) {
      case null -> throw new Breach(late, "no packet in %d ms".formatted(patience.toMillis()));
      case End(var breach) when breach != null -> throw breach;
      case End _ -> null;
      default -> packet;
    };
  }

  /// Waits until the other side has taken most of what was sent.
  ///
  /// @return false when the connection is closed
  synchronized boolean writable(Duration patience) throws Breach, InterruptedException {
    var open = context;
    var deadline = System.nanoTime() + patience.toNanos();
    while (open != null && open.channel().isActive()) {
      if (open.channel().isWritable()) {
        return true;
      }
      var left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        throw new Breach(
            Refusal.KEEP_ALIVE, "has taken nothing for %d ms".formatted(patience.toMillis()));
      }
      wait(left);
    }
    return false;
  }
}
