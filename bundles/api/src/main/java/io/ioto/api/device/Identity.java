// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.device;

import java.net.URI;

/// What the cloud has given this device. A service only while the device is provisioned; other
/// values make a new service.
///
/// @param id device id; client id at the broker and part of topics
/// @param account account that claimed the device; part of topics
/// @param cloud the cloud that manages it
/// @param endpoint where its broker is
/// @param credentials name of the device's key and certificate for [io.ioto.api.tls.Tls#client]
public record Identity(
    String id, String account, Cloud cloud, Endpoint endpoint, String credentials) {
  /// The device cloud.
  ///
  /// @param api base of its REST interface, without a slash at the end
  /// @param token what calls of the device to it are authorised by; a secret
  /// @param type such as `dedicated`; empty when it did not say
  /// @param name empty when it did not say
  /// @param region empty when it did not say
  public record Cloud(URI api, String token, String type, String name, String region) {
    /// Never shows the token.
    @Override
    public String toString() {
      return "Cloud[api=%s, type=%s, name=%s, region=%s]".formatted(api, type, name, region);
    }
  }

  /// A broker.
  ///
  /// @param alpn protocol to ask for in the TLS handshake; empty for none
  /// @param authority certificates of those who may have issued the broker's, as PEM; empty for
  ///     the authorities of the Java runtime
  public record Endpoint(String host, int port, String alpn, String authority) {
    /// Shows where it is only.
    @Override
    public String toString() {
      return "%s:%d".formatted(host, port);
    }
  }
}
