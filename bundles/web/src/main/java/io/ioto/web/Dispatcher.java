// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import io.ioto.api.runtime.Lingering;
import io.ioto.api.runtime.Seat;
import io.ioto.api.runtime.VacantException;
import io.ioto.api.web.HttpException;
import io.ioto.web.RouteList.Route;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers every request that `front` lets in: finds the route, runs its handler, and is the one
/// place where an exception becomes a status.
@Component(
    service = Servlet.class,
    property = "io.ioto.front=web",
    configurationPid = "io.ioto.web",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class Dispatcher implements Servlet, Lingering {
  /// The section `web`; see `settings.json5`.
  public @interface Config {
    String documents();

    String headers();

    String index();

    String mime();

    long limits_body();

    long limits_cache();

    int limits_ranges();

    long swap_drain();

    long swap_grace();

    int swap_waiting();
  }

  private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);

  private final Desk desk;
  private final long largest;
  private final Publishers publishers;
  private final FileHandler documents;
  private @Nullable ServletConfig servletConfig;

  /// All routes that there are have been registered when this returns, so that a successor answers
  /// whatever its predecessor did.
  @Activate
  public Dispatcher(
      BundleContext context,
      Config config,
      Access.Config access,
      Streams.Config streams,
      Uploads.Config uploads) {
    this(
        context,
        Settings.of(config),
        Access.of(access),
        Streams.Limits.of(streams),
        Uploads.Limits.of(uploads),
        InstantSource.system());
  }

  Dispatcher(
      BundleContext context,
      Settings settings,
      Access access,
      Streams.Limits streams,
      Uploads.Limits uploads,
      InstantSource clock) {
    desk =
        new Desk(
            settings,
            new Guard(context, access, settings.patience(), settings.drain(), clock),
            new Streams(streams),
            new Uploads(uploads));
    largest = Math.max(settings.body(), uploads.form());
    var cache = new FileCache(settings.cache());
    documents = new FileHandler("/", new DiskFolder(settings.documents()), settings, cache, null);
    publishers =
        new Publishers(
            context, settings, cache, documents, desk.streams(), new Login(desk.guard()));
  }

  @Override
  public void service(ServletRequest request, ServletResponse response) throws IOException {
    var exchange =
        new ServletExchange((HttpServletRequest) request, (HttpServletResponse) response, desk);
    try {
      exchange.begin();
      exchange.path(UriPath.of(exchange.request().getRequestURI()));
      if (exchange.request().getContentLengthLong() > largest) {
        throw RequestBody.tooLarge(largest, "web.limits.form");
      }
      answer(exchange);
    } catch (Throwable failure) {
      fail(exchange, failure);
    }
  }

  private void answer(ServletExchange exchange) throws Exception {
    var node = publishers.find(exchange.path());
    var method = exchange.method();
    var rule = desk.guard().rule(exchange.path());
    if (rule != null) {
      desk.guard().admit(exchange, rule);
    }
    if (node == null) {
      if (!method.equals("GET") && !method.equals("HEAD")) {
        throw ServletExchange.notFound();
      }
      documents.handle(exchange);
      return;
    }
    Seat<Route> seat = node.seat(method);
    if (seat != null) {
      seat.call(exchange::visit);
    } else if (method.equals("OPTIONS")) {
      var allow = node.allow();
      exchange.header("Allow", allow).header("Access-Control-Allow-Methods", allow).send("");
    } else {
      exchange.fail(405, "%s is not allowed here".formatted(method), Map.of("Allow", node.allow()));
    }
  }

  private static void fail(ServletExchange exchange, Throwable failure) throws IOException {
    if (exchange.streamEnded()) {
      log.debug("{} ended", exchange.path(), failure);
    } else if (failure instanceof Refused e) {
      exchange.fail(e.status(), String.valueOf(e.getMessage()), e.headers());
    } else if (failure instanceof HttpException e) {
      exchange.fail(e.status(), String.valueOf(e.getMessage()), Map.of());
    } else if (failure instanceof VacantException e) {
      var seconds = Math.max(1, e.retryAfter().toSeconds());
      exchange.fail(
          503,
          "This is being replaced; try again in %d s".formatted(seconds),
          Map.of("Retry-After", Long.toString(seconds)));
    } else if (exchange.clientFailed()) {
      log.debug("{} {} broke off", exchange.method(), exchange.path(), failure);
      exchange.fail(400, "The request broke off or is malformed", Map.of("Connection", "close"));
    } else {
      var id = Long.toString(ThreadLocalRandom.current().nextLong(60_466_176, 2_176_782_336L), 36);
      log.error("{} {} failed [{}]", exchange.method(), exchange.path(), id, failure);
      exchange.fail(500, "Internal error; the log knows it as " + id, Map.of());
    }
  }

  /// Ends the streams of events, for which otherwise a swap would have to wait.
  @Override
  public void dismiss() {
    desk.streams().dismiss();
  }

  /// Lets go of all routes. By now no request is inside: `front` has waited for them.
  @Deactivate
  public void close() {
    publishers.close();
    desk.guard().close();
  }

  @Override
  public void init(ServletConfig config) {
    servletConfig = config;
  }

  @Override
  public ServletConfig getServletConfig() {
    return Objects.requireNonNull(servletConfig);
  }

  @Override
  public String getServletInfo() {
    return "io.ioto.web";
  }

  @Override
  public void destroy() {
    // The life of this servlet is that of the component.
  }
}
