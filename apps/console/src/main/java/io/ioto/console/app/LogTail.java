// SPDX-License-Identifier: Apache-2.0
package io.ioto.console.app;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.LoggerFactory;

/// The last thousand lines of the log, and those that come, of the level and finer that
/// `log.types` lets the gateway produce. Listens beside the log's own way to the console or a
/// file, so nothing is missed there. May be shared between threads.
@Component(service = LogTail.class)
public final class LogTail {
  static final int KEPT = 1_000;

  private final Logger root;
  private final Tap tap = new Tap();
  private final ArrayDeque<Line> lines = new ArrayDeque<>(KEPT);
  private final List<Queue<Line>> followers = new CopyOnWriteArrayList<>();
  private long count;

  @Activate
  public LogTail() {
    this((LoggerContext) LoggerFactory.getILoggerFactory());
  }

  LogTail(LoggerContext context) {
    root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    tap.setContext(context);
    // What begins so stays when the log is configured anew.
    tap.setName("ioto-console-app");
    tap.start();
    root.addAppender(tap);
  }

  /// What is kept, oldest first; from then on the queue is offered each line, and misses those for
  /// which it has no room.
  synchronized List<Line> follow(Queue<Line> queue) {
    followers.add(queue);
    return List.copyOf(lines);
  }

  void leave(Queue<Line> queue) {
    followers.removeIf(follower -> follower == queue);
  }

  private synchronized void add(ILoggingEvent event) {
    var thrown = event.getThrowableProxy();
    var message =
        thrown == null
            ? event.getFormattedMessage()
            : event.getFormattedMessage() + "\n" + ThrowableProxyUtil.asString(thrown);
    var line =
        new Line(
            ++count,
            event.getTimeStamp(),
            event.getLevel().toString().toLowerCase(Locale.ROOT),
            event.getLoggerName(),
            message);
    if (lines.size() == KEPT) {
      lines.removeFirst();
    }
    lines.addLast(line);
    followers.forEach(queue -> queue.offer(line));
  }

  @Deactivate
  public void close() {
    root.detachAppender(tap);
    tap.stop();
  }

  private final class Tap extends UnsynchronizedAppenderBase<ILoggingEvent> {
    @Override
    protected void append(ILoggingEvent event) {
      add(event);
    }
  }
}
