// SPDX-License-Identifier: Apache-2.0
package io.ioto.launcher;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.launch.Framework;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The JVM's ahead-of-time cache (JEP 483, 514) of this gateway, which halves its start: classes
/// as they were loaded and linked in a training run. It fits one JVM, one set of options and one
/// class path only, so it is made on the device itself: after the first start, in the background,
/// by a second process of lowest priority that runs the same bundles on a state folder of its own,
/// asks itself for the pages, and ends. A cache that the JVM did not accept is made anew.
final class AotCache {
  private static final Logger log = LoggerFactory.getLogger(AotCache.class);
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration READY_PATIENCE = Duration.ofSeconds(60);

  private final Path folder;
  private final List<String> command;

  private AotCache(Path folder, List<String> command) {
    this.folder = folder;
    this.command = command;
  }

  /// The cache to be made; nothing when the one in use is good, or it is switched off by
  /// `IOTO_AOT=off`.
  static Optional<AotCache> of(Path home, Options options, Path config) {
    if ("off".equals(System.getenv("IOTO_AOT"))) {
      return Optional.empty();
    }
    var folder = options.state().resolve("aot");
    var file = folder.resolve("gateway.aot");
    if (Files.exists(file) && mapped(file)) {
      return Optional.empty();
    }
    var process = ProcessHandle.current().info();
    if (process.command().isEmpty() || process.arguments().isEmpty()) {
      return Optional.empty();
    }
    var command = new ArrayList<String>();
    command.add(process.command().get());
    for (var argument : process.arguments().get()) {
      if (argument.equals(Main.class.getName())) {
        break;
      }
      if (!argument.startsWith("-XX:AOTCache=")) {
        command.add(argument);
      }
    }
    command.add("-XX:AOTCacheOutput=" + folder.resolve("new.aot"));
    // The JVM that assembles the cache is given the same options, and writes a log of its own.
    command.add("-Xlog:class+load:file=" + folder.resolve("training/classes-%p.log"));
    command.addAll(List.of(Main.class.getName(), "run", "--train"));
    command.addAll(List.of("--state", folder.resolve("training").toString()));
    command.addAll(List.of("--config", config.toString(), "--quiet"));
    command.addAll(List.of("--listen", "http://127.0.0.1:0"));
    command.addAll(List.of("--app", options.properties().getOrDefault("ioto.app", "empty")));
    return Optional.of(new AotCache(folder, command));
  }

  /// The classes that a start loads from bundles.
  static Path classes(Options options) {
    return options.state().resolve("aot/classes.lst");
  }

  /// Makes the cache once the gateway is ready, without holding anything up.
  void makeOnceReady(Framework framework) {
    Thread.ofVirtual()
        .name("aot")
        .start(
            () -> {
              try {
                if (awaitReady(framework)) {
                  make();
                }
              } catch (IOException e) {
                log.warn("start-up cache not made: {}", e.getMessage());
              } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
              }
            });
  }

  private void make() throws IOException, InterruptedException {
    Gateway.delete(folder.resolve("training"));
    Files.createDirectories(folder.resolve("training"));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(folder.resolve("training.log").toFile());
    if (Files.isExecutable(Path.of("/usr/bin/nice"))) {
      builder.command().addAll(0, List.of("/usr/bin/nice", "-n", "19"));
    }
    var process = builder.start();
    var hook = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw new IOException("the training run took longer than " + PATIENCE);
      }
      var made = folder.resolve("new.aot");
      if (process.exitValue() != 0 || !Files.exists(made)) {
        throw new IOException(
            "the training run ended with %d; see %s"
                .formatted(process.exitValue(), folder.resolve("training.log")));
      }
      Preload.record(
          folder.resolve("training/classes-%d.log".formatted(process.pid())),
          folder.resolve("classes.lst"));
      try (var channel = FileChannel.open(made, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Files.move(
          made,
          folder.resolve("gateway.aot"),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      Gateway.delete(folder.resolve("training"));
      log.info("start-up cache made; the next start uses it");
    } finally {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException _) {
        // the process is ending and the hook has its turn
      }
    }
  }

  /// The training run's part: use what a start uses, then end.
  static void train(Framework framework) {
    var exit = 1;
    try {
      if (awaitReady(framework)) {
        ask(framework);
        exit = 0;
      }
    } catch (IOException | ReflectiveOperationException e) {
      log.error("training failed", e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    System.exit(exit);
  }

  private static void ask(Framework framework)
      throws IOException, InterruptedException, ReflectiveOperationException {
    if (!(call(framework, "io.ioto.api.web.Listener", "url") instanceof URI url)) {
      return;
    }
    try (var http = HttpClient.newHttpClient()) {
      for (var path : List.of("/", "/health/live", "/health/ready", "/system/console", "/none")) {
        for (var round = 0; round < 20; round++) {
          http.send(
              HttpRequest.newBuilder(url.resolve(path)).build(),
              HttpResponse.BodyHandlers.discarding());
        }
      }
    }
  }

  /// Waits for the gateway to be ready.
  ///
  /// @return false when it stopped, or was not ready in time
  private static boolean awaitReady(Framework framework) throws InterruptedException {
    var deadline = System.nanoTime() + READY_PATIENCE.toNanos();
    try {
      while (System.nanoTime() < deadline) {
        if (ready(framework)) {
          return true;
        }
        Thread.sleep(100);
      }
    } catch (IllegalStateException _) {
      log.debug("the framework has stopped");
    } catch (ReflectiveOperationException e) {
      log.warn("readiness cannot be asked", e);
    }
    return false;
  }

  private static boolean ready(Framework framework) throws ReflectiveOperationException {
    return call(framework, "io.ioto.api.runtime.Readiness", "missing") instanceof List<?> missing
        && missing.isEmpty();
  }

  /// Calls a service whose type the launcher cannot know.
  ///
  /// @return null when there is no such service
  private static @Nullable Object call(Framework framework, String type, String method)
      throws ReflectiveOperationException {
    var context = framework.getBundleContext();
    var reference = context.getServiceReference(type);
    var service = reference == null ? null : context.getService(reference);
    return service == null
        ? null
        : reference.getBundle().loadClass(type).getMethod(method).invoke(service);
  }

  /// Whether this process runs on the cache: the JVM maps it only when it accepts it.
  private static boolean mapped(Path file) {
    try (var maps = Files.lines(Path.of("/proc/self/maps"))) {
      return maps.anyMatch(line -> line.endsWith(file.toString()));
    } catch (IOException | java.io.UncheckedIOException _) {
      return true;
    }
  }
}
