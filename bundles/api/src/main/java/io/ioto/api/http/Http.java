// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.http;

import java.net.URI;
import org.osgi.annotation.versioning.ProviderType;

/// Calls other machines. May be shared between threads.
@ProviderType
public interface Http {
  /// Begins a call; nothing is sent before [Call#send].
  ///
  /// @param method upper-case HTTP method
  /// @param uri absolute, `http` or `https`
  /// @throws IllegalArgumentException for anything else
  Call call(String method, URI uri);

  /// Begins a GET.
  default Call get(URI uri) {
    return call("GET", uri);
  }

  /// Begins a POST.
  default Call post(URI uri) {
    return call("POST", uri);
  }

  /// Begins a PUT.
  default Call put(URI uri) {
    return call("PUT", uri);
  }
}
