// SPDX-License-Identifier: Apache-2.0
package io.ioto.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;

/// Signs certificates (RFC 5280) and certificate requests (RFC 2986) with one key.
final class X509 {
  private static final byte[] SERVER = Der.oid("1.3.6.1.5.5.7.3.1");
  private static final byte[] CLIENT = Der.oid("1.3.6.1.5.5.7.3.2");

  /// Key usage: digital signature.
  private static final byte[] SIGNS = Der.bits(7, new byte[] {(byte) 0x80});

  /// Key usage: signs certificates and revocation lists.
  private static final byte[] CERTIFIES = Der.bits(1, new byte[] {0x06});

  private final byte[] issuer;
  private final PrivateKey key;
  private final Signing signing;

  /// @param issuer DER name of whose key it is
  X509(byte[] issuer, PrivateKey key, Signing signing) {
    this.issuer = issuer;
    this.key = key;
    this.signing = signing;
  }

  /// A new P-256 key.
  static KeyPair newKey() throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  /// A name in DER form.
  static byte[] name(String organisation, String common) {
    return Der.sequence(attribute("2.5.4.10", organisation), attribute("2.5.4.3", common));
  }

  /// A name in DER form.
  static byte[] name(String common) {
    return Der.sequence(attribute("2.5.4.3", common));
  }

  /// A certificate for somebody's key, valid from a day before its start, since clocks differ.
  ///
  /// @param subject DER name
  /// @param extensions of [#server], [#client] or [#authority]
  X509Certificate sign(
      byte[] subject, PublicKey publicKey, Instant start, Instant end, byte[]... extensions)
      throws GeneralSecurityException {
    var hash = MessageDigest.getInstance("SHA-256").digest(publicKey.getEncoded());
    // Subject key identifier: RFC 7093 §2, cut to the usual 160 bits.
    var identifier = extension("2.5.29.14", false, Der.octets(Arrays.copyOf(hash, 20)));
    var all = Arrays.copyOf(extensions, extensions.length + 1);
    all[extensions.length] = identifier;
    var content =
        Der.sequence(
            Der.explicit(0, Der.integer(BigInteger.TWO)), // version 3
            Der.integer(new BigInteger(126, new SecureRandom()).setBit(126)),
            signing.identifier(),
            issuer,
            Der.sequence(Der.time(start.minus(Duration.ofDays(1))), Der.time(end)),
            subject,
            publicKey.getEncoded(),
            Der.explicit(3, Der.sequence(all)));
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(signed(content)));
  }

  /// A request for a certificate in the name of the issuer.
  byte[] request(PublicKey publicKey) throws GeneralSecurityException {
    return signed(
        Der.sequence(
            Der.integer(BigInteger.ZERO), issuer, publicKey.getEncoded(), Der.explicit(0)));
  }

  private byte[] signed(byte[] content) throws GeneralSecurityException {
    var signature = Signature.getInstance(signing.algorithm());
    signature.initSign(key);
    signature.update(content);
    return Der.sequence(content, signing.identifier(), Der.bits(0, signature.sign()));
  }

  /// Extensions of a server's certificate.
  ///
  /// @param names host names and IP addresses
  static byte[][] server(Set<String> names) {
    var alternatives = names.stream().map(X509::alternative).toArray(byte[][]::new);
    return new byte[][] {
      extension("2.5.29.15", true, SIGNS),
      extension("2.5.29.17", false, Der.sequence(alternatives)),
      extension("2.5.29.19", true, Der.sequence()), // no authority
      extension("2.5.29.37", false, Der.sequence(SERVER)),
    };
  }

  /// Extensions of a client's certificate.
  static byte[][] client() {
    return new byte[][] {
      extension("2.5.29.15", true, SIGNS),
      extension("2.5.29.19", true, Der.sequence()),
      extension("2.5.29.37", false, Der.sequence(CLIENT)),
    };
  }

  /// Extensions of an authority whose certificates are for no further authorities.
  static byte[][] authority() {
    return new byte[][] {
      extension("2.5.29.15", true, CERTIFIES),
      extension("2.5.29.19", true, Der.sequence(Der.yes(), Der.integer(BigInteger.ZERO))),
    };
  }

  /// True for an IP address, in the form in which it is written.
  static boolean address(String name) {
    return name.contains(":") || name.matches("[0-9.]+");
  }

  private static byte[] alternative(String name) {
    return address(name)
        ? Der.tagged(0x87, InetAddress.ofLiteral(name).getAddress())
        : Der.tagged(0x82, name.getBytes(US_ASCII));
  }

  private static byte[] extension(String oid, boolean critical, byte[] value) {
    return critical
        ? Der.sequence(Der.oid(oid), Der.yes(), Der.octets(value))
        : Der.sequence(Der.oid(oid), Der.octets(value));
  }

  private static byte[] attribute(String oid, String value) {
    return Der.set(Der.sequence(Der.oid(oid), Der.text(value)));
  }
}
