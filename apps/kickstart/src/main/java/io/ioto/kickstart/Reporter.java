// SPDX-License-Identifier: Apache-2.0
package io.ioto.kickstart;

import io.ioto.api.db.Commit;
import io.ioto.api.db.Db;
import io.ioto.api.db.DbException;
import io.ioto.api.db.Origin;
import io.ioto.api.db.Query;
import io.ioto.api.db.Trigger;
import io.ioto.api.db.Write;
import io.ioto.api.runtime.Fibers;
import io.ioto.api.runtime.Seat;
import io.ioto.api.runtime.ServiceSeat;
import io.ioto.api.runtime.VacantException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes down as events what happens to the gateway: starts, changes of ports, the connection to
/// the cloud, updates. Keeps the last thousand of them, for thirty days.
@Component(service = Trigger.class, property = Trigger.MODELS + "=Port", immediate = true)
public final class Reporter implements Trigger {
  private static final Logger log = LoggerFactory.getLogger(Reporter.class);
  private static final String EVENT = "Event";
  private static final int MOST = 1_000;
  private static final int WAITING = 100;
  private static final Duration KEPT = Duration.ofDays(30);
  private static final Duration DRAIN = Duration.ofSeconds(10);

  private final ServiceSeat<Db> db;
  private final Pulse pulse;
  private final BlockingQueue<Beat> beats = new ArrayBlockingQueue<>(WAITING);
  private final BlockingQueue<Happening> happenings = new ArrayBlockingQueue<>(WAITING);
  private final InstantSource clock = InstantSource.system();

  @Activate
  public Reporter(BundleContext context, @Reference Fibers fibers, @Reference Pulse pulse)
      throws InvalidSyntaxException {
    this.pulse = pulse;
    db =
        new ServiceSeat<>(
            context,
            FrameworkUtil.createFilter("(objectClass=%s)".formatted(Db.class.getName())),
            Seat.Patience.DEFAULT,
            DRAIN);
    pulse.follow(beats);
    fibers.start("reporter-state", this::compare);
    fibers.start("reporter", this::report);
  }

  @Override
  public void changed(Commit commit) {
    commit.changes().forEach(change -> Happening.of(change).ifPresent(this::tell));
  }

  /// More than the queue holds within moments is no news for people.
  private void tell(Happening happening) {
    if (!happenings.offer(happening)) {
      log.debug("Passed over: {}", happening.message());
    }
  }

  private void compare() {
    try {
      var before = pulse.state();
      while (true) {
        var after = beats.take().state();
        Happening.between(before, after).forEach(this::tell);
        before = after;
      }
    } catch (InterruptedException _) {
      // The bundle stops.
    }
  }

  private void report() {
    try {
      attempt(this::start);
      while (true) {
        var happening = happenings.take();
        attempt(present -> write(present, happening));
      }
    } catch (InterruptedException _) {
      // The bundle stops.
    }
  }

  private interface Entry {
    void on(Db db);
  }

  private void attempt(Entry entry) {
    try {
      db.call(
          present -> {
            if (present.model(EVENT).isPresent()) {
              entry.on(present);
            }
            return true;
          });
    } catch (VacantException | DbException e) {
      log.debug("An event was not written: {}", e.getMessage());
    }
  }

  /// The start of the process is told once, however often this bundle starts.
  private void start(Db present) {
    var state = pulse.state();
    var subject = Instant.ofEpochMilli(state.started()).toString();
    if (present.count(Query.of(EVENT).match("subject", subject)) == 0) {
      write(
          present,
          new Happening(
              "info", "gateway", subject, "The gateway %s started".formatted(state.version())));
    }
  }

  private void write(Db present, Happening happening) {
    var now = clock.instant();
    var writes = new ArrayList<Write>();
    var tooMany = present.count(Query.of(EVENT)) - MOST + 1;
    if (tooMany > 0) {
      var oldest = Query.of(EVENT).limit((int) Math.min(tooMany, WAITING));
      for (var item : present.find(oldest).items()) {
        writes.add(Write.remove(EVENT, Map.of("id", item.text("id"))));
      }
    }
    writes.add(
        Write.create(
            EVENT,
            Map.of(
                "severity", happening.severity(),
                "source", happening.source(),
                "subject", happening.subject(),
                "message", happening.message(),
                "timestamp", now,
                "expires", now.plus(KEPT))));
    present.commit(List.copyOf(writes), Origin.LOCAL);
  }

  @Deactivate
  public void close() {
    pulse.leave(beats);
    db.close();
  }
}
