// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.runtime;

import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.Filter;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.ServiceReference;

/// A [Seat] whose occupants are the services of the registry that match a filter. A service that
/// is being unregistered is taken off the seat and drained before its bundle deactivates it,
/// because the registry tells its listeners first. Services take the seat in the order in which
/// they came. May be shared between threads.
///
/// @param <T> service type
public final class ServiceSeat<T> implements AutoCloseable {
  private final BundleContext context;
  private final Duration drain;
  private final Seat<T> seat;
  // A service tracker would hand a service that leaves while it is being added back to the adding
  // thread: its owner would deactivate it without waiting for the drain.
  private final ServiceListener listener = this::changed;
  private final Map<ServiceReference<?>, Gate> gates = new LinkedHashMap<>();
  private boolean closed;

  /// Starts following the registry.
  ///
  /// @param drain how long a leaving service's callers are waited for
  public ServiceSeat(BundleContext context, Filter filter, Seat.Patience patience, Duration drain) {
    this.context = context;
    this.drain = drain;
    seat = new Seat<>(filter.toString(), patience);
    follow(filter).forEach(this::add);
  }

  /// Calls the service that holds the seat; see [Seat#call].
  public <R, E extends Exception> R call(Seat.Visit<T, R, E> visit) throws E {
    return seat.call(visit);
  }

  /// True while no service is seated.
  public boolean vacant() {
    return seat.vacant();
  }

  /// True when nobody has been seated for longer than the grace period; see [Seat#abandoned].
  public boolean abandoned() {
    return seat.abandoned();
  }

  /// Has every service send away the callers that linger in it; see [Lingering].
  public void dismiss() {
    List<Gate> present;
    synchronized (this) {
      present = List.copyOf(gates.values());
    }
    present.forEach(Gate::dismiss);
  }

  /// Drains and lets go of every service.
  @Override
  public void close() {
    context.removeServiceListener(listener);
    Map<ServiceReference<?>, Gate> left;
    synchronized (this) {
      closed = true;
      left = new LinkedHashMap<>(gates);
    }
    // All are off the seat before the first is waited for, so they empty side by side.
    var seated = left.entrySet().stream().filter(e -> seat.vacate(e.getValue())).toList();
    left.values().forEach(gate -> gate.close(drain));
    left.values().forEach(seat::vacate);
    seated.forEach(e -> context.ungetService(e.getKey()));
  }

  /// Listens and lists in one step, so that no service that leaves meanwhile is listed only.
  private synchronized Map<ServiceReference<?>, Gate> follow(Filter filter) {
    try {
      context.addServiceListener(listener, filter.toString());
      var references = context.getServiceReferences((String) null, filter.toString());
      if (references != null) {
        Arrays.sort(references, Comparator.comparingLong(ServiceSeat::id));
        for (var reference : references) {
          gates.put(reference, new Gate());
        }
      }
    } catch (InvalidSyntaxException impossible) {
      throw new IllegalArgumentException(filter.toString(), impossible);
    }
    return new LinkedHashMap<>(gates);
  }

  private static long id(ServiceReference<?> reference) {
    return (Long) reference.getProperty(Constants.SERVICE_ID);
  }

  private void changed(ServiceEvent event) {
    var reference = event.getServiceReference();
    switch (event.getType()) {
      case ServiceEvent.REGISTERED, ServiceEvent.MODIFIED -> {
        var gate = expect(reference);
        if (gate != null) {
          add(reference, gate);
        }
      }
      default -> remove(reference);
    }
  }

  private synchronized @Nullable Gate expect(ServiceReference<?> reference) {
    if (closed || gates.containsKey(reference)) {
      return null;
    }
    var gate = new Gate();
    gates.put(reference, gate);
    return gate;
  }

  /// Gets the service, which may run the code of its bundle, and seats it unless it has left
  /// meanwhile: then its gate is closed.
  private void add(ServiceReference<?> reference, Gate gate) {
    @SuppressWarnings("unchecked") // the filter promises the type
    var service = (T) context.getService(reference);
    if (service == null) {
      synchronized (this) {
        gates.remove(reference, gate);
      }
      return;
    }
    if (service instanceof Lingering lingering) {
      gate.guard(lingering);
    }
    if (!seat.seat(service, gate)) {
      context.ungetService(reference);
    }
  }

  private void remove(ServiceReference<?> reference) {
    Gate gate;
    synchronized (this) {
      gate = gates.remove(reference);
    }
    if (gate == null) {
      return;
    }
    var seated = seat.vacate(gate);
    gate.close(drain);
    // It may have been seated between the two lines above; from here on it cannot be.
    if (seat.vacate(gate) || seated) {
      context.ungetService(reference);
    }
  }
}
