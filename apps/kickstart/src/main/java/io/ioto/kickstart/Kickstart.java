// SPDX-License-Identifier: Apache-2.0
package io.ioto.kickstart;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ioto.api.web.Exchange;
import io.ioto.api.web.Page;
import io.ioto.api.web.Router;
import io.ioto.api.web.Routes;
import java.util.concurrent.ArrayBlockingQueue;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/// Publishes the pages at `/`, and how the gateway stands below `/api/kickstart/`: `state` once,
/// `live` as a stream of events: `history` with the figures of the last minutes, `state` at first
/// and when it has changed, `sample` every two seconds.
@Component(service = {Routes.class, Page.class})
public final class Kickstart implements Routes, Page {
  /// A client that is further behind than this misses figures.
  private static final int WAITING = 16;

  private final ObjectMapper mapper = new ObjectMapper();
  private final Pulse pulse;

  @Activate
  public Kickstart(@Reference Pulse pulse) {
    this.pulse = pulse;
  }

  @Override
  public void register(Router router) {
    router.files("/", "site");
    router
        .role("user")
        .get("/api/kickstart/state", this::state)
        .get("/api/kickstart/live", this::live);
  }

  private void state(Exchange exchange) {
    exchange.header("Cache-Control", "no-store").json(pulse.state());
  }

  private void live(Exchange exchange) throws JacksonException {
    var events = exchange.events();
    var beats = new ArrayBlockingQueue<Beat>(WAITING);
    pulse.follow(beats);
    try {
      var state = pulse.state();
      events.send("", "state", mapper.writeValueAsString(state));
      events.send("", "history", mapper.writeValueAsString(pulse.history()));
      while (true) {
        var beat = events.next(beats);
        if (!beat.state().equals(state)) {
          state = beat.state();
          events.send("", "state", mapper.writeValueAsString(state));
        }
        events.send("", "sample", mapper.writeValueAsString(beat.sample()));
      }
    } finally {
      pulse.leave(beats);
    }
  }

  @Override
  public String title() {
    return "Kickstart";
  }

  @Override
  public String path() {
    return "/";
  }
}
