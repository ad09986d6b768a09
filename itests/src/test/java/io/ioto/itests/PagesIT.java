// SPDX-License-Identifier: Apache-2.0
package io.ioto.itests;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.bench.Gateway;
import io.ioto.bench.Jars;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The operator opens our pages of the web console, also after what they show was swapped.
class PagesIT {
  private static final Map<String, String> PAGES =
      Map.of(
          "sync", "All changes of the cloud have arrived",
          "updates", "Runs release 0",
          "database", "The database is well.");

  @Test
  void pagesShowTheirServicesAndThoseThatReplaceThem() throws Exception {
    var setup = Gateway.Setup.fresh().plus("--app", "kickstart");
    try (var gateway = Gateway.start(setup);
        var web = new Web(setup.url())) {
      for (var page : PAGES.keySet()) {
        assertThat(web.get("/system/console/" + page).statusCode()).as(page).isEqualTo(401);
        assertShown(web, page);
      }
      assertThat(web.login("/system/console/database?model=Port", "admin", "admin").body())
          .contains("eth0");
      assertThat(web.login("/system/console/database?model=User", "admin", "admin").body())
          .contains("username")
          .doesNotContain("password");

      var bundles = Gateway.distribution().resolve("bundles");
      for (var name : new String[] {"db", "sync", "ota", "console"}) {
        var jar = Jars.version(Jars.find(bundles, "io.ioto." + name), "0.1.1");
        assertThat(gateway.control().post("/deploy", jar).status()).as(name).isEqualTo(200);
        assertThat(Status.of(gateway).bundles()).containsEntry("io.ioto." + name, "0.1.1");
        for (var page : PAGES.keySet()) {
          // What was stopped with it may take a moment to come back.
          eventually(Duration.ofSeconds(20), () -> assertShown(web, page));
        }
      }
      assertThat(gateway.terminate()).as(gateway.output()).isZero();
      assertThat(gateway.output()).doesNotContain("\nerror ");
    } finally {
      setup.delete();
    }
  }

  private static void assertShown(Web web, String page) throws IOException, InterruptedException {
    var answer = web.login("/system/console/" + page, "admin", "admin");
    assertThat(answer.statusCode()).as(page).isEqualTo(200);
    assertThat(answer.body()).as(page).contains(PAGES.get(page)).contains("navmenu");
  }
}
