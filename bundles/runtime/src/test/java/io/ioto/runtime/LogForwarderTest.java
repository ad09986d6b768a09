// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogLevel;
import org.osgi.service.log.LogListener;
import org.osgi.service.log.LogReaderService;

class LogForwarderTest {
  private static final String SCR = "org.apache.felix.scr";

  private final AtomicLong last = new AtomicLong(-1);
  private final Reader reader = new Reader();

  private record Entry(
      long sequence,
      LogLevel level,
      String loggerName,
      String message,
      @Nullable Throwable thrown) {
    LogEntry entry() {
      var bundle =
          (Bundle)
              Proxy.newProxyInstance(
                  Bundle.class.getClassLoader(),
                  new Class<?>[] {Bundle.class},
                  (_, method, _) -> method.getName().equals("getSymbolicName") ? SCR : null);
      return (LogEntry)
          Proxy.newProxyInstance(
              LogEntry.class.getClassLoader(),
              new Class<?>[] {LogEntry.class},
              (_, method, _) ->
                  switch (method.getName()) {
                    case "getSequence" -> sequence;
                    case "getLogLevel" -> level;
                    case "getLoggerName" -> loggerName;
                    case "getMessage" -> message;
                    case "getException" -> thrown;
                    case "getBundle" -> bundle;
                    default -> throw new UnsupportedOperationException(method.getName());
                  });
    }
  }

  private static final class Reader implements LogReaderService {
    private final List<LogEntry> history = new ArrayList<>();
    private final List<LogListener> listeners = new ArrayList<>();

    void log(Entry entry) {
      var logged = entry.entry();
      history.addFirst(logged);
      listeners.forEach(l -> l.logged(logged));
    }

    @Override
    public void addLogListener(LogListener listener) {
      listeners.add(listener);
    }

    @Override
    public void removeLogListener(LogListener listener) {
      listeners.remove(listener);
    }

    @Override
    public Enumeration<LogEntry> getLog() {
      return Collections.enumeration(history);
    }
  }

  private static Entry entry(long sequence, LogLevel level, String message) {
    return new Entry(sequence, level, SCR, message, null);
  }

  @Test
  void entriesComeOnceAndInOrderWithThoseOfTheTimeBefore() {
    reader.log(entry(1, LogLevel.ERROR, "one"));
    reader.log(entry(2, LogLevel.WARN, "two"));
    try (var log = new Recorder(SCR)) {
      var forwarder = new LogForwarder(reader, last);
      reader.log(entry(3, LogLevel.AUDIT, "three"));
      var successor = new LogForwarder(reader, last);
      reader.log(entry(4, LogLevel.ERROR, "four"));
      forwarder.close();
      reader.log(entry(5, LogLevel.ERROR, "five {}"));
      successor.close();
      reader.log(entry(6, LogLevel.ERROR, "six"));

      assertThat(log.messages())
          .containsExactly("ERROR one", "WARN two", "INFO three", "ERROR four", "ERROR five {}");
    }
  }

  @Test
  void exceptionsComeAlongAndGeneralLoggersTakeTheNameOfTheBundle() {
    try (var log = new Recorder(SCR)) {
      var forwarder = new LogForwarder(reader, last);
      var thrown = new IllegalStateException("no luck");
      reader.log(new Entry(1, LogLevel.ERROR, "LogService", "failed", thrown));
      reader.log(new Entry(2, LogLevel.ERROR, "Events.Framework", "failed", thrown));
      forwarder.close();

      assertThat(log.events())
          .extracting(e -> e.getThrowableProxy().getMessage())
          .containsExactly("no luck", "no luck");
    }
  }

  @Test
  void eventsThatAreNoErrorsAreForTracing() {
    try (var log = new Recorder(SCR)) {
      log.all();
      var forwarder = new LogForwarder(reader, last);
      reader.log(new Entry(1, LogLevel.INFO, "Events.Bundle", "STARTED", null));
      reader.log(new Entry(2, LogLevel.WARN, "Events.Framework", "look", null));
      forwarder.close();

      assertThat(log.messages()).containsExactly("TRACE STARTED", "WARN look");
    }
  }

  @Test
  void countIsKeptForTheSuccessor() {
    var reference =
        (ServiceReference<?>)
            Proxy.newProxyInstance(
                ServiceReference.class.getClassLoader(),
                new Class<?>[] {ServiceReference.class},
                (_, method, _) -> method.getName().equals("getProperty") ? (Object) 42L : null);
    @SuppressWarnings("unchecked")
    var typed = (ServiceReference<LogReaderService>) reference;
    reader.log(entry(1, LogLevel.ERROR, "one"));
    try (var log = new Recorder(SCR)) {
      new LogForwarder(typed, reader).close();
      new LogForwarder(typed, reader).close();

      assertThat(log.messages()).containsExactly("ERROR one");
    }
  }
}
