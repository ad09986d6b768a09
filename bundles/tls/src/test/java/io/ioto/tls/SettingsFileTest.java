// SPDX-License-Identifier: Apache-2.0
package io.ioto.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.json.Json5;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SettingsFileTest {
  @Test
  void everyAttributeIsDescribedWithItsDefault() throws IOException {
    var defaults = new TreeMap<String, String>();
    try (var in = PemTls.class.getResourceAsStream("/OSGI-INF/ioto/settings.json5")) {
      assertThat(in).isNotNull();
      var text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      Json5.read(text, "settings.json5")
          .path("properties")
          .properties()
          .forEach(
              p -> {
                if (!p.getValue().path("later").asBoolean()) {
                  defaults.put(p.getKey(), Json5.print(p.getValue().path("default")));
                }
              });
    }

    assertThat(defaults)
        .containsEntry("certificate", "\"\"")
        .containsEntry("key", "\"\"")
        .containsEntry("ciphers", "[]")
        .containsEntry("folder", "\"@certs\"");
    assertThat(Arrays.stream(PemTls.Config.class.getDeclaredMethods()).map(m -> m.getName()))
        .containsExactlyInAnyOrderElementsOf(defaults.keySet());
  }
}
