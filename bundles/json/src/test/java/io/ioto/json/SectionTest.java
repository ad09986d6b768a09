// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SectionTest {
  private static final String DESCRIPTION =
      """
      {
        pid: 'io.ioto.web', section: 'web',
        service: 'web', enabled: false,
        properties: {
          documents: { type: 'path', default: '@site', doc: 'Folder' },
          name: { type: 'string' },
          listen: { type: 'url[]', default: ['http://127.0.0.1:8080'] },
          secure: { type: 'boolean' },
          mode: { type: 'enum', values: ['strict', 'lax'], default: 'lax' },
          secret: { type: 'secret' },
          headers: { type: 'json', default: {} },
          ports: { type: 'int[]', default: [1], min: 1 },
          most: { type: 'int', default: 10, min: 1, max: 100 },
          big: { type: 'long', default: 0 },
          'limits.body': { type: 'size', default: '100k', min: 1, max: '1gb', doc: 'Body' },
          'timeouts.session': { type: 'time', default: '30 mins', min: '1 sec' },
          future: { type: 'size', later: true },
        },
      }
      """;

  private final List<String> findings = new ArrayList<>();
  private final Section.Findings sink =
      new Section.Findings() {
        @Override
        public void error(String pointer, String reason) {
          findings.add(pointer + ": " + reason);
        }

        @Override
        public void warning(String pointer, String reason) {
          findings.add("warning " + pointer + ": " + reason);
        }
      };

  private static Section section(String text) {
    return Section.read(Json5.document(text, "settings.json5")).getFirst();
  }

  private Map<String, Object> values(String web) {
    return section(DESCRIPTION)
        .values(Json5.read("{web:" + web + "}", "x"), path -> "/root/" + path, sink);
  }

  @Test
  void anEmptyConfigurationGivesEveryDefaultNormalised() {
    assertThat(values("{}"))
        .containsExactly(
            entry("documents", "/root/@site"),
            entry("name", ""),
            entry("listen", new String[] {"http://127.0.0.1:8080"}),
            entry("secure", false),
            entry("mode", "lax"),
            entry("secret", ""),
            entry("headers", "{}"),
            entry("ports", new int[] {1}),
            entry("most", 10),
            entry("big", 0L),
            entry("limits.body", 102400L),
            entry("timeouts.session", 1_800_000L));
    assertThat(findings).isEmpty();
  }

  @Test
  void everyPropertyCanBeSetToSomethingElse() {
    assertThat(
            values(
                """
                {
                  documents: 'a', name: 'b', listen: ['[::1]:1', 'https://x', ':8080'], secure: true,
                  mode: 'strict', secret: 's', headers: {a: [1]}, ports: [2, 3], most: 100,
                  big: 'unlimited', limits: {body: '1.5mb'}, timeouts: {session: 90.5},
                }"""))
        .containsExactly(
            entry("documents", "/root/a"),
            entry("name", "b"),
            entry("listen", new String[] {"[::1]:1", "https://x", ":8080"}),
            entry("secure", true),
            entry("mode", "strict"),
            entry("secret", "s"),
            entry("headers", "{\"a\":[1]}"),
            entry("ports", new int[] {2, 3}),
            entry("most", 100),
            entry("big", Long.MAX_VALUE),
            entry("limits.body", 1_572_864L),
            entry("timeouts.session", 90_500L));
    assertThat(findings).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{name:5}|/web/name: expected a string, found 5",
        "{secure:'yes'}|/web/secure: expected true or false, found 'yes'",
        "{most:1.5}|/web/most: expected a whole number below 2147483648, found 1.5",
        "{most:0}|/web/most: expected at least 1, found 0",
        "{most:101}|/web/most: expected at most 100, found 101",
        "{most:'unlimited'}|/web/most: expected at most 100, found 'unlimited'",
        "{big:9223372036854775808}|/web/big: expected a whole number, found 9223372036854775808",
        "{mode:'strickt'}|/web/mode: expected one of strict, lax, found 'strickt' (did you mean 'strict'?)",
        "{mode:[]}|/web/mode: expected a string, found a list",
        "{secret:5}|/web/secret: expected a string, found another value",
        "{listen:'x'}|/web/listen: expected a list [a URL such as http://127.0.0.1:8080, …], found 'x'",
        "{listen:['a','b c']}|/web/listen/1: expected a URL such as http://127.0.0.1:8080, found 'b c'",
        "{listen:['http://a:70000']}|/web/listen/0: expected a port of at most 65535, found 70000 in 'http://a:70000'",
        "{limits:{body:'5 foo'}}|/web/limits/body: unknown unit 'foo' in '5 foo'; expected bytes, k, mb or gb, or the word unlimited",
        "{limits:{body:'2gb'}}|/web/limits/body: expected at most 1gb, found '2gb'",
        "{limits:{body:true}}|/web/limits/body: expected a size such as 100k, found true",
        "{timeouts:{session:0.5}}|/web/timeouts/session: expected at least 1 sec, found 0.5",
        "{limits:7}|/web/limits: expected an object, found 7",
        "{headers:{a:NaN}}|/web/headers: strict JSON has no NaN",
        "{future:'1k'}|warning /web/future: has no effect yet",
        "[]|/web: expected an object, found a list",
      })
  void whatDoesNotFitIsNamedAndTheDefaultStands(String web, String finding) {
    assertThat(values(web)).usingRecursiveComparison().isEqualTo(values("{}"));
    assertThat(findings).containsOnly(finding);
  }

  @Test
  void nullMeansTheDefault() {
    assertThat(values("{most:null,limits:null}")).containsEntry("most", 10);
    assertThat(findings).isEmpty();
  }

  @Test
  void aDescriptionNamesItsSectionAndService() {
    var section = section(DESCRIPTION);
    assertThat(section.pid()).isEqualTo("io.ioto.web");
    assertThat(section.name()).isEqualTo("web");
    assertThat(section.service()).contains("web");
    assertThat(section.enabled()).isFalse();
    assertThat(section.open("headers")).isTrue();
    assertThat(section.open("most")).isFalse();
    var list = Json5.document("[{pid:'a',section:'b'},{pid:'c',section:'d'}]", "x");
    assertThat(Section.read(list)).extracting(Section::pid).containsExactly("a", "c");
    assertThat(Section.read(list).getFirst().enabled()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "5|1:1: expected an object",
        "{section:'b'}|1:1: expected a string 'pid'",
        "{pid:'a',section:'b',propertys:{}}|1:32: unknown word 'propertys'",
        "{pid:'a',section:'b',enabled:1}|1:30: expected true or false",
        "{pid:'a',section:'b',properties:{x:{type:'float'}}}|1:42: unknown type 'float'",
        "{pid:'a',section:'b',properties:{x:{type:'int'}}}|1:36: needs a default",
        "{pid:'a',section:'b',properties:{x:{type:'int',default:'1'}}}|1:36: expected a whole number below 2147483648, found '1'",
        "{pid:'a',section:'b',properties:{x:{type:'string',min:1}}}|1:36: only a number has min and max",
        "{pid:'a',section:'b',properties:{x:{type:'enum',default:'1'}}}|1:36: an enum, and nothing else, has values",
      })
  void aWrongDescriptionIsRefusedWithItsPlace(String text, String message) {
    assertThatThrownBy(() -> section(text))
        .isInstanceOf(JsonException.class)
        .hasMessage("settings.json5:" + message);
  }

  @ParameterizedTest
  @CsvSource({
    "lisen, listen",
    "Listen, listen",
    "limits.bdoy, limits.body",
    "xyz, ''",
    "ab, ''",
    "wbe, web",
    "w, ''",
  })
  void theNearestWordIsSuggested(String word, String nearest) {
    assertThat(Nearest.to(word, List.of("listen", "limits.body", "web", "ax")).orElse(""))
        .isEqualTo(nearest);
  }
}
