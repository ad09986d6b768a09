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
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.apache.felix.framework.FrameworkFactory;
import org.jspecify.annotations.Nullable;
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

  /// What `ioto.app` says where the features are all there is to run.
  private static final String NO_APP = "none";

  /// Set by an update before it stops the framework, to have it started anew.
  private static final String RESTART = "ioto.restart";

  /// Framework property: number of the release that was started, 0 for what was shipped.
  private static final String RELEASE = "ioto.release";

  /// Framework property: why a release was passed over.
  private static final String FAILURE = "ioto.release.failure";

  private final long started = System.currentTimeMillis();
  private final Path home;
  private final Options options;
  private final Path config;
  private final Map<String, String> properties;
  private final AtomicBoolean stopping = new AtomicBoolean();
  private volatile @Nullable Thread hurrying;
  private volatile @Nullable Framework current;
  private int rounds;

  Gateway(Path home, Options options) {
    this.home = home;
    this.options = options;
    config = config();
    properties = properties();
  }

  /// Runs until the framework stops for good: an update may have it started anew.
  ///
  /// @return exit code
  int run() {
    var lock = StateLock.take(options.state());
    do {
      System.clearProperty(RESTART);
      once();
    } while (Boolean.getBoolean(RESTART) && !stopping.get());
    stopping.set(true);
    return lock.held() ? 0 : 1;
  }

  private void once() {
    var preload = Preload.begin(AotCache.classes(options));
    var framework = prepared();
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
    var fatal = System.getProperty(FATAL);
    if (fatal != null) {
      stopping.set(true);
      throw new LauncherException(1, fatal);
    }
    if (Boolean.getBoolean(RESTART)) {
      rounds++;
      var hurrying = this.hurrying;
      if (hurrying != null) {
        hurrying.interrupt();
      }
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException _) {
        // The process is ending already, and waits for that hook.
        stopping.set(true);
      }
    } else {
      stopping.set(true);
    }
  }

  /// An initialised framework whose bundles are those of the first release set that is whole, or
  /// of the features where there is none.
  private Framework prepared() {
    var choice = Choice.of(options.state());
    choice.warnings().forEach(log::warn);
    properties.remove(FAILURE);
    if (choice.failure() != null) {
      properties.put(FAILURE, choice.failure());
    }
    for (var way : choice.ways()) {
      properties.put(RELEASE, Long.toString(way.number()));
      try {
        var framework =
            prepared(
                thorough ->
                    BundleSet.of(home, options.state(), way.file(), way.number(), thorough));
        log.info("release {}", way.number());
        return framework;
      } catch (LauncherException e) {
        log.error("release {} is passed over: {}", way.number(), e.getMessage());
        properties.put(FAILURE, String.valueOf(e.getMessage()));
      }
    }
    properties.put(RELEASE, "0");
    var features =
        new ArrayList<>(List.of(properties.getOrDefault("ioto.features", "core").split("[, ]+")));
    if (!NO_APP.equals(properties.get("ioto.app"))) {
      features.add("app-" + properties.get("ioto.app"));
    }
    return prepared(thorough -> BundleSet.of(home, options.state(), features, thorough));
  }

  /// An initialised framework whose bundles are the wanted ones. What Felix keeps of its last run
  /// is worth nothing but time: where that or a stored jar turns out damaged, the cache is made
  /// anew, of jars whose hashes have been compared.
  private Framework prepared(Function<Boolean, BundleSet> set) {
    try {
      return prepare(wanted(set, false));
    } catch (BundleException | IOException | IllegalStateException | IllegalArgumentException e) {
      log.warn("the bundles cannot be installed from the cache, which is made anew: {}", reason(e));
    }
    try {
      delete(cache());
      return prepare(wanted(set, true));
    } catch (BundleException | IOException | IllegalStateException | IllegalArgumentException e) {
      throw new LauncherException(
          1, "the bundles cannot be installed, is the distribution whole? " + reason(e));
    }
  }

  private static BundleSet wanted(Function<Boolean, BundleSet> choice, boolean thorough) {
    var set = choice.apply(thorough);
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
    current = framework;
    if (rounds > 0) {
      return;
    }
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
                  Objects.requireNonNull(current).stop();
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
    hurrying =
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
    var shipped = home.resolve("runtime-config/framework.properties");
    var own = config.resolve("framework.properties");
    load(shipped, all);
    if (Files.exists(own) && !own.equals(shipped)) {
      load(own, all);
    }
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

  private static void load(Path file, Map<String, String> all) {
    var read = new Properties();
    try (var in = Files.newBufferedReader(file)) {
      read.load(in);
    } catch (IOException | IllegalArgumentException e) {
      throw new LauncherException(1, "cannot read %s: %s".formatted(file, e.getMessage()));
    }
    read.forEach((key, value) -> all.put(key.toString(), value.toString()));
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
