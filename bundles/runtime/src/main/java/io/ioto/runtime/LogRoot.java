// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.LoggerFactory;

/// The one place through which everything that is logged goes, for as long as this bundle runs.
/// Changing where and what is one assignment and one entry in the writer's queue, so that no line
/// is lost or written twice. Before the first change, and after the end, warnings and errors go to
/// standard error.
///
/// While one version of this bundle is swapped for another, both stand at the root logger; the
/// first one writes until it goes.
@Component(service = LogRoot.class)
public final class LogRoot {
  private record Route(LogFilter filter, LogFormat format) {}

  private static final String NAME = "ioto";

  /// Appenders of other bundles, which stay, are called so; others are stopgaps and defaults.
  private static final String GUESTS = "ioto-";

  private static final Duration LAST_LINES = Duration.ofSeconds(2);

  private final LoggerContext context;
  private final Logger root;
  private final Entrance entrance = new Entrance();
  private final LogWriter writer = new LogWriter(System.err);
  private @Nullable LogSettings settings;

  @Activate
  public LogRoot(BundleContext bundle) {
    this((LoggerContext) LoggerFactory.getILoggerFactory());
    var trace = bundle.getProperty("ioto.trace");
    if (trace != null) {
      var state = bundle.getProperty("ioto.state");
      apply(
          LogSettings.early(
              LogTrace.of(trace),
              Path.of(state == null ? "" : state, "log"),
              LogSettings.app(bundle),
              LogSettings.start(bundle)));
    }
  }

  LogRoot(LoggerContext context) {
    this.context = context;
    root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    entrance.setContext(context);
    entrance.setName(NAME);
    entrance.start();
  }

  /// Logs as the settings say from now on. Settings that are in force already change nothing.
  synchronized void apply(LogSettings next) {
    if (next.equals(settings)) {
      return;
    }
    settings = next;
    var format = next.logFormat();
    writer.change(
        next.sink(),
        message -> format.line(LogFilter.Type.WARN, "log", message, Instant.now()),
        next.queue());
    var filter = next.filter();
    entrance.route = new Route(filter, format);
    root.setLevel(filter.level());
    if (!root.isAttached(entrance)) {
      root.addAppender(entrance);
      appenders(root).stream()
          .filter(a -> !NAME.equals(a.getName()) && !guest(a))
          .forEach(root::detachAppender);
    }
  }

  @Deactivate
  public synchronized void close() {
    if (root.isAttached(entrance)) {
      if (appenders(root).stream().noneMatch(a -> a != entrance && !guest(a))) {
        root.addAppender(console());
        root.setLevel(Level.WARN);
      }
      root.detachAppender(entrance);
    }
    writer.close(LAST_LINES);
  }

  /// Waits until everything logged so far is written.
  boolean flush() throws InterruptedException {
    return writer.flush(LAST_LINES);
  }

  private static boolean guest(Appender<?> appender) {
    return appender.getName() != null && appender.getName().startsWith(GUESTS);
  }

  private static List<Appender<ILoggingEvent>> appenders(Logger root) {
    var appenders = new ArrayList<Appender<ILoggingEvent>>();
    root.iteratorForAppenders().forEachRemaining(appenders::add);
    return appenders;
  }

  private Appender<ILoggingEvent> console() {
    var layout = new PatternLayout();
    layout.setContext(context);
    layout.setPattern("%-5level %logger{0}: %msg%n");
    layout.start();
    var encoder = new LayoutWrappingEncoder<ILoggingEvent>();
    encoder.setContext(context);
    encoder.setLayout(layout);
    encoder.start();
    var console = new ConsoleAppender<ILoggingEvent>();
    console.setContext(context);
    console.setName("late");
    console.setTarget("System.err");
    console.setEncoder(encoder);
    console.start();
    return console;
  }

  private final class Entrance extends UnsynchronizedAppenderBase<ILoggingEvent> {
    private volatile @Nullable Route route;

    @Override
    protected void append(ILoggingEvent event) {
      var way = route;
      if (way == null || root.getAppender(NAME) != this) {
        return;
      }
      var type = LogFilter.Type.of(event);
      var source = LogSource.of(event.getLoggerName());
      if (way.filter().passes(type, source)) {
        writer.write(way.format().line(type, source, message(event), event.getInstant()));
      }
    }

    private static String message(ILoggingEvent event) {
      var thrown = event.getThrowableProxy();
      return thrown == null
          ? event.getFormattedMessage()
          : event.getFormattedMessage()
              + "\n"
              + ThrowableProxyUtil.asString(thrown).replace("\t", "  ");
    }
  }
}
