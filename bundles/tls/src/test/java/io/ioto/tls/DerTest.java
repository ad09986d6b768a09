// SPDX-License-Identifier: Apache-2.0
package io.ioto.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.time.Instant;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DerTest {
  private static String hex(byte[] der) {
    return HexFormat.of().formatHex(der);
  }

  @ParameterizedTest
  @CsvSource({
    "2.5.29.17, 0603551d11",
    "1.2.840.10045.4.3.2, 06082a8648ce3d040302",
    "1.3.101.112, 06032b6570",
    "2.999.0, 0603883700",
  })
  void objectIdentifiersAreBase128(String dotted, String der) {
    assertThat(hex(Der.oid(dotted))).isEqualTo(der);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0400",
    "127, 047f",
    "128, 048180",
    "255, 0481ff",
    "256, 04820100",
    "65535, 0482ffff",
    "65536, 0483010000",
  })
  void lengthsTakeTheShortestForm(int length, String start) {
    var der = Der.octets(new byte[length]);

    assertThat(hex(der)).startsWith(start);
    assertThat(der).hasSize(length + start.length() / 2);
  }

  @Test
  void positiveIntegersStayPositive() {
    assertThat(hex(Der.integer(BigInteger.valueOf(128)))).isEqualTo("02020080");
    assertThat(hex(Der.integer(BigInteger.TWO))).isEqualTo("020102");
  }

  @Test
  void timesFrom2050OnHaveFourDigitYears() {
    assertThat(Der.time(Instant.parse("2049-12-31T23:59:59Z")))
        .asString()
        .endsWith("491231235959Z");
    assertThat(hex(Der.time(Instant.parse("2050-01-01T00:00:00Z"))))
        .isEqualTo(
            "180f" + hex("20500101000000Z".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
  }
}
