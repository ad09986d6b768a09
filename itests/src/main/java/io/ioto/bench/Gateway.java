// SPDX-License-Identifier: Apache-2.0
package io.ioto.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// The built distribution as a process of its own, on a free port and a state folder of its own.
/// What it prints is kept, and waited for. Closing kills it.
public final class Gateway implements AutoCloseable {
  /// How a gateway is started.
  ///
  /// @param home folder of the distribution
  /// @param state its state folder, kept when it ends; short, for the sake of the socket in it
  /// @param port to listen on, on the loopback interface
  /// @param arguments of `run`, beside those that follow from the rest
  /// @param environment added to that of this process
  public record Setup(
      Path home, Path state, int port, List<String> arguments, Map<String, String> environment) {
    public Setup {
      arguments = List.copyOf(arguments);
      environment = Map.copyOf(environment);
    }

    /// The distribution that was built, with a new state folder, a free port, and no start-up
    /// cache, whose making would disturb.
    public static Setup fresh() throws IOException {
      return new Setup(
          distribution(),
          Files.createTempDirectory("ioto"),
          freePort(),
          List.of("--profile", "dev"),
          Map.of("IOTO_AOT", "off"));
    }

    /// With other arguments.
    public Setup with(String... arguments) {
      return new Setup(home, state, port, List.of(arguments), environment);
    }

    /// With more arguments.
    public Setup plus(String... more) {
      var all = new ArrayList<>(arguments);
      all.addAll(List.of(more));
      return new Setup(home, state, port, all, environment);
    }

    /// With one more environment variable.
    public Setup environment(String name, String value) {
      var all = new java.util.HashMap<>(environment);
      all.put(name, value);
      return new Setup(home, state, port, arguments, all);
    }

    /// Where the gateway is to listen.
    public URI url() {
      return URI.create("http://127.0.0.1:" + port);
    }

    /// Deletes the state folder.
    public void delete() throws IOException {
      if (!Files.exists(state)) {
        return;
      }
      try (var files = Files.walk(state)) {
        for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    }
  }

  /// Memory of the process.
  ///
  /// @param rss resident
  /// @param pss resident, pages shared with other processes divided among them
  public record Memory(double rss, double pss) {}

  /// What a command of the command line came to.
  public record Ended(int exit, String output) {}

  private static final Pattern READY = Pattern.compile("Ioto \\S+ is ready in .*");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Setup setup;
  private final Process process;
  private final long began;
  private final List<String> lines = new ArrayList<>();
  private boolean ended;

  private Gateway(Setup setup, Process process, long began) {
    this.setup = setup;
    this.process = process;
    this.began = began;
    Thread.ofVirtual().name("gateway-output").start(this::read);
  }

  /// Starts the process and returns at once.
  public static Gateway launch(Setup setup) throws IOException {
    var command = new ArrayList<String>();
    command.add(setup.home().resolve("bin/ioto").toString());
    command.add("run");
    command.addAll(List.of("--state", setup.state().toString()));
    command.addAll(List.of("--listen", setup.url().toString()));
    command.addAll(setup.arguments());
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().putAll(setup.environment());
    builder.directory(setup.home().toFile());
    var began = System.nanoTime();
    return new Gateway(setup, builder.start(), began);
  }

  /// Starts the process and waits until it says that it is ready.
  public static Gateway start(Setup setup) throws IOException, InterruptedException {
    var gateway = launch(setup);
    try {
      gateway.awaitReady();
      return gateway;
    } catch (IllegalStateException | InterruptedException e) {
      gateway.close();
      throw e;
    }
  }

  /// The folder of the distribution: system property `ioto.dist`.
  public static Path distribution() {
    var home = System.getProperty("ioto.dist");
    if (home == null || !Files.isExecutable(Path.of(home, "bin/ioto"))) {
      throw new IllegalStateException(
          "system property ioto.dist is '%s', expected the folder of the built distribution"
              .formatted(home));
    }
    return Path.of(home).toAbsolutePath();
  }

  /// A port that nobody listens on.
  public static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  public Setup setup() {
    return setup;
  }

  public URI url() {
    return setup.url();
  }

  /// Its control socket.
  public Control control() {
    return new Control(setup.state());
  }

  /// Waits until it says that it is ready.
  public void awaitReady() throws InterruptedException {
    awaitLine(line -> READY.matcher(line).find());
  }

  /// Waits for a line of its output.
  ///
  /// @throws IllegalStateException with all of the output when it ends, or a minute passes, first
  public synchronized String awaitLine(Predicate<String> wanted) throws InterruptedException {
    var deadline = System.nanoTime() + PATIENCE.toNanos();
    for (var next = 0; ; ) {
      for (; next < lines.size(); next++) {
        if (wanted.test(lines.get(next))) {
          return lines.get(next);
        }
      }
      var left = (deadline - System.nanoTime()) / 1_000_000;
      if (ended || left <= 0) {
        throw new IllegalStateException(
            "the gateway %s without the line waited for:\n%s"
                .formatted(ended ? "ended" : "ran a minute", String.join("\n", lines)));
      }
      wait(left);
    }
  }

  /// What it printed so far, standard error included.
  public synchronized String output() {
    return String.join("\n", lines);
  }

  /// What it printed and what it wrote to its log file so far.
  public String log() throws IOException {
    var file = setup.state().resolve("log/ioto.log");
    return output() + "\n" + (Files.exists(file) ? Files.readString(file) : "");
  }

  /// Waits for its end by itself.
  ///
  /// @return exit code
  public int awaitExit() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new IllegalStateException("the gateway does not end:\n" + output());
    }
    awaitOutput();
    return process.exitValue();
  }

  /// Asks it to end, as `kill` does, and waits.
  ///
  /// @return exit code
  public int terminate() throws InterruptedException {
    // Process.destroy would close the output with it.
    process.toHandle().destroy();
    return awaitExit();
  }

  /// Kills it, as a power cut does, and waits until it is gone.
  public void kill() throws InterruptedException {
    process.toHandle().destroyForcibly();
    awaitExit();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.toHandle().destroyForcibly();
    process.onExit().join();
  }

  public boolean alive() {
    return process.isAlive();
  }

  /// When the process was started, in the terms of [System#nanoTime].
  public long began() {
    return began;
  }

  /// Runs a command of the command line against this gateway.
  public Ended run(String... arguments) throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(setup.home().resolve("bin/ioto").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("--state", setup.state().toString()));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    var client = builder.start();
    var output = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(client.waitFor(), output.strip());
  }

  /// Memory in use now, in megabytes of 1,000,000 bytes.
  public Memory memory() throws IOException {
    var lines = Files.readAllLines(Path.of("/proc/%d/smaps_rollup".formatted(process.pid())));
    return new Memory(megabytes(lines, "Rss:"), megabytes(lines, "Pss:"));
  }

  /// Processor time used since its start.
  public Duration cpu() {
    return process
        .info()
        .totalCpuDuration()
        .orElseThrow(() -> new IllegalStateException("the gateway has ended:\n" + output()));
  }

  /// Asks for a path, once.
  ///
  /// @return nothing while nobody listens or the answer is not 200
  public Optional<byte[]> ask(String path) {
    try {
      return Optional.of(Load.fetch(url(), path));
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  private static double megabytes(List<String> lines, String name) {
    return lines.stream()
            .filter(l -> l.startsWith(name))
            .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")))
            .sum()
        * 1024
        / 1e6;
  }

  private void read() {
    try (var reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (var line = reader.readLine(); line != null; line = reader.readLine()) {
        print(line);
      }
    } catch (IOException e) {
      print("(output ends: %s)".formatted(e.getMessage()));
    }
    end();
  }

  private synchronized void print(String line) {
    lines.add(line);
    notifyAll();
  }

  private synchronized void end() {
    ended = true;
    notifyAll();
  }

  private synchronized void awaitOutput() throws InterruptedException {
    var deadline = System.nanoTime() + PATIENCE.toNanos();
    // A process that it left behind may still hold the output open: the lines are there by then.
    while (!ended && System.nanoTime() < deadline && process.descendants().findAny().isEmpty()) {
      wait(100);
    }
  }
}
