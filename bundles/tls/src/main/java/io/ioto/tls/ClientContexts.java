// SPDX-License-Identifier: Apache-2.0
package io.ioto.tls;

import io.ioto.api.tls.Trust;
import java.security.GeneralSecurityException;
import java.util.LinkedHashMap;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/// Contexts for outgoing connections, the last few kept: making one may read the whole list of the
/// runtime's authorities, and connections are reused by it. May be shared between threads.
final class ClientContexts {
  private static final int KEPT = 16;

  private record Material(Trust trust, @Nullable Credentials credentials) {}

  private final LinkedHashMap<Material, SSLContext> contexts =
      new LinkedHashMap<>(KEPT, 0.75f, true);

  synchronized SSLContext of(Trust trust, @Nullable Credentials credentials) {
    var material = new Material(trust, credentials);
    var context = contexts.computeIfAbsent(material, ClientContexts::make);
    if (contexts.size() > KEPT) {
      contexts.pollFirstEntry();
    }
    return context;
  }

  private static SSLContext make(Material material) {
    try {
      var context = SSLContext.getInstance("TLS");
      var credentials = material.credentials();
      context.init(
          credentials == null ? new KeyManager[0] : new KeyManager[] {new OneKey(credentials)},
          new TrustManager[] {TrustManagers.of(material.trust())},
          null);
      return context;
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
