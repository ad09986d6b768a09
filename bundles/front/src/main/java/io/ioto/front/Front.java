// SPDX-License-Identifier: Apache-2.0
package io.ioto.front;

import io.ioto.api.runtime.Seat;
import io.ioto.api.runtime.ServiceSeat;
import io.ioto.api.tls.Tls;
import jakarta.servlet.Servlet;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens the sockets of `web.listen` and hands what comes in to the servlet service that carries
/// the property `io.ioto.front=web`. Secure endpoints exist while there is a [Tls] service. At
/// start an endpoint that cannot be bound ends the process; later it is reported and left out.
@Component(
    service = {},
    configurationPid = "io.ioto.front",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class Front {
  /// The part of section `web` that concerns sockets; see `settings.json5`.
  public @interface Config {
    String[] listen();

    int limits_backlog();

    long limits_buffer();

    int limits_connections();

    long limits_header();

    int limits_requests();

    long timeouts_inactivity();

    long timeouts_parse();

    long swap_drain();

    long swap_grace();

    int swap_waiting();
  }

  private static final Logger log = LoggerFactory.getLogger(Front.class);

  /// System property: why the process ends, for the launcher to print.
  private static final String FATAL = "ioto.fatal";

  /// System property: whether the endpoints of this process have ever been open.
  private static final String OPENED = "ioto.listening";

  /// How long secure endpoints wait for their certificate in silence.
  private static final long CERTIFICATE_MILLIS = 10_000;

  private final BundleContext context;
  private final Limits limits;
  private final Duration drain;
  private final PlainErrors errors = new PlainErrors();
  private final ServiceSeat<Servlet> seat;
  private final ServiceRegistration<Servlet> servlet;
  private final Queue<Listening> listenings = new ConcurrentLinkedQueue<>();
  private final ServiceTracker<Tls, Tls> tls;
  private final Thread watch;
  private final SynchronousBundleListener farewell = this::frameworkStops;

  @Activate
  public Front(BundleContext context, @Reference ConfigurationAdmin admin, Config config)
      throws IOException {
    this.context = context;
    limits = Limits.of(config, !"false".equals(context.getProperty("ioto.timeouts")));
    drain = Duration.ofMillis(config.swap_drain());
    var patience = new Seat.Patience(Duration.ofMillis(config.swap_grace()), config.swap_waiting());
    seat = new ServiceSeat<>(context, webFilter(), patience, drain);
    servlet = context.registerService(Servlet.class, new Dispatch(seat), everything());

    var endpoints = endpoints(config.listen());
    var secure = endpoints.stream().filter(Endpoint::secure).toList();
    tls = new SecureEndpoints(secure);
    context.addBundleListener(farewell);
    endpoints.stream().filter(e -> !e.secure()).forEach(e -> listen(e, null));
    if (!secure.isEmpty()) {
      tls.open();
    }
    watch = Thread.ofVirtual().name("front-certificate").unstarted(() -> missTls(secure));
    if (!secure.isEmpty() && tls.isEmpty()) {
      watch.start();
    }
    if (System.getProperty(FATAL) == null) {
      System.setProperty(OPENED, "true");
      admin.getConfiguration("org.apache.felix.http", "?").updateIfDifferent(jetty());
    }
  }

  private static Filter webFilter() {
    try {
      return FrameworkUtil.createFilter(
          "(&(objectClass=%s)(io.ioto.front=web))".formatted(Servlet.class.getName()));
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Dictionary<String, Object> everything() {
    return FrameworkUtil.asDictionary(
        Map.of(
            "osgi.http.whiteboard.servlet.pattern", "/*",
            "osgi.http.whiteboard.servlet.name", "io.ioto.front",
            "osgi.http.whiteboard.servlet.asyncSupported", true));
  }

  /// What the Felix HTTP service needs in order to run Jetty for us.
  private static Dictionary<String, Object> jetty() {
    return FrameworkUtil.asDictionary(
        Map.of(
            "org.apache.felix.http.enable",
            true,
            "org.apache.felix.https.enable",
            false,
            "org.apache.felix.http.host",
            "127.0.0.1",
            "org.osgi.service.http.port",
            "0",
            "org.apache.felix.http.jetty.virtualthreads.enable",
            true,
            "org.apache.felix.http.session.timeout",
            30));
  }

  private List<Endpoint> endpoints(String[] texts) {
    var endpoints = new ArrayList<Endpoint>();
    for (var text : texts) {
      try {
        endpoints.add(Endpoint.parse(text));
      } catch (IllegalArgumentException e) {
        giveUp(Objects.requireNonNull(e.getMessage()));
      }
    }
    if (texts.length == 0) {
      log.warn("web.listen is empty: nobody can reach this gateway over HTTP");
    }
    return endpoints;
  }

  private Optional<Listening> listen(Endpoint endpoint, @Nullable SSLContext tls) {
    try {
      var listening = new Listening(endpoint, limits, tls, errors);
      listenings.add(listening);
      listening.publish(context);
      return Optional.of(listening);
    } catch (IOException e) {
      giveUp("Cannot listen on %s: %s".formatted(endpoint, reason(e)));
      return Optional.empty();
    }
  }

  private static String reason(IOException e) {
    var message = e.getMessage();
    return message == null || message.isEmpty()
        ? e.getClass().getSimpleName()
        : message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1);
  }

  private void giveUp(String message) {
    log.error("{}", message);
    if (!Boolean.getBoolean(OPENED)) {
      System.setProperty(FATAL, message);
      try {
        context.getBundle(0).stop();
      } catch (BundleException e) {
        throw new IllegalStateException(message, e);
      }
    }
  }

  /// Says so when no certificate comes.
  private void missTls(List<Endpoint> secure) {
    try {
      if (tls.waitForService(CERTIFICATE_MILLIS) == null) {
        log.error("Not listening on {}: there is no certificate (is io.ioto.tls off?)", secure);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Closes the sockets before the first bundle stops, so that no request waits for a provider
  /// that will never come back.
  private void frameworkStops(BundleEvent event) {
    if (event.getType() == BundleEvent.STOPPING && event.getBundle().getBundleId() == 0) {
      closeEndpoints();
    }
  }

  private void closeEndpoints() {
    for (var listening = listenings.poll(); listening != null; listening = listenings.poll()) {
      listening.close(drain, seat::dismiss);
    }
  }

  /// Closes the sockets, once the requests inside are done.
  @Deactivate
  public void close() {
    context.removeBundleListener(farewell);
    watch.interrupt();
    tls.close();
    closeEndpoints();
    servlet.unregister();
    seat.close();
    errors.leave();
  }

  /// Opens the secure endpoints with the first [Tls] service and goes on with the next one when
  /// that goes. The sockets stay open in between.
  private final class SecureEndpoints extends ServiceTracker<Tls, Tls> {
    private final List<Endpoint> endpoints;
    private final List<Listening> open = new ArrayList<>();

    SecureEndpoints(List<Endpoint> endpoints) {
      super(Front.this.context, Tls.class, null);
      this.endpoints = endpoints;
    }

    @Override
    public Tls addingService(ServiceReference<Tls> reference) {
      var tls = Front.this.context.getService(reference);
      use(tls.server());
      return tls;
    }

    @Override
    public void removedService(ServiceReference<Tls> reference, Tls tls) {
      var next = getService();
      if (next != null) {
        use(next.server());
      }
      Front.this.context.ungetService(reference);
    }

    private synchronized void use(SSLContext material) {
      if (open.isEmpty()) {
        endpoints.forEach(endpoint -> listen(endpoint, material).ifPresent(open::add));
      } else {
        open.forEach(listening -> listening.renew(material));
      }
    }
  }
}
