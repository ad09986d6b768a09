// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.cloud;

import java.security.cert.X509Certificate;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/// Published as a service by whoever knows which devices there are. Without one, nobody is let in.
@ConsumerType
@FunctionalInterface
public interface Admission {
  /// Whom to let in.
  ///
  /// @param device its id; part of the topics it may use
  /// @param account account that claimed it; part of the topics it may subscribe to
  record Guest(String device, String account) {}

  /// Whether a device may connect. Its certificate was issued by the cloud's authority and has not
  /// expired; whether it is still the right one is decided here. Asked at each connect; may block.
  ///
  /// @param client the client id it asks for
  /// @param certificate what it proved to own
  /// @return empty to refuse it
  Optional<Guest> admit(String client, X509Certificate certificate);
}
