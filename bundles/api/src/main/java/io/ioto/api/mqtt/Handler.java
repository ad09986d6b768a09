// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.mqtt;

import org.osgi.annotation.versioning.ConsumerType;

/// Takes the messages of one subscription, one after the other, on a virtual thread of its own.
@ConsumerType
@FunctionalInterface
public interface Handler {
  /// Takes a message. The broker is told that it arrived once this has returned, so a message that
  /// was being taken when the process died comes again.
  ///
  /// @throws Exception the message is given again, a few times, after growing pauses; what follows
  ///     it waits
  void handle(Message message) throws Exception;
}
