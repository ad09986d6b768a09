// SPDX-License-Identifier: Apache-2.0
package io.ioto.console.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import java.util.concurrent.ArrayBlockingQueue;
import org.junit.jupiter.api.Test;

class LogTailTest {
  private final LoggerContext context = new LoggerContext();
  private final LogTail tail = new LogTail(context);

  @Test
  void linesAreKeptAndToldToWhoeverFollows() {
    var log = context.getLogger("io.ioto.web.Guard");
    log.info("before {}", 1);
    var queue = new ArrayBlockingQueue<Line>(1);
    assertThat(tail.follow(queue))
        .singleElement()
        .satisfies(
            line -> {
              assertThat(line.number()).isEqualTo(1);
              assertThat(line.level()).isEqualTo("info");
              assertThat(line.source()).isEqualTo("io.ioto.web.Guard");
              assertThat(line.message()).isEqualTo("before 1");
            });
    log.error("after", new IllegalStateException("broken"));
    log.warn("no room for this one");
    assertThat(queue)
        .singleElement()
        .satisfies(
            line ->
                assertThat(line.message())
                    .startsWith("after\n")
                    .contains("IllegalStateException: broken"));
    queue.clear();
    tail.leave(queue);
    log.info("nobody hears this");
    assertThat(queue).isEmpty();
  }

  @Test
  void olderLinesMakeRoom() {
    var log = context.getLogger("x");
    for (var i = 0; i < LogTail.KEPT + 5; i++) {
      log.info("{}", i);
    }
    var kept = tail.follow(new ArrayBlockingQueue<>(1));
    assertThat(kept).hasSize(LogTail.KEPT);
    assertThat(kept.getFirst().message()).isEqualTo("5");
  }

  @Test
  void nothingIsHeardAfterTheEnd() {
    tail.close();
    context.getLogger("x").info("late");
    assertThat(tail.follow(new ArrayBlockingQueue<>(1))).isEmpty();
  }

  @Test
  void longMessagesAreCut() {
    assertThat(new Line(1, 0, "info", "x", "a".repeat(20_000)).message()).hasSize(Line.LONGEST + 2);
  }
}
