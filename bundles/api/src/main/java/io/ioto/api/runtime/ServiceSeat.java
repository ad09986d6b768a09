// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.runtime;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Filter;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;

/// A [Seat] whose occupants are the services of the registry that match a filter. A service that
/// is being unregistered is taken off the seat and drained before its bundle deactivates it,
/// because the registry tells its listeners first. Services take the seat in the order in which
/// they came.
///
/// @param <T> service type
public final class ServiceSeat<T> implements AutoCloseable {
  private final Seat<T> seat;
  private final ServiceTracker<T, Gate> tracker;

  /// Starts following the registry.
  ///
  /// @param drain how long a leaving service's callers are waited for
  public ServiceSeat(BundleContext context, Filter filter, Seat.Patience patience, Duration drain) {
    seat = new Seat<>(filter.toString(), patience);
    tracker =
        new ServiceTracker<T, Gate>(context, filter, null) {
          @Override
          public @Nullable Gate addingService(ServiceReference<T> reference) {
            var service = context.getService(reference);
            if (service == null) {
              return null;
            }
            var gate = new Gate();
            seat.seat(service, gate);
            return gate;
          }

          @Override
          public void removedService(ServiceReference<T> reference, Gate gate) {
            seat.vacate(gate);
            gate.close(drain);
            context.ungetService(reference);
          }
        };
    tracker.open();
  }

  /// Calls the service that holds the seat; see [Seat#call].
  public <R, E extends Exception> R call(Seat.Visit<T, R, E> visit) throws E {
    return seat.call(visit);
  }

  /// True while no service is seated.
  public boolean vacant() {
    return seat.vacant();
  }

  /// Drains and lets go of every service.
  @Override
  public void close() {
    tracker.close();
  }
}
