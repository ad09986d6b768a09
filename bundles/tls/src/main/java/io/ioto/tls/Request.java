// SPDX-License-Identifier: Apache-2.0
package io.ioto.tls;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.List;

/// A certificate request of somebody else (PKCS#10, RFC 2986). Whose name it bears does not
/// matter; that its sender has the key does.
final class Request {
  private static final List<String> ALGORITHMS = List.of("EC", "RSA", "Ed25519");

  private Request() {}

  /// The key that a certificate is asked for.
  ///
  /// @throws IllegalArgumentException when the request is damaged or not signed by that key
  static PublicKey key(String pem) {
    var request = new DerReader(Pem.block("the request", pem, "CERTIFICATE REQUEST")).enter(0x30);
    var content = request.whole(0x30);
    var identifier = request.whole(0x30);
    var signature = request.value(0x03);
    var fields = new DerReader(content).enter(0x30);
    fields.whole(0x02);
    fields.whole(0x30);
    var key = publicKey(fields.whole(0x30));
    var signing =
        Signing.of(identifier)
            .orElseThrow(
                () -> wrong("is signed in an unknown way; expected ECDSA, RSA or Ed25519"));
    try {
      var check = Signature.getInstance(signing.algorithm());
      check.initVerify(key);
      check.update(content);
      // The first byte of a bit string counts its unused bits.
      if (signature.length < 2 || !check.verify(signature, 1, signature.length - 1)) {
        throw wrong("is not signed by its own key");
      }
    } catch (GeneralSecurityException e) {
      throw wrong("is not signed by its own key: " + e.getMessage());
    }
    return key;
  }

  private static PublicKey publicKey(byte[] encoded) {
    for (var algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(encoded));
      } catch (GeneralSecurityException _) {
        // Another kind of key: the next one.
      }
    }
    throw wrong("has no key of a known kind; expected one of " + String.join(", ", ALGORITHMS));
  }

  private static IllegalArgumentException wrong(String what) {
    return new IllegalArgumentException("the request " + what);
  }
}
