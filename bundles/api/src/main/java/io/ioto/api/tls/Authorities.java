// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.tls;

import java.time.Duration;
import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;

/// Issues certificates in the name of authorities whose keys are kept on this machine; what a
/// device cloud needs. Names of authorities are of lower-case letters, digits and dashes.
@ProviderType
public interface Authorities {
  /// What a certificate says.
  ///
  /// @param commonName whom it is for
  /// @param names host names and IP addresses of a server; none for a client
  record Grant(String commonName, Set<String> names, Duration validity) {
    public Grant {
      names = Set.copyOf(names);
    }
  }

  /// The certificate of an authority, as PEM. It is made if there is none of this name, and signs
  /// itself.
  ///
  /// @throws java.io.UncheckedIOException when its key cannot be kept
  String certificate(String authority);

  /// A certificate for the key of a request, as PEM: the certificate and behind it the authority.
  ///
  /// @param request PKCS#10, as PEM; who it says it is from does not matter
  /// @throws IllegalArgumentException when the request is damaged or not signed by its own key
  String issue(String authority, String request, Grant grant);
}
