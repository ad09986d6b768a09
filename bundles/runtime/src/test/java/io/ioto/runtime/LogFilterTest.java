// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogFilterTest {
  private static String passing(String types) {
    var filter = LogFilter.of(types, "all");
    var passing = new StringBuilder();
    for (var type : LogFilter.Type.values()) {
      if (filter.passes(type, "web")) {
        passing.append(passing.isEmpty() ? "" : " ").append(type.word());
      }
    }
    return passing.toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "error,info         | raw fatal error warn info",
        "raw,error          | raw fatal error warn",
        "''                 | raw",
        "all                | raw fatal error warn info debug trace",
        "all,!debug,!trace  | raw fatal error warn info",
        "!trace             | raw fatal error warn info debug",
        "error,!warn        | raw fatal error",
        "all,!error         | raw info debug trace",
        "' Error , TRACE '  | raw fatal error warn trace",
        "nonsense,info      | raw info",
      })
  void typesAddAndTakeAway(String types, String expected) {
    assertThat(passing(types)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "all            | true  | true",
        "all,!mbedtls   | true  | true",
        "all,!web       | false | true",
        "!web           | false | true",
        "web            | true  | false",
        "web,!web       | false | false",
        "all,!web,web   | true  | true",
        "!all,jetty     | false | true",
        "''             | false | false",
      })
  void sourcesAddAndTakeAway(String sources, boolean web, boolean jetty) {
    var filter = LogFilter.of("error,info", sources);

    assertThat(filter.passes(LogFilter.Type.INFO, "web")).isEqualTo(web);
    assertThat(filter.passes(LogFilter.Type.INFO, "jetty")).isEqualTo(jetty);
    assertThat(filter.passes(LogFilter.Type.RAW, "web")).isTrue();
  }

  @Test
  void unknownTypesAreNamed() {
    assertThat(LogFilter.unknown("error, !foo,bar ,all")).containsExactly("foo", "bar");
  }

  @Test
  void levelIsNoLowerThanNeeded() {
    assertThat(LogFilter.of("error", "all").level()).isEqualTo(Level.INFO);
    assertThat(LogFilter.of("error,info,debug", "all").level()).isEqualTo(Level.DEBUG);
    assertThat(LogFilter.of("error,info,trace", "all").level()).isEqualTo(Level.TRACE);
    assertThat(LogFilter.of("all", "all").level()).isEqualTo(Level.TRACE);
  }

  @ParameterizedTest
  @CsvSource({
    "io.ioto.web.Dispatcher, web",
    "io.ioto.runtime, runtime",
    "org.apache.felix.scr.impl.manager.SingleComponentManager, scr",
    "org.apache.felix.framework, framework",
    "org.eclipse.jetty.server.Server, jetty",
    "com.fasterxml.jackson.databind.ObjectMapper, jackson",
    "com.acme.pump.Pump, acme",
    "pump, pump",
    "io.ioto, ioto",
    "org, org",
  })
  void sourceIsAShortWord(String logger, String source) {
    assertThat(LogSource.of(logger)).isEqualTo(source);
  }

  @Test
  void commandLineWins() {
    var folder = Path.of("/state/log");
    var all = LogTrace.of("stderr:error:web,jetty");
    assertThat(all.pathOr("stdout", folder)).isEqualTo("stderr");
    assertThat(all.typesOr("info")).isEqualTo("error");
    assertThat(all.sourcesOr("all")).isEqualTo("web,jetty");

    var none = LogTrace.of(null);
    assertThat(none.pathOr("mine.log", folder)).isEqualTo("/state/log/mine.log");
    assertThat(none.pathOr("default", folder)).isEqualTo("/state/log/ioto.log");
    assertThat(none.pathOr("/var/log/it.log", folder)).isEqualTo("/var/log/it.log");
    assertThat(none.typesOr("info")).isEqualTo("info");

    var some = LogTrace.of("trace.log:debug");
    assertThat(some.pathOr("stdout", folder))
        .isEqualTo(Path.of("trace.log").toAbsolutePath().toString());
    assertThat(some.sourcesOr("all")).isEqualTo("all");
    assertThat(LogTrace.of("::!web").pathOr("stdout", folder)).isEqualTo("stdout");
  }
}
