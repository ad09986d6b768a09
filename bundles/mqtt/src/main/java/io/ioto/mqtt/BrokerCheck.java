// SPDX-License-Identifier: Apache-2.0
package io.ioto.mqtt;

import io.ioto.api.mqtt.Connection;
import io.ioto.api.ota.HealthCheck;
import java.util.List;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/// Keeps a release from cutting the device off from its broker. May be shared between threads.
@Component(service = HealthCheck.class, property = HealthCheck.NAME + "=broker")
public final class BrokerCheck implements HealthCheck {
  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  private volatile List<Connection> connections = List.of();

  @Override
  public boolean relative() {
    return true;
  }

  @Override
  public List<String> problems() {
    return connections.isEmpty() ? List.of("there is no connection to the broker") : List.of();
  }
}
