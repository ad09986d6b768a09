// SPDX-License-Identifier: Apache-2.0
package io.ioto.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.json.Json5;
import io.ioto.json.Section;
import io.ioto.testing.Configs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class SettingsFileTest {
  @Test
  void withoutConfigurationTheCertificateIsSelfSigned() throws IOException {
    try (var in = PemTls.class.getResourceAsStream("/" + Section.RESOURCE)) {
      assertThat(in).isNotNull();
      var text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      var section = Section.read(Json5.document(text, Section.RESOURCE)).getFirst();
      assertThat(section.pid()).isEqualTo("io.ioto.tls");

      var defaults = section.defaults(path -> path.replace("@certs", "/state/certs"));

      assertThat(PemTls.Settings.of(Configs.of(PemTls.Config.class, defaults)))
          .isEqualTo(new PemTls.Settings(null, null, List.of(), Path.of("/state/certs")));
    }
  }
}
