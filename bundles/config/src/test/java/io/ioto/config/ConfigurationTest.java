// SPDX-License-Identifier: Apache-2.0
package io.ioto.config;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.ioto.api.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkUtil;

class ConfigurationTest {
  private static final String A = "io.ioto.a";

  /// Quick to notice, so that no test waits long.
  private static final String QUICK = "config: {debounce: '5 ms', poll: '50 ms'}";

  private final Gateway gateway;
  private final Folder folder;
  private final List<String> fatal = new ArrayList<>();
  private final List<Configuration> started = new ArrayList<>();

  ConfigurationTest(@TempDir Path root) throws IOException, BundleException {
    gateway = new Gateway(root, Map.of());
    folder = new Folder(root.resolve("config"));
    folder.write("ioto.json5", "{" + QUICK + "}");
  }

  @AfterEach
  void stop() throws Exception {
    started.forEach(Configuration::close);
    gateway.stop();
  }

  private Configuration start() throws Exception {
    if (gateway.framework().getBundleContext().getBundle("io.ioto.config:1") == null) {
      try (var in = Configuration.class.getResourceAsStream("/OSGI-INF/ioto/settings.json5")) {
        gateway.install(
            "io.ioto.config",
            "1",
            new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
      }
    }
    var configuration = gateway.configuration(fatal::add);
    started.add(configuration);
    return configuration;
  }

  private void stop(Configuration configuration) {
    started.remove(configuration);
    configuration.close();
  }

  private static String settings(String properties) {
    return "{pid: '%s', section: 'a', service: 'a', properties: {%s}}".formatted(A, properties);
  }

  private static String number(int preset) {
    return settings("n: {type: 'int', default: %d, min: 0}".formatted(preset));
  }

  @Test
  void aBundlesSectionIsPublishedForAnyBundle() throws Exception {
    gateway.install(A, "1", settings("n: {type: 'size', default: 1}, l: {type: 'string[]'}"));
    folder.write("local.json5", "{a: {n: '1k'}}");
    start();
    var published = existing(A);
    assertThat(published.getBundleLocation()).isEqualTo("?");
    assertThat(published.getProperties().get("n")).isEqualTo(1024L);
    assertThat(published.getProperties().get("l")).isEqualTo(new String[0]);
    assertThat(fatal).isEmpty();
  }

  @Test
  void theWholeIsASettingsService() throws Exception {
    folder.write("local.json5", "{a: {b: [1]}, profile: 'prod', services: {a: false}}");
    gateway.install(A, "1", number(1));
    start();
    var settings = gateway.service(Settings.class);
    assertThat(settings.get("a.b")).hasValueSatisfying(b -> assertThat(b).hasToString("[1]"));
    assertThat(settings.get("a.c")).isEmpty();
    assertThat(settings.profile()).isEqualTo("prod");
    assertThat(settings.disabled()).containsExactly(A);
    assertThat(settings.path("@config/x")).isEqualTo(folder.path().resolve("x"));
    assertThat(settings.all().at("/services/a").asBoolean(true)).isFalse();
  }

  @Test
  void aBundleDeployedLaterFindsItsConfigurationAtOnce() throws Exception {
    folder.write("local.json5", "{a: {n: 7}}");
    start();
    assertThat(gateway.published(A)).isNull();
    var bundle = gateway.install(A, "1", number(1));
    assertThat(gateway.published(A, "n")).isEqualTo(7);
    bundle.uninstall();
    assertThat(gateway.published(A)).isNull();
  }

  @Test
  void theHigherVersionsSettingsCountAndTheOthersComeBack() throws Exception {
    start();
    gateway.install(A, "1.0.0", number(1));
    var second = gateway.install(A, "1.1.0", number(2));
    assertThat(gateway.published(A, "n")).isEqualTo(2);
    var between = gateway.install(A, "1.0.5", number(3));
    assertThat(gateway.published(A, "n")).isEqualTo(2);
    second.uninstall();
    assertThat(gateway.published(A, "n")).isEqualTo(3);
    between.uninstall();
    assertThat(gateway.published(A, "n")).isEqualTo(1);
  }

  @Test
  void anUpdateInPlaceBringsNewSettings() throws Exception {
    var bundle = gateway.install(A, "1", number(1));
    bundle.start();
    start();
    bundle.update(Gateway.jar(A, "1", number(2)));
    assertThat(gateway.published(A, "n")).isEqualTo(2);
  }

  @Test
  void aBundleWhoseRulesTheFilesBreakGetsNothingAndTheOthersKeepTheirs() throws Exception {
    folder.write("local.json5", "{a: {n: 'x'}}");
    gateway.install("io.ioto.b", "1", "{pid: 'io.ioto.b', section: 'b'}");
    start();
    gateway.install(A, "1", number(1));
    assertThat(gateway.published(A)).isNull();
    assertThat(gateway.published("io.ioto.b")).isNotNull();
    assertThat(gateway.log())
        .anySatisfy(line -> assertThat(line).contains("ERROR", "local.json5:1:9: a.n: expected"));
    folder.write("local.json5", "{}");
    eventually(() -> assertThat(gateway.published(A, "n")).isEqualTo(1));
  }

  @Test
  void aWrongDescriptionIsLoggedAndHarmsNobodyElse() throws Exception {
    start();
    gateway.install(A, "1", "{pid: 'io.ioto.a', section: 'a', what: 1}");
    assertThat(gateway.published(A)).isNull();
    assertThat(gateway.log())
        .anySatisfy(line -> assertThat(line).contains("ERROR", ":1:40: unknown word 'what'"));
  }

  @Test
  void aSavedFileIsPutInForceAndOnlyWhatChangedIsTouched() throws Exception {
    gateway.install(A, "1", number(1));
    gateway.install("io.ioto.b", "1", "{pid: 'io.ioto.b', section: 'b'}");
    start();
    long untouched = changes("io.ioto.b");
    long before = changes(A);
    folder.write("local.json5", "{a: {n: 2}}");
    eventually(() -> assertThat(gateway.published(A, "n")).isEqualTo(2));
    assertThat(changes("io.ioto.b")).isEqualTo(untouched);
    assertThat(changes(A)).isEqualTo(before + 1);
    eventually(
        () -> assertThat(gateway.log()).contains("INFO Configuration changed: a.n; given to " + A));
  }

  private long changes(String pid) throws Exception {
    return existing(pid).getChangeCount();
  }

  private org.osgi.service.cm.Configuration existing(String pid) throws Exception {
    var published = gateway.published(pid);
    return published == null ? fail(pid + " is not published") : published;
  }

  @Test
  void editorsThatRenameAreNoticedToo() throws Exception {
    gateway.install(A, "1", number(1));
    start();
    folder.replace("local.json5", "{a: {n: 2}}");
    eventually(() -> assertThat(gateway.published(A, "n")).isEqualTo(2));
    folder.replace("local.json5", "{a: {n: 3}}");
    eventually(() -> assertThat(gateway.published(A, "n")).isEqualTo(3));
    Files.delete(folder.path().resolve("local.json5"));
    eventually(() -> assertThat(gateway.published(A, "n")).isEqualTo(1));
  }

  @Test
  void ofManyRapidSavesTheLastOneCounts() throws Exception {
    gateway.install(A, "1", number(1));
    start();
    for (int i = 0; i < 500; i++) {
      folder.write("local.json5", "{a: {n: %d}}".formatted(i));
    }
    eventually(() -> assertThat(gateway.published(A, "n")).isEqualTo(499));
  }

  @Test
  void aHalfWrittenFileIsRefusedAndReadAgain() throws Exception {
    folder.write("local.json5", "{a: {n: 5}}");
    gateway.install(A, "1", number(1));
    start();
    folder.write("local.json5", "{a: {n: ");
    eventually(
        () ->
            assertThat(gateway.log())
                .anySatisfy(
                    line ->
                        assertThat(line)
                            .contains(
                                "refused", "local.json5:1:9: expected a value, found the end")));
    assertThat(gateway.published(A, "n")).isEqualTo(5);
    folder.write("local.json5", "{a: {n: 5}}");
    eventually(
        () ->
            assertThat(gateway.log())
                .contains("INFO The configuration is right again and as it was"));
    folder.write("local.json5", "{a: {n: 6}}");
    eventually(() -> assertThat(gateway.published(A, "n")).isEqualTo(6));
  }

  @Test
  void aBadValueLeavesEverythingAsItWas() throws Exception {
    gateway.install(A, "1", number(1));
    start();
    var settings = gateway.service(Settings.class);
    folder.write("local.json5", "{a: {n: -1}, app: 'other', services: {a: 5}}");
    eventually(
        () ->
            assertThat(gateway.log())
                .anySatisfy(
                    line ->
                        assertThat(line)
                            .contains(
                                "local.json5:1:42: services.a: expected true or false, found 5",
                                "local.json5:1:9: a.n: expected at least 0, found -1")));
    assertThat(gateway.published(A, "n")).isEqualTo(1);
    assertThat(gateway.published("io.ioto.config", "app")).isEqualTo("empty");
    assertThat(gateway.service(Settings.class)).isSameAs(settings);
  }

  @Test
  void aServiceSwitchedOffLosesItsConfigurationUntilItIsOnAgain() throws Exception {
    gateway.install(A, "1", number(1));
    start();
    folder.write("local.json5", "{services: {a: false}}");
    eventually(() -> assertThat(gateway.published(A)).isNull());
    eventually(() -> assertThat(gateway.service(Settings.class).disabled()).containsExactly(A));
    folder.write("local.json5", "{}");
    eventually(() -> assertThat(gateway.published(A, "n")).isEqualTo(1));
    eventually(() -> assertThat(gateway.service(Settings.class).disabled()).isEmpty());
  }

  @Test
  void aWarningIsNotRepeated() throws Exception {
    gateway.install(A, "1", number(1));
    folder.write("local.json5", "{a: {m: 1}}");
    start();
    folder.write("local.json5", "{a: {m: 1, n: 3}}");
    eventually(() -> assertThat(gateway.published(A, "n")).isEqualTo(3));
    assertThat(gateway.log())
        .filteredOn(line -> line.startsWith("WARN"))
        .containsExactly("WARN local.json5:1:6: a.m: unknown property");
  }

  @Test
  void aBadFileAtStartEndsTheGateway() throws Exception {
    folder.write("local.json5", "{a: 1,\n a: 2}");
    start();
    assertThat(fatal).containsExactly("local.json5:2:2: the property 'a' is there twice");
    assertThat(gateway.published("io.ioto.config")).isNull();
    assertThat(gateway.framework().getBundleContext().getServiceReference(Settings.class)).isNull();
  }

  @Test
  void theReasonOfTheEndIsLeftForTheLauncher() throws Exception {
    folder.write("ioto.json5", "{");
    try {
      var configuration =
          new Configuration(gateway.framework().getBundleContext(), gateway.admin());
      assertThat(System.getProperty("ioto.fatal"))
          .isEqualTo("ioto.json5:1:2: expected a property name or '}', found the end of the input");
      assertThat(gateway.framework().waitForStop(10_000).getType())
          .isEqualTo(org.osgi.framework.FrameworkEvent.STOPPED);
      assertThat(configuration).isNotNull();
    } finally {
      System.clearProperty("ioto.fatal");
    }
  }

  @Test
  void whatAnEarlierRunLeftBehindIsRemovedAtStart() throws Exception {
    for (var pid : List.of("io.ioto.gone", "com.acme.kept")) {
      gateway.admin().getConfiguration(pid, "?").update(FrameworkUtil.asDictionary(Map.of("x", 1)));
    }
    var app = gateway.install("com.acme.app", "1", "{pid: 'com.acme.app', section: 'acme'}");
    stop(start());
    assertThat(gateway.published("io.ioto.gone")).isNull();
    assertThat(gateway.published("com.acme.app")).isNotNull();
    app.uninstall();
    start();
    assertThat(gateway.published("com.acme.app")).isNull();
    assertThat(gateway.published("com.acme.kept")).isNotNull();
  }

  @Test
  void componentsKeepTheirConfigurationWhileThisBundleIsSwapped() throws Exception {
    gateway.install(A, "1", number(1));
    var first = start();
    long before = changes(A);
    start();
    stop(first);
    assertThat(gateway.service(Settings.class)).isNotNull();
    assertThat(changes(A)).isEqualTo(before);
  }
}
