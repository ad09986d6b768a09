// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.tls;

import javax.net.ssl.SSLContext;
import org.osgi.annotation.versioning.ProviderType;

/// Key and trust material, chosen by configuration. Other material makes a new service.
@ProviderType
public interface Tls {
  /// For listeners: the certificate of `tls.certificate` and `tls.key`, or the self-signed one of
  /// this gateway. Offers TLS 1.2 and 1.3.
  SSLContext server();

  /// SHA-256 fingerprint of the listeners' certificate, upper-case hex pairs with colons.
  String fingerprint();

  /// For outgoing connections that show no certificate. The same material gives the same context,
  /// so whoever keeps connections can keep them by it.
  ///
  /// @throws IllegalArgumentException when the trust cannot be used
  SSLContext client(Trust trust);

  /// For connections that show the certificate of these credentials: outgoing ones, and listeners
  /// that demand a certificate of whoever connects.
  ///
  /// @param credentials a name of [DeviceKeys]
  /// @throws IllegalArgumentException when the trust cannot be used, or there are no such
  ///     credentials
  SSLContext client(Trust trust, String credentials);
}
