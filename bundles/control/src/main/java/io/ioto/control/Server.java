// SPDX-License-Identifier: Apache-2.0
package io.ioto.control;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Accepts connections and gives each a thread of its own.
final class Server {
  private static final Logger log = LoggerFactory.getLogger(Server.class);

  private final ControlSocket socket;
  private final Switchboard switchboard;
  private final Settings settings;
  private final Map<Conversation, Thread> conversations = new LinkedHashMap<>();
  private final Thread acceptor;
  private final Thread watch;
  private volatile boolean closing;

  Server(ControlSocket socket, Switchboard switchboard, Settings settings) {
    this.socket = socket;
    this.switchboard = switchboard;
    this.settings = settings;
    acceptor = Thread.ofVirtual().name("control").start(this::accept);
    watch = Thread.ofVirtual().name("control-idle").start(this::watch);
  }

  private void accept() {
    while (!closing) {
      try {
        serve(socket.channel().accept());
      } catch (ClosedChannelException _) {
        return;
      } catch (IOException e) {
        // Out of file descriptors, most likely: worth telling, and over as soon as some are free.
        log.warn("control socket cannot accept: {}", e.toString());
        LockSupport.parkNanos(100_000_000);
      }
    }
  }

  private void serve(SocketChannel channel) {
    var conversation = new Conversation(channel, switchboard, settings);
    synchronized (this) {
      if (conversations.size() < settings.maxConnections()) {
        var thread =
            Thread.ofVirtual().name("control-connection").unstarted(() -> converse(conversation));
        conversations.put(conversation, thread);
        thread.start();
        return;
      }
    }
    conversation.refuse();
  }

  private void converse(Conversation conversation) {
    try {
      conversation.run();
    } finally {
      synchronized (this) {
        conversations.remove(conversation);
        notifyAll();
      }
    }
  }

  /// Cuts off clients that neither send nor take anything.
  private void watch() {
    try {
      while (!closing) {
        List<Conversation> open;
        synchronized (this) {
          wait(Math.clamp(settings.idle().toMillis() / 4, 1, 1_000));
          open = List.copyOf(conversations.keySet());
        }
        open.stream().filter(Conversation::stalled).forEach(Conversation::cut);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  synchronized long waiting() {
    return conversations.keySet().stream().filter(Conversation::vacant).count();
  }

  /// Takes no more connections and lets those finish that have asked for something.
  ///
  /// @param last whether commands that nobody answers now will not be answered later either
  void close(boolean last) throws IOException {
    closing = true;
    socket.close();
    try {
      List<Thread> cut;
      synchronized (this) {
        conversations.keySet().stream().filter(c -> !c.asked()).forEach(Conversation::cut);
        conversations.forEach(
            (conversation, thread) -> {
              if (last && conversation.vacant()) {
                thread.interrupt();
              }
            });
        var patience = TimeUnit.NANOSECONDS.convert(settings.drain());
        var began = System.nanoTime();
        for (var left = patience;
            !conversations.isEmpty() && left > 0;
            left = patience - (System.nanoTime() - began)) {
          wait(Math.max(1, left / 1_000_000));
        }
        conversations.keySet().forEach(Conversation::cut);
        cut = List.copyOf(conversations.values());
      }
      watch.interrupt();
      acceptor.join(settings.drain());
      watch.join(settings.drain());
      cut.forEach(Thread::interrupt);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
