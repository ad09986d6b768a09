// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import org.osgi.framework.BundleContext;

/// Where the log goes, what is in it and how a line looks.
///
/// @param path `stdout`, `stderr`, or an absolute file
/// @param format see [LogFormat]
/// @param types see [LogFilter]
/// @param sources see [LogFilter]
/// @param limits how much a file keeps
/// @param queue most bytes that wait to be written
/// @param app what `%A` stands for
/// @param start what `%C` counts from
record LogSettings(
    String path,
    String format,
    String types,
    String sources,
    LogFile.Limits limits,
    long queue,
    String app,
    Instant start) {

  /// What the command line says, before there is a configuration, with the defaults of
  /// `settings.json5`.
  static LogSettings early(LogTrace trace, Path folder, String app, Instant start) {
    return new LogSettings(
        trace.pathOr("stdout", folder),
        "%T %S: %M",
        trace.typesOr("error,info"),
        trace.sourcesOr("all,!mbedtls"),
        new LogFile.Limits(2L << 20, 5, 12L << 20),
        1L << 20,
        app,
        start);
  }

  static String app(BundleContext context) {
    var app = context.getProperty("ioto.app");
    return app == null ? "ioto" : app;
  }

  static Instant start(BundleContext context) {
    var started = context.getProperty("ioto.started");
    return started == null ? Instant.now() : Instant.ofEpochMilli(Long.parseLong(started));
  }

  LogFilter filter() {
    return LogFilter.of(types, sources);
  }

  LogFormat logFormat() {
    return new LogFormat(format, app, start, ZoneId.systemDefault());
  }

  LogSink sink() {
    return switch (path) {
      case "stdout" -> new LogConsole(path, System.out);
      case "stderr" -> new LogConsole(path, System.err);
      default -> new LogFile(Path.of(path), limits);
    };
  }
}
