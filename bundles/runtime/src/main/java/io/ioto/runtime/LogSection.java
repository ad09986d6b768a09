// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import io.ioto.api.config.Settings;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Applies the section `log`. Its end changes nothing: the log goes on as it was told last.
@Component(
    service = {},
    configurationPid = "io.ioto.runtime.log",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class LogSection {
  /// See `settings.json5`.
  public @interface Config {
    String path();

    String format();

    String types();

    String sources();

    long maxSize();

    int keep();

    long total();

    long queue();
  }

  private static final Logger log = LoggerFactory.getLogger(LogSection.class);

  @Activate
  public LogSection(
      BundleContext context, @Reference LogRoot root, @Reference Settings settings, Config config) {
    var trace = LogTrace.of(context.getProperty("ioto.trace"));
    var folder = settings.path("@log");
    var path = path(config.path(), settings);
    var chosen = trace.typesOr(config.types());
    var unknown = LogFilter.unknown(chosen);
    // A typing error must not silence the errors, its own report among them.
    var types = unknown.isEmpty() ? chosen : chosen + ",error";
    root.apply(
        new LogSettings(
            trace.pathOr(path, folder),
            config.format(),
            types,
            trace.sourcesOr(config.sources()),
            new LogFile.Limits(config.maxSize(), config.keep(), config.total()),
            config.queue(),
            LogSettings.app(context),
            LogSettings.start(context)));
    if (!unknown.isEmpty()) {
      log.error(
          "log.types: unknown {}; expected raw, fatal, error, warn, info, debug, trace or all;"
              + " errors are logged until it is put right",
          unknown);
    }
    if ("cloud".equals(trace.path() == null ? path : trace.path())) {
      log.warn("log.path: 'cloud' is not supported yet; the log goes to ioto.log in {}", folder);
    }
  }

  /// Replaces a token, so that the path is absolute.
  private static String path(String text, Settings settings) {
    try {
      return text.startsWith("@") ? settings.path(text).toString() : text;
    } catch (IllegalArgumentException unknown) {
      log.error("log.path: {}; the log goes to ioto.log in @log", unknown.getMessage());
      return "default";
    }
  }
}
