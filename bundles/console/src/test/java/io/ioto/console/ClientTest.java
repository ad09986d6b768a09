// SPDX-License-Identifier: Apache-2.0
package io.ioto.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1,                127.0.0.1,                true",
    "127.8.9.1,                127.8.9.1,                true",
    "[::1],                    0:0:0:0:0:0:0:1,          true",
    "::ffff:127.0.0.1,         127.0.0.1,                true",
    "192.0.2.7,                192.0.2.7,                false",
    "2001:db8:1:2:3:4:5:6,     20:01:0d:b8:00:01:00:02::/64, false",
    "[2001:db8:1:2:ffff::1],   20:01:0d:b8:00:01:00:02::/64, false",
    "example.com,              example.com,              false",
  })
  void clientIsItsAddressOrItsNetwork(String address, String name, boolean local) {
    assertThat(Client.of(address)).isEqualTo(new Client(name, local));
  }

  @Test
  void clientWithoutAddressIsNotOfThisMachine() {
    assertThat(Client.of(null)).isEqualTo(new Client("unknown", false));
  }
}
