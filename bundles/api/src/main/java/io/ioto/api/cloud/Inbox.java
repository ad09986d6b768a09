// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.cloud;

import io.ioto.api.mqtt.Message;
import org.osgi.annotation.versioning.ConsumerType;

/// Published as a service by whoever answers what devices send to the cloud: everything below
/// `ioto/service/`, and what they say of their shadows. While there is none, messages wait without
/// being acknowledged.
@ConsumerType
@FunctionalInterface
public interface Inbox {
  /// Takes a message. The device is told that it arrived once this has returned, so it must be
  /// safe by then. Those of one device come one after the other, in their order; those of
  /// different devices at the same time. It may come more than once, and its thread may be
  /// interrupted when the broker stops.
  ///
  /// @param device who sent it, as its certificate proves
  /// @param message with its topic below `ioto/service/DEVICE/`, the prefix
  ///     `$aws/rules/IotoDevice/` taken off, or below `$aws/things/DEVICE/shadow/`
  /// @throws Exception the device is cut off without an acknowledgement, and sends it again
  void receive(String device, Message message) throws Exception;
}
