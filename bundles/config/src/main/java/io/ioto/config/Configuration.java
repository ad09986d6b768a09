// SPDX-License-Identifier: Apache-2.0
package io.ioto.config;

import static java.util.Objects.requireNonNull;

import io.ioto.api.config.Settings;
import io.ioto.json.Document;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The way of the configuration from files to components. A first reading with errors ends the
/// gateway; a later one changes nothing. What was published stays when this bundle stops, so that
/// it can be swapped like any other.
@Component(
    service = {},
    immediate = true)
public final class Configuration {
  private static final Logger log = LoggerFactory.getLogger(Configuration.class);
  private static final String OWN_PID = "io.ioto.config";

  private final BundleContext context;
  private final Path folder;
  private final Path state;
  private final Document options;
  private final boolean timeouts;
  private final Publisher publisher;
  private final Catalog catalog;
  private final Watch watch;

  /// Guards what follows and the order of publications. The Settings service is registered
  /// outside: whoever listens to that may wait for a bundle to start, which comes in here again.
  private final Object lock = new Object();

  private Layers.@Nullable Merged merged;
  private boolean refused;
  private Set<String> warned = Set.of();
  private volatile Set<String> disabled = Set.of();
  private volatile Watch.Pace pace =
      new Watch.Pace(true, Duration.ofMillis(200), Duration.ofSeconds(5));
  private @Nullable ServiceRegistration<Settings> registration;

  @Activate
  public Configuration(BundleContext context, @Reference ConfigurationAdmin admin) {
    this(context, admin, message -> end(context, message));
  }

  Configuration(BundleContext context, ConfigurationAdmin admin, Consumer<String> fatal) {
    this.context = context;
    folder = folder(context, "ioto.config");
    state = folder(context, "ioto.state");
    options = Options.read(context::getProperty);
    timeouts = !"false".equals(context.getProperty("ioto.timeouts"));
    publisher = new Publisher(admin);
    watch = new Watch(folder, () -> pace, this::reload);
    catalog = new Catalog(context, this::republish);
    catalog.open();
    var problem = first();
    if (problem.isEmpty()) {
      watch.start();
    } else {
      fatal.accept(problem);
    }
  }

  @Deactivate
  public void close() {
    watch.close();
    synchronized (lock) {
      merged = null; // the catalog empties itself now, which means nothing
    }
    catalog.close();
    if (registration != null) {
      registration.unregister();
    }
  }

  private static Path folder(BundleContext context, String property) {
    var value = requireNonNull(context.getProperty(property), property);
    return Path.of(value).toAbsolutePath().normalize();
  }

  private static void end(BundleContext context, String message) {
    System.setProperty("ioto.fatal", message);
    try {
      context.getBundle(0).stop();
    } catch (BundleException e) {
      log.error("The gateway cannot be ended", e);
    }
  }

  /// The reading at start; says why the gateway cannot go on, or nothing.
  private String first() {
    try {
      var report = read();
      return report.errors().isEmpty() ? "" : report.summary();
    } catch (UncheckedIOException e) {
      log.error("The configuration cannot be put in force", e);
      return "the configuration cannot be stored: " + e.getCause();
    }
  }

  /// Reads the files on the watching thread.
  private void reload() {
    try {
      read();
    } catch (RuntimeException e) {
      log.error("The configuration cannot be put in force", e);
    }
  }

  private Report read() {
    var report = new Report();
    Layers.Merged next;
    Directories directories;
    synchronized (lock) {
      next = Layers.read(folder, options, report);
      directories = Directories.of(state, folder, next.root(), report.in(next.origins()));
      var evaluation = next.decided() ? evaluate(next, directories, report) : null;
      if (evaluation == null || !report.errors().isEmpty()) {
        log.error(
            merged == null
                ? "The configuration in {} cannot be used:{}"
                : "The changed configuration in {} is refused, the one before stays:{}",
            folder,
            lines(report.errors()));
        refused = true;
        return report;
      }
      warn(report);
      var before = merged;
      if (before != null && before.root().equals(next.root())) {
        merged = next; // the places of its values may be others
        if (refused) {
          log.info("The configuration is right again and as it was");
        }
        refused = false;
        return report;
      }
      var touched = publisher.publish(evaluation.dictionaries(), Set.of());
      refused = false;
      merged = next;
      disabled = evaluation.disabled();
      pace = pace(evaluation.dictionaries().get(OWN_PID));
      if (before != null) {
        log.info(
            "Configuration changed: {}; given to {}",
            Changes.between(before.root(), next.root()),
            touched.isEmpty() ? "no component" : String.join(", ", touched));
      }
    }
    register(new MergedSettings(next, directories, () -> disabled));
    return report;
  }

  /// Publishes again after a bundle has come or gone. Sections that do not fit the files stay as
  /// they were: the bundle that brought them finds itself without configuration.
  private void republish() {
    synchronized (lock) {
      if (merged == null) {
        return; // the first reading comes when all bundles that are there are known
      }
      var report = new Report();
      var directories = Directories.of(state, folder, merged.root(), report.in(merged.origins()));
      var evaluation = evaluate(merged, directories, report);
      if (!report.errors().isEmpty()) {
        log.error("The configuration does not fit a new bundle:{}", lines(report.errors()));
      }
      warn(report);
      disabled = evaluation.disabled();
      try {
        var touched = publisher.publish(evaluation.dictionaries(), evaluation.wrong());
        log.debug("Configuration after a bundle came or went given to {}", touched);
      } catch (UncheckedIOException e) {
        log.error("The configuration of a bundle cannot be stored", e);
      }
    }
  }

  private Evaluation evaluate(Layers.Merged merged, Directories directories, Report report) {
    return Evaluation.of(merged, catalog.sections(), directories::path, timeouts, report);
  }

  private void warn(Report report) {
    var fresh = new TreeSet<>(report.warnings());
    fresh.removeAll(warned);
    warned = Set.copyOf(report.warnings());
    fresh.forEach(warning -> log.warn("{}", warning));
  }

  /// The new service comes before the old one goes, so that its users change over at once.
  private void register(Settings settings) {
    var before = registration;
    registration = context.registerService(Settings.class, settings, null);
    if (before != null) {
      before.unregister();
    }
  }

  private Watch.Pace pace(@Nullable Map<String, Object> own) {
    if (own == null) {
      return pace;
    }
    return new Watch.Pace(
        (Boolean) own.getOrDefault("config.watch", true),
        Duration.ofMillis((Long) own.getOrDefault("config.debounce", 200L)),
        Duration.ofMillis((Long) own.getOrDefault("config.poll", 5000L)));
  }

  private static String lines(List<String> errors) {
    return "\n  " + String.join("\n  ", errors);
  }
}
