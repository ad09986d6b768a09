// SPDX-License-Identifier: Apache-2.0
package io.ioto.trust;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// Believes the server whose certificate has this hash, whatever name it bears, and nobody else.
final class PinnedServer extends X509ExtendedTrustManager {
  private final String sha256;

  /// @param sha256 lower-case hex
  PinnedServer(String sha256) {
    this.sha256 = sha256;
  }

  private void check(X509Certificate[] chain) throws CertificateException {
    var shown = Hash.of(chain[0].getEncoded());
    if (!shown.equals(sha256)) {
      throw new CertificateException(
          "the SHA-256 of the server's certificate is %s; expected %s".formatted(shown, sha256));
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    throw new CertificateException("this is no server");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("this is no server");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    throw new CertificateException("this is no server");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
