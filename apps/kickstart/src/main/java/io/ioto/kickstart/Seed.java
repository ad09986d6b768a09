// SPDX-License-Identifier: Apache-2.0
package io.ioto.kickstart;

import io.ioto.api.db.Db;
import io.ioto.api.db.DbException;
import io.ioto.api.db.Origin;
import io.ioto.api.db.Query;
import io.ioto.api.db.Write;
import io.ioto.api.runtime.Fibers;
import io.ioto.api.runtime.Seat;
import io.ioto.api.runtime.ServiceSeat;
import io.ioto.api.runtime.VacantException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives a new gateway its first ports, once: the note that it was done is written with them, so
/// they stay removed when somebody removes them.
@Component(
    service = {},
    immediate = true)
public final class Seed {
  private static final Logger log = LoggerFactory.getLogger(Seed.class);
  private static final String PORT = "Port";
  private static final String STORE = "Store";
  private static final String NOTE = "kickstart.ports";
  private static final Duration DRAIN = Duration.ofSeconds(10);

  private final ServiceSeat<Db> db;

  @Activate
  public Seed(BundleContext context, @Reference Fibers fibers) throws InvalidSyntaxException {
    db =
        new ServiceSeat<>(
            context,
            FrameworkUtil.createFilter("(objectClass=%s)".formatted(Db.class.getName())),
            Seat.Patience.DEFAULT,
            DRAIN);
    fibers.start("seed", this::seed);
  }

  private void seed() {
    try {
      if (db.call(Seed::sow)) {
        log.info("The first ports were made");
      }
    } catch (VacantException e) {
      log.info("No ports are made: there is no database");
    } catch (DbException e) {
      log.warn("The first ports could not be made: {}", e.getMessage());
    }
  }

  /// Makes what is missing, and says whether that was anything.
  static boolean sow(Db db) {
    if (db.model(PORT).isEmpty() || db.model(STORE).isEmpty()) {
      return false;
    }
    var writes = new ArrayList<Write>();
    writes.add(Write.create(STORE, Map.of("key", NOTE, "value", true, "type", "boolean")));
    if (db.count(Query.of(PORT)) == 0) {
      ports().forEach(port -> writes.add(Write.create(PORT, port)));
    }
    try {
      db.commit(writes, Origin.SYSTEM);
      return true;
    } catch (DbException e) {
      if (e.reason() == DbException.Reason.EXISTS) {
        return false;
      }
      throw e;
    }
  }

  private static List<Map<String, Object>> ports() {
    return List.of(
        port(0, "Uplink to the provider", 1000, "online"),
        port(1, "Office switch", 1000, "online"),
        port(2, "Access points", 1000, "online"),
        port(3, "Cameras", 100, "online"),
        port(4, "Workshop", 1000, "offline"),
        port(5, "Spare", 1000, "offline"));
  }

  private static Map<String, Object> port(
      int number, String description, int speed, String status) {
    return Map.of(
        "id", "p" + number,
        "name", "eth" + number,
        "description", description,
        "speed", speed,
        "status", status);
  }

  @Deactivate
  public void close() {
    db.close();
  }
}
