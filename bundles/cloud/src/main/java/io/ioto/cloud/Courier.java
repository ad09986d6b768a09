// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import io.ioto.api.cloud.Broker;
import io.ioto.api.mqtt.Message;
import io.ioto.api.runtime.Seat;
import io.ioto.api.runtime.ServiceSeat;
import java.time.Duration;
import java.util.Set;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/// The broker as this bundle uses it: whoever calls it while it is being swapped waits for its
/// successor. May be shared between threads.
@Component(service = Courier.class)
public final class Courier implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final int WAITING = 1000;

  private final ServiceSeat<Broker> broker;

  @Activate
  public Courier(BundleContext context) {
    try {
      var filter = FrameworkUtil.createFilter("(objectClass=" + Broker.class.getName() + ")");
      broker = new ServiceSeat<>(context, filter, new Seat.Patience(GRACE, WAITING), GRACE);
    } catch (InvalidSyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /// What a device has to know of the broker.
  ///
  /// @throws io.ioto.api.runtime.VacantException when there is none in time
  io.ioto.api.device.Identity.Endpoint endpoint() {
    return broker.call(Broker::endpoint);
  }

  /// See [Broker#publish].
  ///
  /// @throws io.ioto.api.runtime.VacantException when there is none in time
  void publish(Message message) {
    broker.call(
        b -> {
          b.publish(message);
          return true;
        });
  }

  /// The devices that are connected; none where there is no broker.
  Set<String> online() {
    return broker.vacant() ? Set.of() : broker.call(Broker::online);
  }

  /// Ends the connection and the session of a device. Without a broker there is nothing to end.
  void drop(String device) {
    if (!broker.vacant()) {
      broker.call(
          b -> {
            b.drop(device);
            return true;
          });
    }
  }

  @Deactivate
  @Override
  public void close() {
    broker.close();
  }
}
