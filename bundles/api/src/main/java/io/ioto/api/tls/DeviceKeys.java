// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.tls;

import java.security.cert.X509Certificate;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/// Private keys of this device, each under a name, and the certificates that others issued for
/// them. Keys are made here, kept in files private to their owner, and never handed out: what
/// leaves is a request for a certificate. A key with its certificate is the *credentials* of that
/// name in [Tls#client(Trust, String)].
///
/// A new key waits beside the one in use until a certificate for it is installed, so a renewal
/// that is cut short at any instruction leaves the old credentials in use. Names are of lower-case
/// letters, digits and dashes.
@ProviderType
public interface DeviceKeys {
  /// A certificate request (PKCS#10, as PEM) for the key that waits under this name, which is made
  /// if there is none: asking again asks for the same key.
  ///
  /// @param commonName whom the certificate is to be for
  /// @throws java.io.UncheckedIOException when the key cannot be kept
  String request(String name, String commonName);

  /// SHA-256 of the public key (its DER form, lower-case hex) that the next [#request] is for.
  ///
  /// @throws java.io.UncheckedIOException when the key cannot be kept
  String fingerprint(String name);

  /// Puts a certificate and the key that waits for it in use, in one atomic step. Installing what
  /// is in use already changes nothing.
  ///
  /// @param chain the certificate and whoever issued it, as PEM
  /// @throws IllegalArgumentException when it is damaged or for another key
  /// @throws java.io.UncheckedIOException when it cannot be kept
  void install(String name, String chain);

  /// The certificate in use under this name.
  Optional<X509Certificate> certificate(String name);

  /// Destroys the key in use, its certificate and any key that waits. No effect without one.
  ///
  /// @throws java.io.UncheckedIOException when a file cannot be removed
  void remove(String name);
}
