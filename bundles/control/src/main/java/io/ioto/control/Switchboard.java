// SPDX-License-Identifier: Apache-2.0
package io.ioto.control;

import com.fasterxml.jackson.databind.JsonNode;
import io.ioto.api.control.Command;
import io.ioto.api.control.CommandException;
import io.ioto.api.runtime.Seat;
import io.ioto.api.runtime.ServiceSeat;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;
import org.osgi.util.tracker.ServiceTrackerCustomizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds the command for a method and path. Every route that was ever served has a seat, so that a
/// command whose provider is being swapped is waited for. May be shared between threads.
final class Switchboard implements AutoCloseable {
  /// A command that was found.
  @FunctionalInterface
  interface Found {
    JsonNode call(Seat.Visit<Command, JsonNode, Exception> visit) throws Exception;
  }

  private static final Logger log = LoggerFactory.getLogger(Switchboard.class);
  private static final Pattern ROUTE = Pattern.compile("[A-Z]+ /[!-~]*");

  private final BundleContext context;
  private final Duration drain;
  private final Map<String, ServiceSeat<Command>> seats = new TreeMap<>();
  private final ServiceTracker<Command, String> routes;
  private boolean closed;

  Switchboard(BundleContext context, Duration drain) {
    this.context = context;
    this.drain = drain;
    routes =
        new ServiceTracker<>(
            context,
            Command.class,
            new ServiceTrackerCustomizer<Command, String>() {
              @Override
              public @Nullable String addingService(ServiceReference<Command> reference) {
                return open(reference);
              }

              @Override
              public void modifiedService(ServiceReference<Command> reference, String route) {
                // The seat of a route looks after itself.
              }

              @Override
              public void removedService(ServiceReference<Command> reference, String route) {
                // The seat stays: a successor may come.
              }
            });
    routes.open();
  }

  private @Nullable String open(ServiceReference<Command> reference) {
    if (!(reference.getProperty(Command.ROUTE) instanceof String route)
        || !ROUTE.matcher(route).matches()) {
      log.warn(
          "{} publishes a command whose '{}' is '{}'; expected one like 'POST /deploy'",
          reference.getBundle(),
          Command.ROUTE,
          reference.getProperty(Command.ROUTE));
      return null;
    }
    synchronized (seats) {
      if (closed || seats.containsKey(route)) {
        return route;
      }
    }
    // Not under the lock: seating a service may activate its component.
    var seat = seat(route);
    synchronized (seats) {
      if (!closed && seats.putIfAbsent(route, seat) == null) {
        return route;
      }
    }
    seat.close();
    return route;
  }

  private ServiceSeat<Command> seat(String route) {
    var filter =
        "(&(%s=%s)(%s=%s))"
            .formatted(
                Constants.OBJECTCLASS,
                Command.class.getName(),
                Command.ROUTE,
                route.replaceAll("([\\\\*()])", "\\\\$1"));
    try {
      return new ServiceSeat<>(context, context.createFilter(filter), Seat.Patience.DEFAULT, drain);
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The command that answers a request.
  ///
  /// @throws CommandException 404 when nothing answers at that path, 405 when not to that method
  Found find(String method, String path) {
    synchronized (seats) {
      var seat = seats.get(method + " " + path);
      if (seat != null) {
        return seat::call;
      }
      var methods =
          seats.keySet().stream()
              .filter(r -> r.endsWith(" " + path))
              .map(r -> r.substring(0, r.indexOf(' ')))
              .collect(Collectors.joining(", "));
      if (!methods.isEmpty()) {
        throw new CommandException(
            405, "WRONG_METHOD", "%s takes %s, not %s".formatted(path, methods, method));
      }
      throw new CommandException(
          404,
          "NO_COMMAND",
          "no command '%s'; there are: %s".formatted(path, String.join(", ", seats.keySet())));
    }
  }

  @Override
  public void close() {
    routes.close();
    Map<String, ServiceSeat<Command>> left;
    synchronized (seats) {
      closed = true;
      left = new TreeMap<>(seats);
      seats.clear();
    }
    left.values().forEach(ServiceSeat::close);
  }
}
