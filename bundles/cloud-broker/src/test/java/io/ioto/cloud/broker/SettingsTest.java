// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.testing.Sections;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingsTest {
  @TempDir private Path folder;

  private Settings settings(String json5, boolean timeouts) {
    return Settings.of(
        Sections.config(MqttBroker.Config.class, "io.ioto.cloud-broker", folder, json5), timeouts);
  }

  @Test
  void defaults() {
    assertThat(settings("{}", true))
        .isEqualTo(
            new Settings(
                new Address("127.0.0.1", 8883),
                Set.of("localhost", "127.0.0.1"),
                "localhost",
                0,
                "devices",
                Duration.ofDays(90),
                folder.resolve("state/broker"),
                Duration.ofSeconds(10),
                Duration.ofMinutes(20),
                new Settings.Limits(
                    1000, 100, 256, 132 << 10, 256, 16, 128, 50, 100, 10_000, 1000, 4 << 20,
                    64 << 20, 1000, 4 << 20),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(1)));
  }

  @Test
  void timeoutsCanBeSwitchedOff() {
    var settings = settings("{}", false);
    assertThat(settings.handshake()).isGreaterThan(Duration.ofDays(30_000));
    assertThat(settings.keepAlive()).isGreaterThan(Duration.ofDays(30_000));
    assertThat(settings("{timeouts: {keepAlive: 'never'}}", true).keepAlive().toNanos())
        .isPositive();
  }

  @Test
  void namesMustNotBeMissing() {
    assertThatThrownBy(() -> settings("{names: []}", true))
        .hasMessage("broker.names is empty; expected one name or more");
  }

  @ParameterizedTest
  @CsvSource({
    "mqtts://127.0.0.1:1883, 127.0.0.1, 1883",
    "mqtts://[::1]:0,        [::1],     0",
    "mqtts://:8884,          '',        8884",
    "mqtts://host/,          host,      8883",
  })
  void endpointsAreRead(String text, String host, int port) {
    assertThat(Address.parse(text)).isEqualTo(new Address(host, port));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "127.0.0.1:8883", "mqtt://127.0.0.1", "mqtts://a:70000", "mqtts://a b"})
  void otherEndpointsAreRefused(String text) {
    assertThatThrownBy(() -> Address.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("broker.listen: '" + text + "'");
  }
}
