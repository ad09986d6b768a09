// SPDX-License-Identifier: Apache-2.0
package io.ioto.tls;

import io.ioto.api.tls.Trust;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// Makes the runtime's words of what outgoing connections are to believe.
final class TrustManagers {
  private TrustManagers() {}

  static X509ExtendedTrustManager of(Trust trust) {
    return switch (trust) {
      case Trust.Platform _ -> of((KeyStore) null);
      case Trust.Authorities authorities ->
          of(Pem.certificates("the list of authorities", authorities.pem()));
      case Trust.Pinned pinned -> new PinnedTrust(pinned);
    };
  }

  /// Believes whom one of these has vouched for.
  static X509ExtendedTrustManager of(List<X509Certificate> authorities) {
    try {
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (var authority : authorities) {
        store.setCertificateEntry("authority-" + store.size(), authority);
      }
      return of(store);
    } catch (GeneralSecurityException | IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static X509ExtendedTrustManager of(@Nullable KeyStore store) {
    try {
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return Arrays.stream(factory.getTrustManagers())
          .filter(X509ExtendedTrustManager.class::isInstance)
          .map(X509ExtendedTrustManager.class::cast)
          .findFirst()
          .orElseThrow();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
