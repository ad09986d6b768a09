// SPDX-License-Identifier: Apache-2.0
package io.ioto.console.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ConsoleAppTest {
  @Test
  void thePageLoadsWhatIsInTheBundleAndNothingElse() throws IOException {
    var page = file("site/index.html").replace("&#39;", "'");
    var references = Pattern.compile("(?:src|href)=\"([^\"]+)\"").matcher(page);
    var count = 0;
    while (references.find()) {
      // Relative, or it would not work at /console/.
      assertThat(references.group(1)).startsWith("./");
      assertThat(file("site/" + references.group(1).substring(2))).isNotEmpty();
      count++;
    }
    assertThat(count).isGreaterThanOrEqualTo(3);
    assertThat(page).contains("script-src 'self'; style-src 'self'").doesNotContain("<style");
  }

  private static String file(String name) throws IOException {
    try (var in = ConsoleApp.class.getResourceAsStream("/" + name)) {
      assertThat(in).as(name).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
