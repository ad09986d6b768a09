// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.api.runtime.Readiness;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;

final class HealthTest {
  private record Fixed(List<String> missing) implements Readiness {
    @Override
    public List<String> missing(Bundle bundle) {
      return missing;
    }
  }

  @Test
  void saysYesOrNoAndNothingElse(@TempDir Path folder) throws Exception {
    try (var site = new Site(folder, "{}")) {
      var health = new Health();
      site.publish(health);
      var live = site.get("/health/live");
      assertThat(live.statusCode()).isEqualTo(200);
      assertThat(live.body()).isEqualTo("{\"live\":true}");
      assertThat(live.headers().firstValue("Cache-Control")).contains("no-store");
      assertThat(live.headers().firstValue("Content-Type")).contains("application/json");

      var unknown = site.get("/health/ready");
      assertThat(unknown.statusCode()).isEqualTo(503);
      assertThat(unknown.body()).isEqualTo("{\"ready\":false}");

      health.readiness = new Fixed(List.of("bundle x"));
      assertThat(site.get("/health/ready").statusCode()).isEqualTo(503);
      health.readiness = new Fixed(List.of());
      assertThat(site.get("/health/ready").body()).isEqualTo("{\"ready\":true}");
    }
  }
}
