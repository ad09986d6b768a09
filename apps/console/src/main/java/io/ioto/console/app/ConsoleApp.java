// SPDX-License-Identifier: Apache-2.0
package io.ioto.console.app;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ioto.api.web.Exchange;
import io.ioto.api.web.Page;
import io.ioto.api.web.Router;
import io.ioto.api.web.Routes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;

/// Publishes the pages at `/console/`, and below `/api/console/` the bundles (`bundles`) and the
/// log as a stream of events (`log`), each a list of lines. Switched off with `services.console`.
@Component(
    service = {Routes.class, Page.class},
    configurationPid = "io.ioto.console",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class ConsoleApp implements Routes, Page {
  /// A client that is further behind than this misses lines; their numbers tell.
  private static final int WAITING = 1_000;

  private static final Duration REST = Duration.ofMillis(250);

  private final ObjectMapper mapper = new ObjectMapper();
  private final BundleList bundles;
  private final LogTail log;

  @Activate
  public ConsoleApp(BundleContext context, @Reference LogTail log) {
    bundles = new BundleList(context);
    this.log = log;
  }

  @Override
  public void register(Router router) {
    router.files(path(), "site");
    router
        .role("admin")
        .get("/api/console/bundles", this::bundles)
        .get("/api/console/log", this::log);
  }

  private void bundles(Exchange exchange) {
    exchange.header("Cache-Control", "no-store").json(Map.of("bundles", bundles.entries()));
  }

  private void log(Exchange exchange) throws JacksonException {
    var events = exchange.events();
    var waiting = new ArrayBlockingQueue<Line>(WAITING);
    var kept = log.follow(waiting);
    try {
      events.send("", "kept", mapper.writeValueAsString(kept));
      while (true) {
        var lines = new ArrayList<Line>();
        lines.add(events.next(waiting));
        waiting.drainTo(lines);
        events.send("", "lines", mapper.writeValueAsString(lines));
        // Lines that sending itself makes the server log must not chase one another.
        events.pause(REST);
      }
    } finally {
      log.leave(waiting);
    }
  }

  @Override
  public String title() {
    return "Console";
  }

  @Override
  public String path() {
    return "/console/";
  }
}
