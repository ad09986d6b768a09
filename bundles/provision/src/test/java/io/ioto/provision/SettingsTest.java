// SPDX-License-Identifier: Apache-2.0
package io.ioto.provision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.api.tls.Trust;
import io.ioto.testing.Sections;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
  private static final String PRINT = "ab".repeat(32);

  private final Path folder;

  SettingsTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private Settings settings(String json5) {
    return Settings.of(Sections.config(Enrolment.Config.class, "io.ioto.provision", folder, json5));
  }

  @Test
  void withoutConfigurationThereIsNoCloud() {
    assertThat(settings("{}"))
        .isEqualTo(
            new Settings(
                null,
                Trust.PLATFORM,
                "",
                "",
                new Settings.Poll(
                    Duration.ofMillis(1250), Duration.ofMillis(250), Duration.ofMinutes(61)),
                Duration.ofSeconds(2),
                Duration.ofMinutes(5),
                Duration.ofHours(1)));
  }

  @ParameterizedTest
  @CsvSource({
    "https://cloud.example, https://cloud.example/api",
    "https://cloud.example/, https://cloud.example/api",
    "https://cloud.example:9443/v1/, https://cloud.example:9443/v1",
    "http://127.0.0.1:9080, http://127.0.0.1:9080/api",
    "http://localhost:9080, http://localhost:9080/api",
    "http://[::1]:9080, http://[::1]:9080/api",
  })
  void addressIsCompleted(String text, String api) {
    assertThat(Site.of("it", text)).isEqualTo(new Site(URI.create(api), null));
    var settings = settings("{device: {cloud: '%s', account: 'a1'}}".formatted(text));
    assertThat(settings.site()).isEqualTo(Site.of("it", text));
    assertThat(settings.cloud()).isEmpty();
    assertThat(settings.account()).isEqualTo("a1");
  }

  @Test
  void nameOfACloudIsNoAddressAndTheBuilderBeatsIt() {
    var settings = settings("{device: {cloud: 'C1'}}");
    assertThat(settings.site()).isNull();
    assertThat(settings.cloud()).isEqualTo("C1");
    assertThat(settings("{device: {cloud: 'https://a'}, api: {builder: 'https://b'}}").site())
        .isEqualTo(Site.of("it", "https://b"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://cloud.example",
        "http://10.0.0.1:9080",
        "ftp://cloud.example",
        "https://",
        "https://me:secret@cloud.example",
        "https://cloud example",
        "cloud.example",
      })
  void addressThatCannotBeOneIsRefused(String text) {
    assertThatThrownBy(() -> settings("{api: {builder: '%s'}}".formatted(text)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("api.builder: '%s' is no address: ", text);
  }

  @Test
  void trustIsThatOfTheAddressThenThePrintThenTheFile() throws IOException {
    Files.writeString(folder.resolve("ca.pem"), "PEM");
    var file = "cloud: {ca: 'ca.pem'}";

    assertThat(settings("{api: {builder: 'https://a'}, %s}".formatted(file)).trust())
        .isEqualTo(new Trust.Authorities("PEM"));
    assertThat(settings("{cloud: {fingerprint: '%s'}}".formatted(PRINT)).trust())
        .isEqualTo(new Trust.Pinned(PRINT));
    for (var fragment : new String[] {PRINT, "sha256=" + PRINT, PRINT.toUpperCase(Locale.ROOT)}) {
      var address = "https://a#" + fragment;
      assertThat(settings("{device: {cloud: '%s'}, %s}".formatted(address, file)).trust())
          .isEqualTo(new Trust.Pinned(PRINT));
    }
    assertThatThrownBy(() -> settings("{cloud: {ca: 'absent.pem'}}"))
        .hasMessageStartingWith("cloud.ca: ")
        .hasMessageContaining("absent.pem cannot be read");
    assertThatThrownBy(() -> settings("{cloud: {fingerprint: 'AB'}}"))
        .hasMessageStartingWith("cloud.fingerprint: 'ab' is no SHA-256 fingerprint");
  }

  @Test
  void fingerprintOfAnEarlierAddressCountsWhereThereIsNoOtherTrust() {
    var kept = Optional.of(Progress.none("https://a/api", PRINT, "D1"));
    var pinned = new Trust.Pinned(PRINT);
    assertThat(settings("{}").remembering(kept).trust()).isEqualTo(pinned);
    assertThat(settings("{device: {cloud: 'https://a'}}").remembering(kept).trust())
        .isEqualTo(pinned);
    assertThat(settings("{device: {cloud: 'https://b'}}").remembering(kept).trust())
        .isEqualTo(Trust.PLATFORM);
    var other = "cd".repeat(32);
    assertThat(settings("{cloud: {fingerprint: '%s'}}".formatted(other)).remembering(kept).trust())
        .isEqualTo(new Trust.Pinned(other));
    assertThat(settings("{}").remembering(Optional.empty()).trust()).isEqualTo(Trust.PLATFORM);
    var without = Optional.of(Progress.none("https://a/api", null, "D1"));
    assertThat(settings("{}").remembering(without).trust()).isEqualTo(Trust.PLATFORM);
  }

  @Test
  void pausesBetweenQuestionsGrowSteadily() {
    var poll = settings("{}").poll();
    assertThat(poll.pause(0)).isEqualTo(Duration.ofMillis(1250));
    assertThat(poll.pause(3)).isEqualTo(Duration.ofSeconds(2));
    assertThat(poll.pause(1_000_000)).isEqualTo(Duration.ofMinutes(61));
  }
}
