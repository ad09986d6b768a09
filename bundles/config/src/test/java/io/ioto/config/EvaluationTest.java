// SPDX-License-Identifier: Apache-2.0
package io.ioto.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.json.Json5;
import io.ioto.json.Section;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvaluationTest {
  private static final String WEB =
      """
      [
        { pid: 'io.ioto.front', section: 'web', service: 'web', properties: {
            listen: { type: 'url[]', default: ['http://127.0.0.1:8080'] },
            'limits.requests': { type: 'int', default: 1000, min: 1 },
            'timeouts.parse': { type: 'time', default: '5 secs', max: '1 min' } } },
        { pid: 'io.ioto.web', section: 'web', service: 'web', properties: {
            'limits.body': { type: 'size', default: '100k', min: 1 },
            documents: { type: 'path', default: '@site' },
            headers: { type: 'json', default: {} },
            routes: { type: 'json', later: true } } },
        { pid: 'io.ioto.sync', section: 'sync', service: 'sync', enabled: false, properties: {
            most: { type: 'int', default: 1 } } },
      ]
      """;

  private final Folder folder;
  private final Report report = new Report();

  EvaluationTest(@TempDir Path folder) {
    this.folder = new Folder(folder);
  }

  private Evaluation evaluate(boolean timeouts) {
    var merged = folder.merged(report);
    var findings = report.in(merged.origins());
    var directories =
        Directories.of(Path.of("/state"), Path.of("/config"), merged.root(), findings);
    return Evaluation.of(merged, sections(), directories::path, timeouts, report);
  }

  private static List<Section> sections() {
    var all = new ArrayList<>(Folder.sections(WEB));
    all.addAll(own());
    return all;
  }

  private static List<Section> own() {
    try (var in = Configuration.class.getResourceAsStream("/" + Section.RESOURCE)) {
      return Folder.sections(
          new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void everyEnabledSectionGetsACompleteDictionary() {
    folder.write("ioto.json5", "{web: {limits: {body: '1k'}}}");
    var evaluation = evaluate(true);
    assertThat(report.errors()).isEmpty();
    assertThat(report.warnings()).isEmpty();
    assertThat(evaluation.dictionaries())
        .containsOnlyKeys("io.ioto.config", "io.ioto.front", "io.ioto.web");
    assertThat(evaluation.dictionaries().get("io.ioto.web"))
        .containsEntry("limits.body", 1024L)
        .containsEntry("documents", "/state/site")
        .containsEntry("headers", "{}")
        .hasSize(3);
    assertThat(evaluation.disabled()).containsExactly("io.ioto.sync");
  }

  @Test
  void servicesSwitchSectionsOnAndOff() {
    folder.write("ioto.json5", "{services: {web: false, sync: true, mqtt: false}}");
    var evaluation = evaluate(true);
    assertThat(evaluation.dictionaries()).containsOnlyKeys("io.ioto.config", "io.ioto.sync");
    assertThat(evaluation.disabled()).containsExactlyInAnyOrder("io.ioto.front", "io.ioto.web");
    assertThat(report.warnings()).isEmpty();
  }

  @Test
  void allErrorsAreToldAtOnceWithFilePlaceAndProperty() {
    folder
        .write("ioto.json5", "{services: {web: 'on'}, app: 5,\n sync: {most: 1.5}}")
        .write(
            "web.json5",
            "{listen: ['a b'],\n limits: {body: '5 foo', requests: 0},\n timeouts: 7}");
    evaluate(true);
    assertThat(report.errors())
        .containsExactlyInAnyOrder(
            "ioto.json5:1:18: services.web: expected true or false, found on",
            "ioto.json5:1:30: app: expected a string, found 5",
            "ioto.json5:2:15: sync.most: expected a whole number below 2147483648, found 1.5",
            "web.json5:1:11: web.listen[0]: expected a URL such as http://127.0.0.1:8080, found"
                + " 'a b'",
            "web.json5:2:17: web.limits.body: unknown unit 'foo' in '5 foo'; expected bytes, k, mb"
                + " or gb, or the word unlimited",
            "web.json5:2:36: web.limits.requests: expected at least 1, found 0",
            "web.json5:3:12: web.timeouts: expected an object, found 7");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{web: {lisen: []}}|1:8: web.lisen: unknown property (did you mean 'listen'?)",
        "{web: {limts: {body: 1}}}|1:8: web.limts: unknown property (did you mean 'limits'?)",
        "{web: {limits: {bdoy: 1}}}|1:17: web.limits.bdoy: unknown property (did you mean 'body'?)",
        "{web: {body: 1}}|1:8: web.body: unknown property (did you mean 'web.limits.body'?)",
        "{web: {quite: {other: 1}}}|1:8: web.quite: unknown property",
        "{web: {'limits.body': 1}}|1:8: web.limits.body: has no effect; a name with dots is written as nested objects",
        "{wbe: {}}|1:2: wbe: unknown property (did you mean 'web'?)",
        "{profil: 'dev'}|1:2: profil: unknown property (did you mean 'profile'?)",
        "{web: {routes: []}}|1:8: web.routes: has no effect yet",
        "{demo: {}}|1:2: demo: has no effect yet",
        "{services: {wbe: true}}|1:13: services.wbe: there is no such service (did you mean 'web'?)",
        "{services: {mqtt: true}}|1:13: services.mqtt: no installed bundle provides this service",
      })
  void whatHasNoEffectIsWarnedOf(String ioto, String warning) {
    folder.write("ioto.json5", ioto);
    evaluate(true);
    assertThat(report.errors()).isEmpty();
    assertThat(report.warnings()).containsExactly("ioto.json5:" + warning);
  }

  @Test
  void otherNamesAtTheTopAreFreeForApplications() {
    folder.write("ioto.json5", "{factory: {lines: 3}, web: {headers: {anything: {at: 'all'}}}}");
    evaluate(true);
    assertThat(report.warnings()).isEmpty();
  }

  @Test
  void theCommandLineSwitchesAllTimeoutsOff() {
    folder.write("ioto.json5", "{}");
    assertThat(evaluate(false).dictionaries().get("io.ioto.front"))
        .containsEntry("timeouts.parse", Long.MAX_VALUE)
        .containsEntry("limits.requests", 1000);
  }

  @Test
  void foldersAreNamedByTokensAndRelativeOnesAreInTheStateFolder() {
    var root = Json5.read("{directories: {site: '/srv/site', db: '@config/db'}}", "x");
    var directories =
        Directories.of(Path.of("/state"), Path.of("/config"), root, report.in(new Origins()));
    assertThat(directories.path("@site/a/../b")).isEqualTo("/srv/site/b");
    assertThat(directories.path("@db")).isEqualTo("/config/db");
    assertThat(directories.path("@certs/x.crt")).isEqualTo("/state/certs/x.crt");
    assertThat(directories.path("x/y")).isEqualTo("/state/x/y");
    assertThat(directories.path("/x/./y")).isEqualTo("/x/y");
  }

  @Test
  void anUnknownFolderIsAnError() {
    folder.write("ioto.json5", "{web: {documents: '@stie/x'},\n directories: {db: '@site/db'}}");
    evaluate(true);
    assertThat(report.errors())
        .containsExactlyInAnyOrder(
            "ioto.json5:1:19: web.documents: unknown folder '@stie', expected one of @state,"
                + " @config, @db, @certs, @site, @log",
            "ioto.json5:2:20: directories.db: unknown folder '@site', expected one of @state,"
                + " @config");
  }

  @Test
  void changesAreNamedWithoutTheirValues() {
    assertThat(
            Changes.between(
                (com.fasterxml.jackson.databind.node.ObjectNode)
                    Json5.read("{a: 1, b: {c: [1], d: 1}, e: 1, g: {}}", "x"),
                (com.fasterxml.jackson.databind.node.ObjectNode)
                    Json5.read("{a: 1, b: {c: [2], d: 1}, f: {g: 1}}", "x")))
        .isEqualTo("b.c, e, f.g, g");
  }
}
