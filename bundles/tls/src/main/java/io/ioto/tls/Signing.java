// SPDX-License-Identifier: Apache-2.0
package io.ioto.tls;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// How a certificate or a request is signed.
///
/// @param algorithm as Java names it
/// @param oid as X.509 names it
record Signing(String algorithm, String oid) {
  static final Signing ECDSA = new Signing("SHA256withECDSA", "1.2.840.10045.4.3.2");
  static final Signing RSA = new Signing("SHA256withRSA", "1.2.840.113549.1.1.11");
  static final Signing ED25519 = new Signing("Ed25519", "1.3.101.112");

  /// What X.509 calls the algorithm identifier (RFC 5280 §4.1.1.2).
  byte[] identifier() {
    // RFC 4055 §5: with RSA the parameters are NULL; the others have none.
    return equals(RSA) ? Der.sequence(Der.oid(oid), Der.tagged(0x05)) : Der.sequence(Der.oid(oid));
  }

  /// The one that an identifier stands for, if it is known here.
  static Optional<Signing> of(byte[] identifier) {
    return List.of(ECDSA, RSA, ED25519).stream()
        .filter(s -> Arrays.equals(s.identifier(), identifier))
        .findFirst();
  }
}
