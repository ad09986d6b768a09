// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.mqtt;

import java.time.Duration;
import org.osgi.annotation.versioning.ProviderType;

/// The connection to the broker; a service only while there is one. Every connection is a new
/// service: whoever needs one has a mandatory reference, subscribes when it is activated, and is
/// gone with it. The session outlives it: what the broker could not deliver, or was not told of
/// having arrived, comes with the next one. May be shared between threads.
///
/// The device is always subscribed to `ioto/device/{id}/#`, `ioto/account/all/#` and
/// `ioto/account/{account}/#`; what arrives there waits a while for a handler.
@ProviderType
public interface Connection {
  /// Publishes and returns once the broker has acknowledged it, or, at most once, once it is
  /// written.
  ///
  /// @throws DeliveryException when that did not happen; the broker may have it all the same
  void publish(Message message);

  /// Hands messages to a handler. Below what the device is always subscribed to this is a matter
  /// of this process only and returns at once; otherwise when the broker has agreed. A message
  /// that fits several subscriptions is given to all of them.
  ///
  /// @param filter topic with wildcards (MQTT 3.1.1 §4.7)
  /// @throws IllegalArgumentException for a filter that MQTT does not allow
  /// @throws DeliveryException when the broker refuses
  Subscription subscribe(String filter, Handler handler);

  /// Asks the cloud: publishes to `ioto/service/{id}/{topic}/{number}` and waits for the answer on
  /// `ioto/device/{id}/{topic}/{number}`.
  ///
  /// @throws DeliveryException when there was none in time
  Message request(String topic, byte[] payload, Duration timeout);
}
