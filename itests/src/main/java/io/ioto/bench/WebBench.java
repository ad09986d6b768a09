// SPDX-License-Identifier: Apache-2.0
package io.ioto.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// The web server against nginx, in alternating rounds on the same machine: a JSON action and a
/// static file of 1 KB, over 32 kept connections, with the load of `wrk`.
final class WebBench {
  private static final Path NGINX = Path.of("/usr/sbin/nginx");
  private static final Path WRK = Path.of("/usr/bin/wrk");
  private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
  private static final Pattern COUNT = Pattern.compile("(\\d+) requests in");
  private static final Pattern BAD = Pattern.compile("(?m)^\\s*(Non-2xx.*|Socket errors.*)$");

  /// A server and the processor time its processes have used.
  private record Server(String name, URI url, java.util.function.Supplier<Duration> cpu) {}

  private record Round(double rate, double cpuMicros) {}

  private static final class Series {
    private final List<Double> rates = new ArrayList<>();
    private final List<Double> cpu = new ArrayList<>();

    void add(Round round) {
      rates.add(round.rate());
      cpu.add(round.cpuMicros());
    }
  }

  private WebBench() {}

  static void run(boolean quick, Consumer<Row> rows) throws IOException, InterruptedException {
    for (var tool : List.of(NGINX, WRK)) {
      if (!Files.isExecutable(tool)) {
        throw new IllegalStateException(
            "%s is missing; install it with: apt-get install -y nginx wrk".formatted(tool));
      }
    }
    var setup = Gateway.Setup.fresh();
    var peer = Files.createTempDirectory("nginx");
    try {
      var file = "0123456789abcdef".repeat(64);
      var site = Files.createDirectories(setup.state().resolve("site"));
      Files.writeString(site.resolve("1k.txt"), file);
      try (var gateway = Gateway.start(setup)) {
        var json = Load.fetch(gateway.url(), "/api/empty/status");
        var port = Gateway.freePort();
        var nginx = startNginx(peer, port, file, new String(json, StandardCharsets.UTF_8));
        try {
          var ours = new Server("ioto", gateway.url(), gateway::cpu);
          var theirs =
              new Server("nginx", URI.create("http://127.0.0.1:" + port), () -> cpu(nginx));
          rows.accept(compare("JSON action", "/api/empty/status", ours, theirs, quick));
          rows.accept(compare("1 KB file", "/1k.txt", ours, theirs, quick));
        } finally {
          nginx.destroy();
          nginx.waitFor();
        }
        gateway.terminate();
      }
    } finally {
      setup.delete();
      new Gateway.Setup(peer, peer, 0, List.of(), java.util.Map.of()).delete();
    }
  }

  private static Row compare(String name, String path, Server ours, Server theirs, boolean quick)
      throws IOException, InterruptedException {
    awaitAnswer(theirs.url(), path);
    var seconds = quick ? 2 : 6;
    Bench.say("%s: warming up".formatted(name));
    wrk(ours, path, quick ? 8 : 20);
    var mine = new Series();
    var other = new Series();
    var rounds = quick ? 3 : 6;
    for (var i = 1; i <= rounds; i++) {
      mine.add(wrk(ours, path, seconds));
      other.add(wrk(theirs, path, seconds));
      Bench.say(
          "%s, round %d of %d: %.0f req/s, nginx %.0f req/s"
              .formatted(name, i, rounds, mine.rates.getLast(), other.rates.getLast()));
    }
    var rate = Bench.median(mine.rates);
    var peerRate = Bench.median(other.rates);
    return Row.of(name)
        .with("reqPerS", rate)
        .with("bestReqPerS", java.util.Collections.max(mine.rates))
        .with("cpuUsPerRequest", Bench.median(mine.cpu))
        .with("peerBestReqPerS", java.util.Collections.max(other.rates))
        .with("peerCpuUsPerRequest", Bench.median(other.cpu))
        .peer("nginx", peerRate, rate / peerRate);
  }

  private static Round wrk(Server server, String path, int seconds)
      throws IOException, InterruptedException {
    var before = server.cpu().get();
    var process =
        new ProcessBuilder(WRK.toString(), "-t1", "-c32", "-d" + seconds + "s", server.url() + path)
            .redirectErrorStream(true)
            .start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    var after = server.cpu().get();
    var rate = RATE.matcher(output);
    var count = COUNT.matcher(output);
    if (process.waitFor() != 0 || !rate.find() || !count.find()) {
      throw new IllegalStateException("wrk: " + output.strip());
    }
    var bad = BAD.matcher(output);
    if (bad.find()) {
      throw new IllegalStateException("%s: %s".formatted(server.name(), bad.group(1)));
    }
    return new Round(
        Double.parseDouble(rate.group(1)),
        after.minus(before).toNanos() / 1e3 / Long.parseLong(count.group(1)));
  }

  private static Process startNginx(Path folder, int port, String file, String json)
      throws IOException {
    var html = Files.createDirectories(folder.resolve("html"));
    Files.writeString(html.resolve("1k.txt"), file);
    var config = folder.resolve("nginx.conf");
    Files.writeString(
        config,
        """
        worker_processes 1;
        daemon off;
        user root;
        pid %1$s/nginx.pid;
        error_log stderr error;
        events { worker_connections 256; }
        http {
          access_log off;
          sendfile on;
          tcp_nopush on;
          open_file_cache max=1000 inactive=60s;
          open_file_cache_valid 60s;
          keepalive_requests 100000000;
          client_body_temp_path %1$s/body;
          proxy_temp_path %1$s/proxy;
          fastcgi_temp_path %1$s/fastcgi;
          uwsgi_temp_path %1$s/uwsgi;
          scgi_temp_path %1$s/scgi;
          types { text/plain txt; }
          server {
            listen 127.0.0.1:%2$d;
            root %3$s;
            location = /api/empty/status {
              default_type application/json;
              return 200 '%4$s';
            }
          }
        }
        """
            .formatted(folder, port, html, json.replace("'", "\\'")));
    return new ProcessBuilder(NGINX.toString(), "-c", config.toString(), "-p", folder.toString())
        .inheritIO()
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static Duration cpu(Process process) {
    return java.util.stream.Stream.concat(
            java.util.stream.Stream.of(process.toHandle()), process.descendants())
        .map(p -> p.info().totalCpuDuration().orElse(Duration.ZERO))
        .reduce(Duration.ZERO, Duration::plus);
  }

  private static void awaitAnswer(URI url, String path) throws IOException {
    var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (true) {
      try {
        Load.fetch(url, path);
        return;
      } catch (IOException e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
        LockSupport.parkNanos(5_000_000);
      }
    }
  }
}
