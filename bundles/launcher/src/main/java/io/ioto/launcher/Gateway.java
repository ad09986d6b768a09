// SPDX-License-Identifier: Apache-2.0
package io.ioto.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.wiring.FrameworkWiring;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One run of the gateway: lock, assemble, reconcile, start, wait, stop.
final class Gateway {
  private static final Logger log = LoggerFactory.getLogger(Gateway.class);
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(20);

  /// Set by a bundle that cannot go on, before it stops the framework; see the control protocol.
  private static final String FATAL = "ioto.fatal";

  private final long started = System.currentTimeMillis();
  private final Path home;
  private final Options options;
  private final Path config;
  private final Map<String, String> properties;
  private final AtomicBoolean stopping = new AtomicBoolean();

  Gateway(Path home, Options options) {
    this.home = home;
    this.options = options;
    config = config();
    properties = properties();
  }

  /// Runs until the framework stops.
  ///
  /// @return exit code
  int run() {
    var lock = StateLock.take(options.state());
    var preload = Preload.begin(AotCache.classes(options));
    var features =
        new ArrayList<>(List.of(properties.getOrDefault("ioto.features", "core").split("[, ]+")));
    features.add("app-" + properties.get("ioto.app"));
    var framework = prepared(features);
    // All at once: one by one, as they are started, they take the resolver three times as long.
    // What lacks something is told when it is started.
    framework.adapt(FrameworkWiring.class).resolveBundles(null);
    preload.resolved(framework);
    var hook = Thread.ofPlatform().name("shutdown").unstarted(() -> shutDown(framework));
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      framework.getBundleContext().addBundleListener((SynchronousBundleListener) this::hurry);
      framework.start();
      after(framework);
      framework.waitForStop(0);
    } catch (BundleException e) {
      throw new LauncherException(1, "the framework does not start: " + e.getMessage());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    stopping.set(true);
    var fatal = System.getProperty(FATAL);
    if (fatal != null) {
      throw new LauncherException(1, fatal);
    }
    return lock.held() ? 0 : 1;
  }

  /// An initialised framework whose bundles are the wanted ones. What Felix keeps of its last run
  /// is worth nothing but time: where that or a deployed jar turns out damaged, the cache is made
  /// anew, of jars whose hashes have been compared.
  private Framework prepared(List<String> features) {
    try {
      return prepare(wanted(features, false));
    } catch (BundleException | IOException | IllegalStateException | IllegalArgumentException e) {
      log.warn("the bundles cannot be installed from the cache, which is made anew: {}", reason(e));
    }
    try {
      delete(cache());
      return prepare(wanted(features, true));
    } catch (BundleException | IOException | IllegalStateException | IllegalArgumentException e) {
      throw new LauncherException(
          1, "the bundles cannot be installed, is the distribution whole? " + reason(e));
    }
  }

  private BundleSet wanted(List<String> features, boolean thorough) {
    var set = BundleSet.of(home, options.state(), features, thorough);
    set.warnings().forEach(log::warn);
    return set;
  }

  private static String reason(Exception e) {
    return e.getCause() == null ? e.toString() : "%s: %s".formatted(e.getMessage(), e.getCause());
  }

  private Framework prepare(BundleSet set) throws BundleException, IOException {
    var framework = new FrameworkFactory().newFramework(properties);
    try {
      framework.init();
      var outcome = new Reconciler(cache()).reconcile(framework, set);
      log.debug("bundles: {}", outcome);
      return framework;
    } catch (BundleException | IOException | RuntimeException e) {
      framework.stop();
      try {
        framework.waitForStop(STOP_PATIENCE.toMillis());
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
      throw e;
    }
  }

  private void after(Framework framework) {
    if (options.training()) {
      Thread.ofPlatform().name("training").daemon().start(() -> AotCache.train(framework));
    } else {
      AotCache.of(home, options, config).ifPresent(aot -> aot.makeOnceReady(framework));
    }
    if (options.exit() != null) {
      var delay = options.exit();
      Thread.ofVirtual()
          .name("exit")
          .start(
              () -> {
                try {
                  Thread.sleep(delay);
                  framework.stop();
                } catch (InterruptedException | BundleException e) {
                  log.error("cannot stop after {}", delay, e);
                }
              });
    }
  }

  /// A bundle that does not stop must not keep the process: whoever tells the framework to stop,
  /// it has as long as a signal gives it.
  private void hurry(BundleEvent event) {
    if (event.getType() != BundleEvent.STOPPING || event.getBundle().getBundleId() != 0) {
      return;
    }
    Thread.ofPlatform()
        .name("hurry")
        .daemon()
        .start(
            () -> {
              try {
                Thread.sleep(STOP_PATIENCE);
                giveUpStopping();
              } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
              }
            });
  }

  private static void giveUpStopping() {
    System.err.printf("ioto: not everything stopped within %d s%n", STOP_PATIENCE.toSeconds());
    Runtime.getRuntime().halt(1);
  }

  /// Runs when the process is told to end, by TERM, INT or HUP: a clean stop is exit code 0.
  private void shutDown(Framework framework) {
    if (stopping.getAndSet(true)) {
      return;
    }
    var clean = false;
    try {
      framework.stop();
      var event = framework.waitForStop(STOP_PATIENCE.toMillis());
      clean = event.getType() != FrameworkEvent.WAIT_TIMEDOUT;
    } catch (BundleException e) {
      System.err.println("ioto: does not stop cleanly: " + e.getMessage());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    if (!options.training()) {
      if (!clean) {
        giveUpStopping();
      }
      Runtime.getRuntime().halt(0);
    }
  }

  private Path cache() {
    return options.state().resolve("cache");
  }

  private Path config() {
    if (options.config() != null) {
      return options.config();
    }
    var here = Path.of("").toAbsolutePath();
    for (var folder : List.of(here, options.state().resolve("config"))) {
      if (Files.exists(folder.resolve("ioto.json5"))) {
        return folder;
      }
    }
    return home.resolve("runtime-config");
  }

  private Map<String, String> properties() {
    var all = new HashMap<String, String>();
    var file = config.resolve("framework.properties");
    if (!Files.exists(file)) {
      file = home.resolve("runtime-config/framework.properties");
    }
    var read = new Properties();
    try (var in = Files.newBufferedReader(file)) {
      read.load(in);
    } catch (IOException | IllegalArgumentException e) {
      throw new LauncherException(1, "cannot read %s: %s".formatted(file, e.getMessage()));
    }
    read.forEach((key, value) -> all.put(key.toString(), value.toString()));
    all.putAll(options.properties());
    all.putIfAbsent("ioto.app", "empty");
    all.put("ioto.home", home.toString());
    all.put("ioto.state", options.state().toString());
    all.put("ioto.config", config.toString());
    all.put("ioto.version", Main.version(home));
    all.put("ioto.started", Long.toString(started));
    all.put(Constants.FRAMEWORK_STORAGE, cache().toString());
    return all;
  }

  /// Deletes a folder with all below it.
  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (var files = Files.walk(folder)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
