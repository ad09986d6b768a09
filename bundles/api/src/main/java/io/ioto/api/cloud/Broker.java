// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.cloud;

import io.ioto.api.device.Identity;
import io.ioto.api.mqtt.Message;
import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;

/// The MQTT broker of a device cloud, as the cloud itself uses it. Services of type [Admission],
/// [Inbox] and [Presence] are its whiteboard. May be shared between threads.
@ProviderType
public interface Broker {
  /// Where devices find it.
  Identity.Endpoint endpoint();

  /// Gives a message to all sessions that subscribed to its topic, those of devices that are away
  /// too. Returns once it is on the disk for each of them; nobody subscribed is fine. One that is
  /// retained is kept for who subscribes later, one without payload ends that.
  ///
  /// @throws io.ioto.api.mqtt.DeliveryException when it was not taken: too large, no room, or disk
  ///     trouble; where some sessions have no room, the others have it and the message names those
  void publish(Message message);

  /// The devices that are connected.
  Set<String> online();

  /// Ends the connection of a device, if there is one, and forgets its session with all that waits
  /// in it. No effect on a device that has none.
  ///
  /// @throws io.ioto.api.mqtt.DeliveryException when the disk refuses; the session stays then
  void drop(String device);
}
