// SPDX-License-Identifier: Apache-2.0
package io.ioto.tls;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;

/// A private key and the certificates that vouch for it, the key's own first.
record Credentials(PrivateKey key, List<X509Certificate> chain) {
  Credentials {
    chain = List.copyOf(chain);
    if (chain.isEmpty()) {
      throw new IllegalArgumentException("a key without a certificate");
    }
  }

  X509Certificate certificate() {
    return chain.getFirst();
  }

  /// True when the key is that of the certificate.
  boolean match() {
    var algorithm = key.getAlgorithm();
    if (!algorithm.equals(certificate().getPublicKey().getAlgorithm())) {
      return false;
    }
    try {
      var signature =
          Signature.getInstance(
              switch (algorithm) {
                case "EC" -> "SHA256withECDSA";
                case "RSA" -> "SHA256withRSA";
                default -> algorithm;
              });
      var challenge = new byte[] {1, 2, 3};
      signature.initSign(key);
      signature.update(challenge);
      var signed = signature.sign();
      signature.initVerify(certificate().getPublicKey());
      signature.update(challenge);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      // Keys of one kind on different curves, or of different length, fail in their own ways.
      return false;
    }
  }

  /// SHA-256 of the certificate, as browsers show it.
  String fingerprint() {
    try {
      var hash = MessageDigest.getInstance("SHA-256").digest(certificate().getEncoded());
      return HexFormat.ofDelimiter(":").withUpperCase().formatHex(hash);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Never shows the key.
  @Override
  public String toString() {
    return "%s key of %s".formatted(key.getAlgorithm(), certificate().getSubjectX500Principal());
  }
}
