// SPDX-License-Identifier: Apache-2.0
package io.ioto.provision;

import io.ioto.api.tls.Trust;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/// Where a cloud is, and whom to believe there.
///
/// @param api base of its REST interface, without a slash at the end
/// @param pin the trust that the address itself brought along; null for the configured one
record Site(URI api, @Nullable Trust pin) {
  private static final String PREFIX = "sha256=";

  static boolean isAddress(String text) {
    return text.startsWith("http://") || text.startsWith("https://");
  }

  /// Reads an address as an operator writes it: without a path it is `/api`; a fragment is the
  /// SHA-256 of the certificate.
  ///
  /// @param source what messages call it
  /// @throws IllegalArgumentException when it cannot be one
  static Site of(String source, String text) {
    try {
      var uri = new URI(text);
      if (!isAddress(text) || uri.getHost() == null || uri.getUserInfo() != null) {
        throw wrong(source, text, "expected https://HOST[:PORT][/PATH][#SHA256]");
      }
      if (uri.getScheme().equals("http") && !loopback(uri.getHost())) {
        throw wrong(source, text, "expected https; without it the token could be read on the way");
      }
      var path = uri.getRawPath().replaceFirst("/+$", "");
      var base =
          "%s://%s%s"
              .formatted(uri.getScheme(), uri.getRawAuthority(), path.isEmpty() ? "/api" : path);
      var fragment = uri.getFragment();
      return new Site(
          URI.create(base),
          fragment == null
              ? null
              : new Trust.Pinned(
                  fragment.startsWith(PREFIX) ? fragment.substring(PREFIX.length()) : fragment));
    } catch (URISyntaxException e) {
      throw wrong(source, text, e.getReason());
    }
  }

  /// True for this machine, which is where plain HTTP does no harm.
  private static boolean loopback(String host) {
    if (host.equals("localhost")) {
      return true;
    }
    try {
      var bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
      return InetAddress.ofLiteral(bare).isLoopbackAddress();
    } catch (IllegalArgumentException name) {
      return false;
    }
  }

  private static IllegalArgumentException wrong(String source, String text, String what) {
    return new IllegalArgumentException("%s: '%s' is no address: %s".formatted(source, text, what));
  }
}
