// SPDX-License-Identifier: Apache-2.0
package io.ioto.itests;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.bench.Gateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// A person starts the gateway and opens what it tells of.
class StartIT {
  private static final String CONSOLE = "/system/console/bundles";

  @Test
  void gatewayServesWhatItTellsOfAndEndsCleanly() throws Exception {
    var setup = Gateway.Setup.fresh();
    var before = files(setup.home());
    try (var gateway = Gateway.start(setup);
        var web = new Web(setup.url())) {
      assertThat(gateway.awaitLine(l -> l.contains("/system/console"))).contains("Web Console");
      assertThat(gateway.output()).contains(setup.url().toString());

      var page = web.get("/");
      assertThat(page.statusCode()).isEqualTo(200);
      assertThat(page.body()).contains("<html").contains("</html>");
      assertThat(page.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
      assertThat(web.get("/health/live").statusCode()).isEqualTo(200);
      assertThat(web.get("/health/ready").statusCode()).isEqualTo(200);
      assertThat(web.get("/api/empty/status").statusCode()).isEqualTo(200);
      assertThat(web.get("/nothing/here").statusCode()).isEqualTo(404);

      var challenge = web.get(CONSOLE);
      assertThat(challenge.statusCode()).isEqualTo(401);
      assertThat(challenge.headers().firstValue("WWW-Authenticate").orElse(""))
          .startsWith("Basic realm=");
      var console = web.login(CONSOLE, "admin", "admin");
      assertThat(console.statusCode()).isEqualTo(200);
      assertThat(console.body()).contains("io.ioto.console");
      for (var page2 :
          List.of("services", "components", "configMgr", "events", "memoryusage", "vmstat")) {
        assertThat(web.login("/system/console/" + page2, "admin", "admin").statusCode())
            .as(page2)
            .isEqualTo(200);
      }

      Status.of(gateway).assertComplete(gateway);
      var status = gateway.run("status");
      assertThat(status.exit()).isZero();
      assertThat(status.output()).contains("is ready").contains("io.ioto.empty");

      assertThat(gateway.terminate()).as(gateway.output()).isZero();
      assertThat(gateway.output()).doesNotContain("\nerror ").doesNotContain("\tat ");
    } finally {
      setup.delete();
    }
    assertThat(files(setup.home())).as("the distribution itself").isEqualTo(before);
  }

  @Test
  void outsideTheDevProfileFirstPasswordIsGeneratedAndShownOnce() throws Exception {
    var setup = Gateway.Setup.fresh().with("--profile", "prod");
    try {
      String password;
      try (var gateway = Gateway.start(setup);
          var web = new Web(setup.url())) {
        password = shownOnce(gateway);
        assertThat(web.login(CONSOLE, "admin", "admin").statusCode()).isEqualTo(401);
        assertThat(web.login(CONSOLE, "admin", password).statusCode()).isEqualTo(200);
        gateway.terminate();
      }
      assertPrivate(setup.state());

      try (var gateway = Gateway.start(setup);
          var web = new Web(setup.url())) {
        assertThat(shownOnce(gateway)).isEqualTo(password);
        assertThat(web.login(CONSOLE, "admin", password).statusCode()).isEqualTo(200);
        for (var i = 0; i < 10; i++) {
          assertThat(web.login(CONSOLE, "admin", "guess").statusCode()).isEqualTo(401);
        }
        assertThat(web.login(CONSOLE, "admin", password).statusCode()).isEqualTo(429);
        assertThat(gateway.log()).contains("login from 127.0.0.1 failed").doesNotContain("guess");
      }
    } finally {
      setup.delete();
    }
  }

  @Test
  void consoleThatIsSwitchedOffLetsNobodyIn() throws Exception {
    var fresh = Gateway.Setup.fresh();
    var config = Files.createDirectories(fresh.state().resolve("config"));
    Files.writeString(config.resolve("ioto.json5"), "{ services: { console: false } }");
    var setup = fresh.with("--profile", "dev", "--config", config.toString());
    try (var gateway = Gateway.start(setup);
        var web = new Web(setup.url())) {
      assertThat(gateway.output()).doesNotContain("Web Console");
      assertThat(web.login(CONSOLE, "admin", "admin").statusCode()).isIn(401, 404);
      assertThat(web.get("/").statusCode()).isEqualTo(200);
    } finally {
      setup.delete();
    }
  }

  private static String shownOnce(Gateway gateway) throws IOException {
    var shown =
        Pattern.compile("web console as 'admin' with the password (\\S+)").matcher(gateway.log());
    assertThat(shown.find()).as(gateway.log()).isTrue();
    var password = shown.group(1);
    assertThat(shown.find()).as(gateway.log()).isFalse();
    return password;
  }

  /// Nothing in the state folder may be read by others.
  private static void assertPrivate(Path state) throws IOException {
    try (var files = Files.walk(state)) {
      for (var file : files.toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .as(file.toString())
            .endsWith("------");
      }
    }
  }

  private static Map<String, String> files(Path folder) throws IOException {
    var all = new TreeMap<String, String>();
    try (var files = Files.walk(folder)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        all.put(file.toString(), Files.size(file) + " bytes of " + Files.getLastModifiedTime(file));
      }
    }
    return all;
  }
}
