// SPDX-License-Identifier: Apache-2.0
package io.ioto.itests;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.bench.Fleet;
import io.ioto.bench.Gateway;
import io.ioto.bench.Jars;
import io.ioto.bench.Load;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The walk-through of the README as a person sees it: the pages of the cloud and of the device in
/// Chromium, the distribution as two processes. The pictures are in `target/screens`.
class WalkIT {
  private static final Path SCREENS = Path.of("target", "screens");
  private static final String KICKSTART = "io.ioto.kickstart";

  @TempDir Path folder;
  private Workshop workshop;
  private Fleet fleet;
  private Browser browser;

  @BeforeEach
  void open() throws Exception {
    workshop = Workshop.in(folder);
    workshop.tool(List.of("keys", "init"));
    browser = Browser.open(SCREENS);
    fleet = new Fleet(this::prepared);
  }

  @AfterEach
  void close() throws Exception {
    browser.screenshot("99-last");
    browser.close();
    fleet.close();
  }

  @Test
  void fromTheClaimToTheReleaseThatGoesBack() throws Exception {
    claim();
    edit();
    release();
    releaseThatFails();
    small();
    assertThat(browser.complaints()).isEmpty();
  }

  private Gateway.Setup prepared(Path configuration, Gateway.Setup setup) throws IOException {
    Files.copy(folder.resolve("keys/root.json"), configuration.resolve("root.json"));
    Files.writeString(
        configuration.resolve("local.json5"),
        """
        {update: {enable: true, period: '1 sec', gate: {minStable: '1 sec', settle: '8 secs'}}}
        """);
    return setup.plus("--app", "kickstart");
  }

  private void claim() throws Exception {
    browser.window("device");
    browser.go(fleet.device().url());
    browser.fill("input[name=username]", "admin");
    browser.fill("input[name=password]", fleet.devicePassword());
    browser.screenshot("01-login");
    browser.enter("input[name=password]");
    browser.await(() -> assertThat(browser.text("[data-kind=cloud]")).isEqualTo("Not claimed"));
    browser.click("[data-kind=cloud]");
    browser.await(() -> assertThat(browser.text(".more")).contains(fleet.id()));
    browser.screenshot("02-claim-id");

    browser.window("cloud");
    browser.go(fleet.cloudPage());
    browser.fill("input[name=password]", fleet.cloudPassword());
    browser.enter("input[name=password]");
    browser.await(() -> assertThat(browser.text("#devices")).contains(fleet.id(), "registered"));
    browser.screenshot("03-cloud-registered");
    browser.fill("#claim input", fleet.id());
    browser.enter("#claim input");
    browser.await(() -> assertThat(browser.text("#devices .online")).isEqualTo("online"));
    browser.clickText("button", "Data");
    browser.await(() -> assertThat(browser.text("#items")).contains("port#p0"));
    browser.screenshot("04-cloud-online");

    browser.window("device");
    browser.await(() -> assertThat(browser.text("[data-kind=cloud]")).isEqualTo("In sync"));
    browser.screenshot("05-dashboard");
  }

  private void edit() throws Exception {
    browser.clickText("a", "Ports");
    browser.click("[aria-label='Edit eth0']");
    browser.fillLabelled("Description", "Fibre to the roof");
    browser.screenshot("06-edit-port");
    browser.clickText("button", "Save");
    browser.window("cloud");
    var field = "[aria-label='description of port#p0']";
    browser.await(() -> assertThat(browser.value(field)).isEqualTo("Fibre to the roof"));
    browser.screenshot("07-cloud-has-it");

    browser.fill(field, "Fibre to the cellar");
    browser.enter(field);
    browser.window("device");
    // Without a reload.
    browser.await(() -> assertThat(browser.text("tbody")).contains("Fibre to the cellar"));
    browser.screenshot("08-device-has-it");
  }

  private void release() throws Exception {
    var jar = folder.resolve("kickstart.jar");
    Files.write(jar, retitled("0.2.0", "Kickstart two"));
    try (var load = new Load(fleet.device().url(), List.of(page()), 8)) {
      load.await(200);
      publish("--jar", jar.toString());
      browser.click("[data-kind=update]");
      browser.await(
          Duration.ofMinutes(2),
          () -> assertThat(browser.text(".more")).contains("Up to date", "release 1"));
      load.await(load.requests() + 200);
      var result = load.stop();
      assertThat(result.problems()).isEmpty();
      assertThat(result.failures()).isZero();
    }
    browser.screenshot("09-release-runs");
    browser.go(fleet.device().url());
    browser.await(() -> assertThat(browser.title()).contains("Kickstart two"));
    browser.window("cloud");
    browser.await(() -> assertThat(browser.text("#devices")).contains("1 committed"));
    browser.screenshot("10-cloud-knows-release");
  }

  private void releaseThatFails() throws Exception {
    var why = "UNHEALTHY: valve: the valve is stuck";
    publish("--jar", workshop.bundle("sick", UpdateIT.Sick.class));
    browser.await(
        Duration.ofMinutes(2),
        () -> assertThat(browser.text("#devices")).contains("2 rolled back", why));
    browser.screenshot("11-cloud-says-why");
    browser.window("device");
    browser.click("[data-kind=update]");
    browser.await(
        () ->
            assertThat(browser.text(".more"))
                .contains("Went back from 2", "the valve is stuck", "release 1"));
    browser.screenshot("12-device-says-why");
    browser.go(fleet.device().url());
    browser.await(() -> assertThat(browser.title()).contains("Kickstart two"));
  }

  /// Every page once more, on a telephone.
  private void small() throws Exception {
    browser.size(400, 800);
    for (var name : List.of("dashboard", "ports", "events", "users")) {
      browser.go(page(name));
      browser.await(() -> assertThat(browser.text("h1")).isNotEmpty());
      browser.screenshot("13-small-" + name);
    }
  }

  private void publish(String... options) throws Exception {
    var all = new ArrayList<>(List.of("release", "build", "sign", "publish", "--app", "kickstart"));
    all.addAll(fleet.publish());
    all.addAll(List.of(options));
    workshop.tool(all);
  }

  private Load.Target page() {
    return new Load.Target(
        "/", body -> new String(body, StandardCharsets.UTF_8).stripLeading().startsWith("<!"));
  }

  private URI page(String name) {
    return fleet.device().url().resolve("/#/" + name);
  }

  /// Kickstart with one line changed, the title of the page.
  private byte[] retitled(String version, String title) throws IOException {
    var jar = Jars.find(workshop.home().resolve("bundles"), KICKSTART);
    var page =
        new String(entry(jar, "site/index.html"), StandardCharsets.UTF_8)
            .replace("<title>Kickstart</title>", "<title>" + title + "</title>")
            .getBytes(StandardCharsets.UTF_8);
    var small = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(small)) {
      gzip.write(page);
    }
    return Jars.edition(
        jar,
        Map.of("Bundle-Version", version),
        Map.of("site/index.html", page, "site/index.html.gz", small.toByteArray()));
  }

  private static byte[] entry(byte[] jar, String name) throws IOException {
    try (var in = new JarInputStream(new ByteArrayInputStream(jar))) {
      for (var entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
        if (entry.getName().equals(name)) {
          return in.readAllBytes();
        }
      }
      throw new IOException("there is no " + name);
    }
  }
}
