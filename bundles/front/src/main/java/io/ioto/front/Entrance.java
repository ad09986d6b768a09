// SPDX-License-Identifier: Apache-2.0
package io.ioto.front;

import java.net.Socket;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.IO;
import org.eclipse.jetty.util.thread.Scheduler;

/// A Jetty connector that keeps to our limits: connections beyond the limit of the whole server
/// are closed without a byte, and so is one whose first header is not complete in time.
final class Entrance extends ServerConnector {
  private static final long SWEEP_MILLIS = 500;

  /// One for two processors: the other one has the rest of the work, and with two selectors each
  /// finds fewer requests at a time.
  private static final int SELECTORS =
      Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 4);

  private final int connections;
  private final long parseMillis;

  /// @param parseMillis 0 for no limit
  Entrance(Server server, int connections, long parseMillis, ConnectionFactory... factories) {
    super(server, -1, SELECTORS, factories);
    this.connections = connections;
    this.parseMillis = parseMillis;
  }

  @Override
  protected SelectorManager newSelectorManager(
      Executor executor, Scheduler scheduler, int selectors) {
    var leaders = new Leaders(executor);
    return new ServerConnectorManager(leaders, scheduler, selectors) {
      private final AtomicInteger led = new AtomicInteger();

      /// What each selector has executed first is its search for requests, which goes on for ever.
      @Override
      protected void execute(Runnable task) {
        if (led.get() < getSelectorCount() && led.getAndIncrement() < getSelectorCount()) {
          leaders.lead(task);
        } else {
          super.execute(task);
        }
      }

      @Override
      protected void doStop() throws Exception {
        super.doStop();
        led.set(0);
      }
    };
  }

  @Override
  protected void configure(Socket socket) {
    super.configure(socket);
    var open = 0;
    for (Connector connector : getServer().getConnectors()) {
      open += connector.getConnectedEndPoints().size();
    }
    if (open >= connections) {
      // Jetty finds it closed when it comes to use it, and forgets it.
      IO.close(socket);
    }
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    if (parseMillis > 0) {
      sweepLater();
    }
  }

  private void sweepLater() {
    var _ = getScheduler().schedule(this::sweep, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void sweep() {
    if (!isRunning()) {
      return;
    }
    var born = System.currentTimeMillis() - parseMillis;
    for (var endPoint : getConnectedEndPoints()) {
      if (endPoint.getCreatedTimeStamp() < born && silent(endPoint)) {
        endPoint.close();
      }
    }
    sweepLater();
  }

  /// True while no request has come in; never for what was upgraded to another protocol.
  private static boolean silent(EndPoint endPoint) {
    return switch (endPoint.getConnection()) {
      case null -> true;
      case SslConnection tls -> silent(tls.getSslEndPoint());
      case Connection http when http instanceof Connection.UpgradeFrom -> http.getMessagesIn() == 0;
      default -> false;
    };
  }
}
