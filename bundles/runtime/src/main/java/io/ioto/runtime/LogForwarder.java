// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import ch.qos.logback.classic.LoggerContext;
import java.util.Collections;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicLong;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogListener;
import org.osgi.service.log.LogReaderService;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// Passes the OSGi log on: there the framework and the component runtime say what went wrong. Each
/// entry is passed on once, those of the time before as well, however often this bundle is
/// swapped.
@Component(service = {})
public final class LogForwarder {
  private final LogReaderService reader;
  private final AtomicLong last;
  private final LogListener listener = this::forward;

  @Activate
  public LogForwarder(
      @Reference ServiceReference<LogReaderService> reference, @Reference LogReaderService reader) {
    this(reader, last(LoggerFactory.getILoggerFactory(), reference));
  }

  /// @param last sequence number of the last entry that was passed on
  LogForwarder(LogReaderService reader, AtomicLong last) {
    this.reader = reader;
    this.last = last;
    synchronized (this) { // The listener waits, so that the old entries come first.
      reader.addLogListener(listener);
      Collections.list(reader.getLog()).stream()
          .sorted(Comparator.comparingLong(LogEntry::getSequence))
          .forEach(this::forward);
    }
  }

  /// The count is kept where the successor of this bundle finds it.
  private static AtomicLong last(ILoggerFactory factory, ServiceReference<?> reference) {
    var context = (LoggerContext) factory;
    var key = "ioto.log.sequence." + reference.getProperty(Constants.SERVICE_ID);
    synchronized (context) {
      if (context.getObject(key) instanceof AtomicLong kept) {
        return kept;
      }
      var fresh = new AtomicLong(-1);
      context.putObject(key, fresh);
      return fresh;
    }
  }

  @Deactivate
  public void close() {
    reader.removeLogListener(listener);
  }

  private synchronized void forward(LogEntry entry) {
    if (last.getAndAccumulate(entry.getSequence(), Math::max) >= entry.getSequence()) {
      return;
    }
    var message = entry.getMessage();
    LoggerFactory.getLogger(logger(entry))
        .atLevel(level(entry))
        .setCause(entry.getException())
        .log(message == null ? "" : message);
  }

  /// The bundle's name where the entry has but a general one.
  private static String logger(LogEntry entry) {
    var name = entry.getLoggerName();
    var bundle = entry.getBundle();
    var general = name == null || name.equals("LogService") || event(entry);
    return general && bundle != null && bundle.getSymbolicName() != null
        ? bundle.getSymbolicName()
        : String.valueOf(name);
  }

  /// Events of bundles and services come as information, dozens at each start and swap, and are
  /// worth a line only to somebody who traces.
  private static Level level(LogEntry entry) {
    return switch (entry.getLogLevel()) {
      case ERROR -> Level.ERROR;
      case WARN -> Level.WARN;
      case AUDIT, INFO -> event(entry) ? Level.TRACE : Level.INFO;
      case DEBUG -> event(entry) ? Level.TRACE : Level.DEBUG;
      case TRACE -> Level.TRACE;
    };
  }

  private static boolean event(LogEntry entry) {
    var name = entry.getLoggerName();
    return name != null && name.startsWith("Events.");
  }
}
