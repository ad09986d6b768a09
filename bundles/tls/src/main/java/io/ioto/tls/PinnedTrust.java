// SPDX-License-Identifier: Apache-2.0
package io.ioto.tls;

import io.ioto.api.tls.Trust;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// Believes one certificate, known by its fingerprint. The server's own is believed as it is; one
/// of an authority makes the rest of the chain, and the server's name, a matter of the usual
/// rules.
final class PinnedTrust extends X509ExtendedTrustManager {
  private final String sha256;

  PinnedTrust(Trust.Pinned pinned) {
    sha256 = pinned.sha256();
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    var anchor = pinned(chain);
    if (!anchor.equals(chain[0])) {
      TrustManagers.of(List.of(anchor)).checkServerTrusted(chain, authType, socket);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    var anchor = pinned(chain);
    if (!anchor.equals(chain[0])) {
      TrustManagers.of(List.of(anchor)).checkServerTrusted(chain, authType, engine);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    var anchor = pinned(chain);
    if (!anchor.equals(chain[0])) {
      TrustManagers.of(List.of(anchor)).checkServerTrusted(chain, authType);
    }
  }

  private X509Certificate pinned(X509Certificate[] chain) throws CertificateException {
    for (var certificate : chain) {
      if (fingerprint(certificate).equals(sha256)) {
        return certificate;
      }
    }
    throw new CertificateException(
        "the fingerprint of the server's certificate is %s; expected %s"
            .formatted(fingerprint(chain[0]), sha256));
  }

  private static String fingerprint(X509Certificate certificate) throws CertificateException {
    try {
      var hash = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
      return HexFormat.of().formatHex(hash);
    } catch (GeneralSecurityException e) {
      throw new CertificateException(e);
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw servers();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    throw servers();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw servers();
  }

  private static CertificateException servers() {
    return new CertificateException("only servers are believed by their fingerprint");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
