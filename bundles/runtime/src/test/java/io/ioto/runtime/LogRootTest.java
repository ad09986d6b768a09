// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.MarkerFactory;

class LogRootTest {
  @TempDir private Path folder = Path.of("");
  private final LoggerContext context = new LoggerContext();
  private final Logger web = context.getLogger("io.ioto.web.Dispatcher");

  private LogSettings settings(String file, String types, String sources) {
    return new LogSettings(
        folder.resolve(file).toString(),
        "%T %S: %M",
        types,
        sources,
        new LogFile.Limits(1 << 20, 5, 12 << 20),
        1 << 20,
        "unit",
        Instant.EPOCH);
  }

  private String content(String file) throws IOException {
    return Files.readString(folder.resolve(file));
  }

  @Test
  void writesWhatTheSettingsSay() throws Exception {
    var root = new LogRoot(context);
    root.apply(settings("a.log", "error,info", "all,!jetty"));

    web.info("hello {}", "you");
    web.warn("look");
    web.debug("hidden");
    context.getLogger("org.eclipse.jetty.server.Server").info("hidden");
    web.info(MarkerFactory.getMarker("raw"), "as it is");
    web.error(MarkerFactory.getMarker("fatal"), "the end");
    web.error("failed", new IllegalStateException("no luck"));

    assertThat(root.flush()).isTrue();
    assertThat(content("a.log"))
        .startsWith(
            """
            info web: hello you
            warn web: look
            as it is
            fatal web: the end
            error web: failed
                java.lang.IllegalStateException: no luck
                  at\
            """)
        .doesNotContain("hidden");
    root.close();
  }

  @Test
  void guestsListenThroughEverySwapAndAreNoSuccessors() throws Exception {
    var guest = new ListAppender<ILoggingEvent>();
    guest.setContext(context);
    guest.setName("ioto-guest");
    guest.start();
    context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(guest);

    var first = new LogRoot(context);
    first.apply(settings("a.log", "info", "all"));
    var second = new LogRoot(context);
    second.apply(settings("a.log", "info", "all"));
    web.info("both");
    first.close();
    second.close();
    assertThat(context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("late")).isNotNull();
    web.warn("late");
    assertThat(guest.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly("both", "late");
  }

  @Test
  void otherSettingsTakeEffectAtOnceAndLoseNoLine() throws Exception {
    var root = new LogRoot(context);
    root.apply(settings("0.log", "all", "all"));
    var threads = 4;
    var lines = 500;
    try (var fibers = Executors.newVirtualThreadPerTaskExecutor()) {
      var done = new ArrayList<Future<?>>();
      for (var t = 0; t < threads; t++) {
        done.add(
            fibers.submit(
                () -> {
                  for (var i = 0; i < lines; i++) {
                    web.info("line");
                  }
                }));
      }
      for (var i = 1; i <= 20; i++) {
        root.apply(settings(i % 3 + ".log", i % 2 == 0 ? "all" : "info", "all"));
      }
      for (var f : done) {
        f.get();
      }
    }
    root.close();

    try (var files = Files.list(folder)) {
      var written = 0L;
      for (var file : files.toList()) {
        written += Files.readAllLines(file).size();
      }
      assertThat(written).isEqualTo((long) threads * lines);
    }
  }

  @Test
  void successorWritesOnceItsPredecessorHasGone() throws Exception {
    var old = new LogRoot(context);
    old.apply(settings("old.log", "info", "all"));
    var next = new LogRoot(context);
    next.apply(settings("next.log", "info", "all"));

    web.info("during the swap");
    old.close();
    web.info("after the swap");
    next.close();

    assertThat(content("old.log")).isEqualTo("info web: during the swap\n");
    assertThat(content("next.log")).isEqualTo("info web: after the swap\n");
  }

  @Test
  void failedSuccessorLeavesItsPredecessorWriting() throws Exception {
    var old = new LogRoot(context);
    old.apply(settings("old.log", "info", "all"));
    var next = new LogRoot(context);
    next.apply(settings("next.log", "info", "all"));

    next.close();
    web.info("still here");
    old.close();

    assertThat(content("old.log")).isEqualTo("info web: still here\n");
    assertThat(folder.resolve("next.log")).doesNotExist();
  }

  @Test
  void earlyLogIsReplacedAndALateOneFollows() {
    var logger = context.getLogger(Logger.ROOT_LOGGER_NAME);
    var early = new ListAppender<ILoggingEvent>();
    early.setContext(context);
    early.start();
    logger.addAppender(early);
    var root = new LogRoot(context);
    web.info("early");

    root.apply(settings("a.log", "error", "all"));
    web.info("routed");

    assertThat(early.list).extracting(ILoggingEvent::getMessage).containsExactly("early");
    root.close();
    assertThat(Stream.generate(logger.iteratorForAppenders()::next).limit(1))
        .extracting(a -> a.getName())
        .containsExactly("late");
    assertThat(logger.isInfoEnabled()).isFalse();
    assertThat(logger.isWarnEnabled()).isTrue();
  }
}
