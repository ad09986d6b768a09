// SPDX-License-Identifier: Apache-2.0
package io.ioto.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.json.Json5;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayersTest {
  private final Folder folder;
  private final Report report = new Report();

  LayersTest(@TempDir Path folder) {
    this.folder = new Folder(folder);
  }

  private void becomes(String expected) {
    var merged = folder.merged(report);
    assertThat(report.errors()).isEmpty();
    assertThat(merged.root()).isEqualTo(Json5.read(expected, "expected"));
  }

  @Test
  void laterFilesWinAndLandWhereTheyBelong() {
    folder
        .write("ioto.json5", "{a: 1, b: {c: 1, d: [1]}, web: {x: 1, y: 1}, device: {id: 'i'}}")
        .write("web.json5", "{x: 2, z: 2}")
        .write("device.json5", "{id: 'd'}")
        .write("provision.json5", "{cloud: 'c'}")
        .write("local.json5", "{b: {d: [2]}, web: {z: 3}}");
    becomes(
        "{a: 1, b: {c: 1, d: [2]}, web: {x: 2, y: 1, z: 3}, device: {id: 'd'},"
            + " provision: {cloud: 'c'}}");
  }

  @ParameterizedTest
  @CsvSource({
    "'', '', dev, dev",
    "profile: 'prod', '', prod, prod",
    "profile: 'prod', profile: 'mine', mine, mine",
  })
  void theProfileSelectsBlocksOfEveryFile(String ioto, String local, String profile, String value) {
    folder
        .write(
            "ioto.json5",
            "{"
                + ioto
                + (ioto.isEmpty() ? "" : ",")
                + "conditional: {profile: {"
                + "dev: {a: 'dev'}, prod: {a: 'prod'}, mine: {a: 'mine'}}}}")
        .write(
            "web.json5",
            "{conditional: {profile: {dev: {b: 'dev'}, prod: {b: 'prod'}, mine: {b: 'mine'}}}}")
        .write("local.json5", "{" + local + "}");
    var merged = folder.merged(report);
    assertThat(merged.profile()).isEqualTo(profile);
    assertThat(merged.root().path("a").asText()).isEqualTo(value);
    assertThat(merged.root().path("web").path("b").asText()).isEqualTo(value);
    assertThat(merged.root().has("conditional")).isFalse();
    assertThat(report.errors()).isEmpty();
    assertThat(report.warnings()).isEmpty();
  }

  @Test
  void theCommandLineBeatsAllFilesAndChoosesTheProfile() {
    folder
        .write(
            "ioto.json5", "{profile: 'dev', conditional: {profile: {prod: {a: 1}, dev: {a: 2}}}}")
        .write("local.json5", "{profile: 'dev', app: 'b', web: {listen: ['x']}, log: {path: 'y'}}");
    var options =
        Folder.options(
            Map.of(
                "ioto.profile", "prod",
                "ioto.app", "c",
                "ioto.listen", " http://a  http://b ",
                "ioto.trace", "stdout:error,info",
                "ioto.id", "ID"));
    var merged = Layers.read(folder.path(), options, report);
    assertThat(merged.root())
        .isEqualTo(
            Json5.read(
                "{profile: 'prod', app: 'c', a: 1, web: {listen: ['http://a', 'http://b']},"
                    + " log: {path: 'stdout', types: 'error,info'}, device: {id: 'ID'}}",
                "expected"));
    assertThat(merged.origins().at("/web/listen/0").source()).isEqualTo("command line");
  }

  @Test
  void anyTopPropertySelectsAndBlocksApplyInTheirOrder() {
    folder.write(
        "ioto.json5",
        """
        {
          mode: 'slow', list: [1], n: 1,
          conditional: {
            profile: { dev: { mode: 'fast', '+list': [2] } },
            mode: { fast: { '+list': [3], '?n': 2, '?m': 2 }, slow: { bad: 1 } },
            absent: { x: { bad: 1 } },
            n: { '1': { one: true } },
          },
        }
        """);
    becomes("{mode: 'fast', list: [1, 2, 3], n: 1, m: 2, one: true}");
  }

  @Test
  void localBlocksApplyOnce() {
    folder
        .write("ioto.json5", "{list: [1]}")
        .write("local.json5", "{conditional: {profile: {dev: {'+list': [2]}}}}");
    becomes("{list: [1, 2]}");
  }

  @Test
  void everyFilesErrorIsReportedWithItsPlace() {
    folder
        .write("ioto.json5", "{a: 1\n b: 2}")
        .write("web.json5", "[]")
        .write("device.json5", "{conditional: 5}")
        .write("provision.json5", "{conditional: {profile: {\n dev: 5}}}")
        .write("local.json5", "{\n a: 1, a: 2}");
    assertThat(folder.merged(report).decided()).isFalse();
    assertThat(report.errors())
        .containsExactly(
            "ioto.json5:2:2: expected ',' or '}', found 'b'",
            "local.json5:2:8: the property 'a' is there twice",
            "web.json5:1:1: expected an object {…}",
            "device.json5:1:15: expected an object: conditional: { SELECTOR: { VALUE: { … } } }",
            "provision.json5:2:7: expected an object: conditional: { SELECTOR: { VALUE: { … } } }");
    assertThat(report.summary())
        .isEqualTo("ioto.json5:2:2: expected ',' or '}', found 'b' (and 4 more, see the log)");
  }

  @Test
  void onlyTheMainFileMustBeThere() {
    folder.merged(report);
    assertThat(report.errors())
        .containsExactly("ioto.json5:1:1: the file is missing in " + folder.path());
  }

  @Test
  void aFileThatIsThereButCannotBeReadIsAnError() throws IOException {
    folder.write("ioto.json5", "{}");
    Files.createDirectory(folder.path().resolve("web.json5"));
    folder.merged(report);
    assertThat(report.errors())
        .singleElement()
        .asString()
        .startsWith("web.json5:1:1: cannot be read");
  }

  @Test
  void anOverlayThatDoesNotFitIsReportedAtItsPlace() {
    folder
        .write("ioto.json5", "{}")
        .write("web.json5", "{list: [1], conditional: {profile: {dev: {\n '+list': {a: 1}}}}}");
    folder.merged(report);
    assertThat(report.errors())
        .containsExactly("web.json5:2:11: an object meets a value that is none");
  }

  @Test
  void aProfileWithoutAnyBlockIsSuspicious() {
    folder.write("ioto.json5", "{\nprofile: 'prd', conditional: {profile: {prod: {}, dev: {}}}}");
    folder.merged(report);
    assertThat(report.warnings())
        .containsExactly(
            "ioto.json5:2:1: profile: no file has a block for the profile 'prd', only for dev,"
                + " prod");
  }

  @Test
  void everyValueKnowsWhereItCameFrom() {
    folder
        .write("ioto.json5", "{web: {\n list: [1], o: {p: 1, q: 1}}}")
        .write("web.json5", "{o: {\n p: 2},\n conditional: {profile: {dev: {'+list': [\n 2, 3]}}}}")
        .write("local.json5", "{web: {o: {\n\n r: {s: [\n 5]}}}}");
    var origins = folder.merged(report).origins();
    assertThat(origins.at("/web/list/0")).hasToString("ioto.json5:2:9");
    assertThat(origins.at("/web/list/2")).hasToString("web.json5:4:5");
    assertThat(origins.at("/web/o/p")).hasToString("web.json5:2:5");
    assertThat(origins.nameAt("/web/o/q")).hasToString("ioto.json5:2:23");
    assertThat(origins.at("/web/o/r/s/0")).hasToString("local.json5:4:2");
    assertThat(origins.at("/web/absent/x")).hasToString("ioto.json5:1:7");
  }
}
