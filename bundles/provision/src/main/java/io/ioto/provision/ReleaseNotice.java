// SPDX-License-Identifier: Apache-2.0
package io.ioto.provision;

import io.ioto.api.device.Identity;
import io.ioto.api.mqtt.Connection;
import io.ioto.api.mqtt.Subscription;
import io.ioto.api.provision.Provisioning;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/// Hears from the broker that the device was released. A message alone proves nothing and may be
/// an old one, so it only makes the device ask its cloud.
@Component(service = {})
public final class ReleaseNotice {
  private final Subscription subscription;

  @Activate
  public ReleaseNotice(
      @Reference Connection connection,
      @Reference Identity identity,
      @Reference Provisioning provisioning) {
    subscription =
        connection.subscribe(
            "ioto/device/%s/provision/release".formatted(identity.id()), _ -> provisioning.wake());
  }

  @Deactivate
  public void close() {
    subscription.close();
  }
}
