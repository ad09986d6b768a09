// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class LogFormatTest {
  private static final Instant START = Instant.parse("2027-03-02T04:05:06Z");

  private static String line(String format, LogFilter.Type type, String message) {
    return new LogFormat(format, "unit", START, ZoneOffset.UTC)
        .line(type, "web", message, START.plusMillis(1234));
  }

  private static String line(String format) {
    return line(format, LogFilter.Type.INFO, "hello");
  }

  @Test
  void tokensAreReplaced() {
    assertThat(line("%T %S: %M")).isEqualTo("info web: hello\n");
    assertThat(line("%D %A[%P] %M"))
        .isEqualTo("Mar  2 04:05:07 unit[%d] hello\n".formatted(ProcessHandle.current().pid()));
    assertThat(line("%C %M")).isEqualTo("1234 hello\n");
    assertThat(line("%H|%M")).matches("[^|%]+\\|hello\n");
  }

  @Test
  void unknownTokensArePrintedAsTheyAre() {
    assertThat(line("%x 100% %% %M %")).isEqualTo("%x 100% %% hello %\n");
  }

  @Test
  void rawHasNoPrefix() {
    assertThat(line("%T %M", LogFilter.Type.RAW, "a\nb")).isEqualTo("a\nb\n");
    assertThat(line("%T %M", LogFilter.Type.RAW, "a\n")).isEqualTo("a\n");
  }

  @Test
  void messageCannotPassForAnotherLine() {
    assertThat(line("%T %M", LogFilter.Type.WARN, "one\r\nerror two\u001b[31m\tthree\0\n"))
        .isEqualTo("warn one\n    error two?[31m\tthree?\n");
  }
}
