// SPDX-License-Identifier: Apache-2.0
package io.ioto.front;

import io.ioto.api.web.Listener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.apache.felix.http.jetty.ConnectorFactory;
import org.eclipse.jetty.ee10.servlet.ServletHandler;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http.UriCompliance.Violation;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One bound endpoint, from bind to close: the socket, and the connectors that Jetty makes on it
/// whenever it starts.
final class Listening implements ConnectorFactory, Listener {
  private static final Logger log = LoggerFactory.getLogger(Listening.class);

  /// Idle connections are closed after this long when the endpoint goes.
  private static final long FAREWELL_MILLIS = 100;

  /// How often requests that would stay for long are asked to leave.
  private static final long DISMISS_MILLIS = 100;

  private final Endpoint endpoint;
  private final Limits limits;
  private final SslContextFactory.@Nullable Server tls;
  private final PlainErrors errors;
  private final URI url;
  private volatile ServerSocketChannel socket;
  private volatile @Nullable Entrance entrance;
  private volatile @Nullable ServiceRegistration<?> registration;

  /// Binds the socket; connections wait there until Jetty accepts them.
  ///
  /// @param tls null for plain HTTP
  Listening(Endpoint endpoint, Limits limits, @Nullable SSLContext tls, PlainErrors errors)
      throws IOException {
    this.endpoint = endpoint;
    this.limits = limits;
    this.tls = tls == null ? null : secured(tls);
    this.errors = errors;
    socket = endpoint.bind(limits.backlog());
    url = endpoint.url(socket.socket().getLocalPort());
  }

  /// Offers the endpoint to Jetty and tells everybody of it.
  void publish(BundleContext context) {
    registration =
        context.registerService(
            new String[] {ConnectorFactory.class.getName(), Listener.class.getName()}, this, null);
    log.info("Listening on {}", url);
  }

  @Override
  public URI url() {
    return url;
  }

  @Override
  public Connector createConnector(Server server) {
    errors.serve(server);
    dismissOthers(server);
    var http = new HttpConnectionFactory(configuration(server));
    var connector =
        tls == null
            ? new Entrance(server, limits.connections(), limits.parse(), http)
            : new Entrance(
                server,
                limits.connections(),
                limits.parse(),
                new SslConnectionFactory(tls, http.getProtocol()),
                http);
    connector.setHost(url.getHost());
    connector.setPort(socket.socket().getLocalPort());
    connector.setIdleTimeout(limits.inactivity());
    connector.setShutdownIdleTimeout(FAREWELL_MILLIS);
    try {
      if (!socket.isOpen()) {
        // Jetty was restarted and closed it.
        socket = endpoint.bind(limits.backlog());
      }
      connector.open(socket);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot listen on " + endpoint, e);
    }
    entrance = connector;
    return connector;
  }

  /// The Felix HTTP service does not start Jetty without a connector of its own, which has served
  /// its purpose as soon as there is one of ours. It was on loopback, on a port nobody knows.
  private static void dismissOthers(Server server) {
    for (var connector : server.getConnectors()) {
      if (!(connector instanceof Entrance)) {
        try {
          connector.stop();
        } catch (Exception e) {
          log.warn("Jetty's own connector did not stop", e);
        }
        server.removeConnector(connector);
      }
    }
  }

  private HttpConfiguration configuration(Server server) {
    // An empty segment, as in `//`, is harmless: `web` normalises paths by itself.
    server
        .getContainedBeans(ServletHandler.class)
        .forEach(handler -> handler.setDecodeAmbiguousURIs(true));
    var http = new HttpConfiguration();
    http.setUriCompliance(UriCompliance.RFC3986.with("IOTO", Violation.AMBIGUOUS_EMPTY_SEGMENT));
    http.setRequestHeaderSize(limits.header());
    http.setOutputBufferSize(limits.buffer());
    http.setSendServerVersion(false);
    http.addCustomizer(this::countRequest);
    if (tls != null) {
      http.addCustomizer(new SecureRequestCustomizer(false));
    }
    return http;
  }

  private Request countRequest(Request request, HttpFields.Mutable response) {
    var connection = request.getConnectionMetaData().getConnection();
    if (connection.getMessagesIn() >= limits.requests()) {
      response.put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE.asString());
    }
    return request;
  }

  private static SslContextFactory.Server secured(SSLContext tls) {
    var factory = new SslContextFactory.Server();
    factory.setSslContext(tls);
    factory.setIncludeProtocols("TLSv1.3", "TLSv1.2");
    return factory;
  }

  /// Goes on with other key material; connections that are open keep theirs.
  void renew(SSLContext material) {
    try {
      Objects.requireNonNull(tls).reload(factory -> factory.setSslContext(material));
    } catch (Exception e) {
      log.error("{} keeps its old certificate", url, e);
    }
  }

  /// Takes no more connections, lets the requests inside finish for as long as patience lasts,
  /// and closes.
  ///
  /// @param dismiss sends away those that would stay for long, such as streams of events
  void close(Duration patience, Runnable dismiss) {
    var open = entrance;
    if (open != null && open.isRunning()) {
      open.close();
      try {
        empty(open.shutdown(), patience, dismiss);
      } catch (TimeoutException | ExecutionException e) {
        log.warn("{} is closed although requests are still in it", url, e);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
    var published = registration;
    if (published != null) {
      published.unregister();
    }
    try {
      socket.close();
    } catch (IOException e) {
      log.warn("{} did not close", url, e);
    }
  }

  private static void empty(Future<?> shutdown, Duration patience, Runnable dismiss)
      throws TimeoutException, ExecutionException, InterruptedException {
    var deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      dismiss.run();
      try {
        shutdown.get(DISMISS_MILLIS, TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
      }
    }
  }
}
