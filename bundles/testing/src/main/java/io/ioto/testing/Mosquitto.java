// SPDX-License-Identifier: Apache-2.0
package io.ioto.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/// Debian's MQTT broker as a process of its own, with a configuration and a folder of the test's.
/// It keeps sessions and messages over a restart.
public final class Mosquitto implements AutoCloseable {
  private final Path folder;
  private final List<String> lines;
  private final int port = free();
  private final int plainPort = free();
  private @Nullable Process process;

  private Mosquitto(Path folder, List<String> lines) {
    this.folder = folder;
    this.lines = lines;
  }

  /// A broker that runs, with a listener on [#port] that is configured by these lines, and one on
  /// [#plainPort] that anybody may use without TLS.
  ///
  /// @throws TestAbortedException when it is not installed and cannot be: the message says how
  public static Mosquitto start(Path folder, String... listener) {
    install();
    try {
      Files.createDirectories(folder);
      var mosquitto = new Mosquitto(folder, List.of(listener));
      mosquitto.start();
      return mosquitto;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void install() {
    if (installed()) {
      return;
    }
    try {
      var root = new ProcessBuilder("id", "-u").start();
      if (new String(root.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
          .strip()
          .equals("0")) {
        run("apt-get", "update");
        run("apt-get", "install", "-y", "--no-install-recommends", "mosquitto");
      }
    } catch (IOException e) {
      // No such commands here; what follows says what is needed.
    }
    if (!installed()) {
      throw new TestAbortedException("needs mosquitto: apt-get install mosquitto");
    }
  }

  private static boolean installed() {
    return Files.isExecutable(binary());
  }

  private static Path binary() {
    return Path.of("/usr/sbin/mosquitto");
  }

  private static void run(String... command) throws IOException {
    var process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    await(process, 300);
  }

  private static void await(Process process, int seconds) {
    try {
      if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static int free() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The listener that the test configured.
  public int port() {
    return port;
  }

  /// A listener without TLS that anybody may use.
  public int plainPort() {
    return plainPort;
  }

  /// Starts it again, on the same ports and with what it has kept.
  public void start() {
    var all = new ArrayList<String>();
    all.add("per_listener_settings true");
    all.add("user root");
    all.add("persistence true");
    all.add("persistence_location %s/".formatted(folder));
    all.add("autosave_on_changes true");
    all.add("autosave_interval 1");
    all.add("max_queued_messages 0");
    all.add("log_dest file %s/log".formatted(folder));
    all.add("log_type all");
    all.add("listener %d 127.0.0.1".formatted(plainPort));
    all.add("allow_anonymous true");
    all.add("listener %d 127.0.0.1".formatted(port));
    all.addAll(lines);
    try {
      var file = Files.write(folder.resolve("mosquitto.conf"), all);
      var started =
          new ProcessBuilder(binary().toString(), "-c", file.toString())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("output").toFile())
              .start();
      process = started;
      listening(started);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void listening(Process started) {
    Eventually.eventually(
        () -> {
          if (!started.isAlive()) {
            throw new IllegalStateException(Files.readString(folder.resolve("output")) + log());
          }
          new Socket(InetAddress.getLoopbackAddress(), port).close();
        });
  }

  /// Ends it in order: what it was told to keep is kept.
  public void stop() {
    if (process != null) {
      process.destroy();
      await(process, 10);
    }
  }

  /// Ends it at once.
  public void kill() {
    if (process != null) {
      process.destroyForcibly();
      await(process, 10);
    }
  }

  /// What it has logged.
  public String log() {
    try {
      return Files.readString(folder.resolve("log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    kill();
  }
}
