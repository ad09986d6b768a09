// SPDX-License-Identifier: Apache-2.0
package io.ioto.kickstart;

import io.ioto.api.device.Device;
import io.ioto.api.ota.UpdateState;
import io.ioto.api.ota.Updates;
import io.ioto.api.provision.Provisioning;
import io.ioto.api.provision.Stage;
import io.ioto.api.runtime.Seat;
import io.ioto.api.runtime.ServiceSeat;
import io.ioto.api.runtime.VacantException;
import io.ioto.api.sync.Sync;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.zip.CRC32;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;

/// Asks the services how the gateway stands. None of them has to be there, and none is waited for.
final class Outlook implements AutoCloseable {
  private static final Seat.Patience NONE = new Seat.Patience(Duration.ZERO, 0);
  private static final Duration DRAIN = Duration.ofSeconds(5);

  private static final String PAGE = "/site/index.html";

  private final String version;
  private final String pages;
  private final long started = ManagementFactory.getRuntimeMXBean().getStartTime();
  private final int processors;
  private final ServiceSeat<Device> device;
  private final ServiceSeat<Provisioning> provisioning;
  private final ServiceSeat<Sync> sync;
  private final ServiceSeat<Updates> updates;

  Outlook(BundleContext context, int processors) throws InvalidSyntaxException {
    var told = context.getProperty("ioto.version");
    version = told == null ? context.getBundle().getVersion().toString() : told;
    pages = pages();
    this.processors = processors;
    device = seat(context, Device.class);
    provisioning = seat(context, Provisioning.class);
    sync = seat(context, Sync.class);
    updates = seat(context, Updates.class);
  }

  private static <T> ServiceSeat<T> seat(BundleContext context, Class<T> type)
      throws InvalidSyntaxException {
    return new ServiceSeat<>(
        context,
        FrameworkUtil.createFilter("(objectClass=%s)".formatted(type.getName())),
        NONE,
        DRAIN);
  }

  /// The page names its parts by their content, so it differs where any of them does.
  private static String pages() {
    try (var in = Outlook.class.getResourceAsStream(PAGE)) {
      if (in == null) {
        throw new IllegalStateException("the bundle has no " + PAGE);
      }
      var sum = new CRC32();
      sum.update(in.readAllBytes());
      return Long.toHexString(sum.getValue());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// How the gateway stands now.
  State state() {
    return new State(
        version,
        pages,
        started,
        processors,
        ask(device, Outlook::unit, State.Unit.NONE),
        ask(provisioning, p -> cloud(p.stage(), p.problem().orElse("")), State.Cloud.OFF),
        ask(sync, s -> sync(s.status()), State.Sync.OFF),
        ask(updates, u -> update(u.status()), State.Update.OFF));
  }

  private static <T, R> R ask(ServiceSeat<T> seat, Function<T, R> question, R otherwise) {
    try {
      return seat.call(question::apply);
    } catch (VacantException _) {
      return otherwise;
    }
  }

  private static State.Unit unit(Device device) {
    var attributes = device.attributes();
    return new State.Unit(
        device.id(),
        text(attributes, "name"),
        text(attributes, "description"),
        text(attributes, "model"));
  }

  private static String text(Map<String, Object> attributes, String name) {
    return attributes.getOrDefault(name, "").toString();
  }

  static State.Cloud cloud(Stage stage, String problem) {
    return switch (stage) {
      case Stage.Off off -> new State.Cloud("off", "", off.why());
      case Stage.Registering _ -> new State.Cloud("registering", "", problem);
      case Stage.Unclaimed unclaimed ->
          new State.Cloud(State.Cloud.UNCLAIMED, unclaimed.id(), problem);
      case Stage.Enrolling _ -> new State.Cloud("enrolling", "", problem);
      case Stage.Blocked _ -> new State.Cloud("blocked", "", problem);
      case Stage.Provisioned _ -> new State.Cloud("provisioned", "", problem);
    };
  }

  static State.Sync sync(Sync.Status status) {
    var state =
        !status.connected()
            ? State.Sync.OFF_LINE
            : !status.caughtUp() ? "catching-up" : status.waiting() > 0 ? "sending" : "synced";
    var last = status.last();
    return new State.Sync(state, status.waiting(), last == null ? null : last.toEpochMilli());
  }

  static State.Update update(Updates.Status status) {
    var state = status.state();
    var reason =
        switch (state) {
          case UpdateState.RollingBack(long _, String why) -> why;
          case UpdateState.RolledBack(long _, String why) -> why;
          case UpdateState.Failed(long _, String why) -> why;
          default -> status.problem() == null ? "" : status.problem();
        };
    var name =
        state
            .getClass()
            .getSimpleName()
            .replaceAll("(?<=[a-z])(?=[A-Z])", "-")
            .toLowerCase(Locale.ROOT);
    return new State.Update(name, state.release(), status.running(), status.available(), reason);
  }

  @Override
  public void close() {
    device.close();
    provisioning.close();
    sync.close();
    updates.close();
  }
}
