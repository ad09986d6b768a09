// SPDX-License-Identifier: Apache-2.0
package io.ioto.empty;

import io.ioto.api.web.Exchange;
import io.ioto.api.web.Page;
import io.ioto.api.web.Router;
import io.ioto.api.web.Routes;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/// Publishes the page at `/` and two actions below `/api/empty/`.
@Component(service = {Routes.class, Page.class})
public final class EmptyApp implements Routes, Page {
  /// What runs.
  ///
  /// @param app symbolic name of this bundle
  /// @param version its version
  /// @param time of the answer, ISO 8601
  record Status(String app, String version, String time) {}

  private final String app;
  private final String version;
  private final InstantSource clock;

  @Activate
  public EmptyApp(BundleContext context) {
    this(
        context.getBundle().getSymbolicName(),
        context.getBundle().getVersion().toString(),
        InstantSource.system());
  }

  EmptyApp(String app, String version, InstantSource clock) {
    this.app = app;
    this.version = version;
    this.clock = clock;
  }

  @Override
  public void register(Router router) {
    router
        .files("/", "site")
        .get("/api/empty/status", this::status)
        .post("/api/empty/echo", EmptyApp::echo);
  }

  private void status(Exchange exchange) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    exchange.header("Cache-Control", "no-store").json(new Status(app, version, now.toString()));
  }

  private static void echo(Exchange exchange) {
    exchange.json(exchange.json());
  }

  @Override
  public String title() {
    return "Empty app";
  }

  @Override
  public String path() {
    return "/";
  }
}
