// SPDX-License-Identifier: Apache-2.0
package io.ioto.tls;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;

/// Writes the parts of ASN.1 DER (X.690) that a certificate is made of.
final class Der {
  private static final DateTimeFormatter UTC_TIME =
      DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter GENERALIZED_TIME =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
  // RFC 5280 §4.1.2.5: from 2050 on in the longer form.
  private static final Instant LONG_TIME = Instant.parse("2050-01-01T00:00:00Z");

  private Der() {}

  static byte[] sequence(byte[]... parts) {
    return tagged(0x30, parts);
  }

  static byte[] set(byte[]... parts) {
    return tagged(0x31, parts);
  }

  /// A context-specific tag around whole values.
  static byte[] explicit(int number, byte[]... parts) {
    return tagged(0xA0 | number, parts);
  }

  static byte[] integer(BigInteger value) {
    return tagged(0x02, value.toByteArray());
  }

  static byte[] yes() {
    return tagged(0x01, new byte[] {(byte) 0xFF});
  }

  static byte[] octets(byte[] value) {
    return tagged(0x04, value);
  }

  /// A bit string of which the last bits are not used.
  static byte[] bits(int unused, byte[] value) {
    return tagged(0x03, new byte[] {(byte) unused}, value);
  }

  static byte[] text(String value) {
    return tagged(0x0C, value.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] time(Instant value) {
    return value.isBefore(LONG_TIME)
        ? tagged(0x17, UTC_TIME.format(value).getBytes(StandardCharsets.US_ASCII))
        : tagged(0x18, GENERALIZED_TIME.format(value).getBytes(StandardCharsets.US_ASCII));
  }

  /// An object identifier in its dotted form.
  static byte[] oid(String dotted) {
    var numbers = Arrays.stream(dotted.split("\\.", -1)).mapToLong(Long::parseLong).toArray();
    var content = new ByteArrayOutputStream();
    writeBase128(content, numbers[0] * 40 + numbers[1]);
    for (var i = 2; i < numbers.length; i++) {
      writeBase128(content, numbers[i]);
    }
    return tagged(0x06, content.toByteArray());
  }

  /// Any tag, with its length and its content.
  static byte[] tagged(int tag, byte[]... parts) {
    var length = 0;
    for (var part : parts) {
      length += part.length;
    }
    var out = new ByteArrayOutputStream(length + 6);
    out.write(tag);
    if (length < 0x80) {
      out.write(length);
    } else {
      var bytes = (39 - Integer.numberOfLeadingZeros(length)) / 8;
      out.write(0x80 | bytes);
      for (var i = bytes - 1; i >= 0; i--) {
        out.write(length >> (8 * i));
      }
    }
    for (var part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static void writeBase128(ByteArrayOutputStream out, long value) {
    var digits = Math.max(1, (70 - Long.numberOfLeadingZeros(value)) / 7);
    for (var i = digits - 1; i >= 0; i--) {
      var digit = (int) (value >> (7 * i)) & 0x7F;
      out.write(i == 0 ? digit : digit | 0x80);
    }
  }
}
