// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The listening socket, and the connections that came in by it.
final class Door {
  private static final Logger log = LoggerFactory.getLogger(Door.class);

  /// How long connections that were closed take to say so.
  private static final Duration FAREWELL = Duration.ofSeconds(1);

  private final Link.Common common;
  private final Settings.Limits limits;
  private final Certificate certificate;
  private final EventLoopGroup group;
  private final Channel socket;
  private final Set<Link> links = ConcurrentHashMap.newKeySet();

  // Handshakes compute for milliseconds, which the threads of the sockets must not.
  private final Executor crypto = work -> Thread.ofVirtual().name("broker-tls").start(work);

  private volatile boolean closing;

  // Guarded by this: connections of the current second.
  private long second;
  private int came;

  /// Binds the socket.
  ///
  /// @throws IOException when that is not possible
  Door(Link.Common common, Certificate certificate) throws IOException {
    this.common = common;
    this.certificate = certificate;
    limits = common.settings().limits();
    var threads = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4);
    group =
        new MultiThreadIoEventLoopGroup(
            threads, new DefaultThreadFactory("broker-io", true), NioIoHandler.newFactory());
    var bound =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, limits.backlog())
            // Nothing is read that nobody has asked for: that is what slows a device down.
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childHandler(new Threshold())
            .bind(common.settings().listen().socket())
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      shut();
      throw new IOException(bound.cause().getMessage(), bound.cause());
    }
    socket = bound.channel();
  }

  /// The port that was bound.
  int port() {
    return ((InetSocketAddress) socket.localAddress()).getPort();
  }

  private final class Threshold extends ChannelInitializer<SocketChannel> {
    @Override
    protected void initChannel(SocketChannel channel) {
      var who = String.valueOf(channel.remoteAddress());
      if (closing) {
        var _ = channel.close();
      } else if (links.size() >= limits.connections()) {
        common.refusals().count(Refusal.CONNECTIONS, who, "as many are open as may");
        var _ = channel.close();
      } else if (!inTime()) {
        common.refusals().count(Refusal.RATE, who, "too many within a second");
        var _ = channel.close();
      } else {
        enter(channel);
      }
    }
  }

  private synchronized boolean inTime() {
    var now = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime());
    if (now != second) {
      second = now;
      came = 0;
    }
    return ++came <= limits.rate();
  }

  private void enter(SocketChannel channel) {
    var tls = new SslHandler(certificate.engine(), crypto);
    // The connection's own thread waits for the handshake, and tells of its end.
    tls.setHandshakeTimeoutMillis(0);
    var intake = new Intake();
    channel
        .pipeline()
        .addLast(
            tls,
            new Frames(limits.packet()),
            new MqttDecoder(limits.packet(), limits.client()),
            MqttEncoder.INSTANCE,
            intake);
    var ends = new Runnable[1];
    var link = new Link(common, channel, tls, intake, () -> ends[0].run());
    ends[0] = () -> links.remove(link);
    links.add(link);
    link.start();
  }

  /// Takes no more connections, lets messages that are being taken finish for as long as patience
  /// lasts, and closes.
  void close(Duration patience) {
    closing = true;
    var _ = socket.close().awaitUninterruptibly();
    // What is coming in at this moment has come in when the threads of the sockets are done.
    group.forEach(thread -> thread.submit(() -> {}).awaitUninterruptibly());
    var open = List.copyOf(links);
    open.forEach(Link::stop);
    var deadline = System.nanoTime() + patience.toNanos();
    try {
      for (var link : open) {
        if (!link.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())))) {
          log.warn("A device is cut off although a message of it is being taken");
          link.interrupt();
          if (!link.join(FAREWELL)) {
            log.warn("A message is still being taken although its thread was interrupted");
          }
        }
      }
    } catch (InterruptedException _) {
      open.forEach(Link::interrupt);
      Thread.currentThread().interrupt();
    }
    shut();
  }

  /// Closes everything at once, as a crash would.
  void shut() {
    var _ =
        group
            .shutdownGracefully(0, FAREWELL.toMillis(), TimeUnit.MILLISECONDS)
            .awaitUninterruptibly(2 * FAREWELL.toMillis());
  }
}
