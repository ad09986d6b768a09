// SPDX-License-Identifier: Apache-2.0
package io.ioto.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/// Replaces bundles of a gateway that answers requests without pause: the app beside the old one,
/// the app in its place, and the web server itself. Every request must be answered as if nothing
/// had happened, and nothing of the old bundles may stay behind. The rest is that of [FleetSwaps].
public final class SwapBench {
  private static final String APP = "io.ioto.empty";
  private static final String WEB = "io.ioto.web";
  private static final int CONNECTIONS = 32;

  /// Makes the jar of a swap.
  private interface Edition {
    byte[] jar(int number) throws IOException;
  }

  /// What one row came to.
  ///
  /// @param loaders what `GET /loaders` says of the class loaders that could not be collected
  public record Outcome(Load.Result load, int swaps, Control.Reply loaders) {
    /// How many of them there are.
    public long loadersLeft() {
      return loaders.number("loadersLeft");
    }
  }

  private final Gateway gateway;
  private final byte[] app;
  private final byte[] web;

  /// @param gateway runs the app `empty` as it was built
  public SwapBench(Gateway gateway) throws IOException {
    this.gateway = gateway;
    var bundles = gateway.setup().home().resolve("bundles");
    app = Jars.find(bundles, APP);
    web = Jars.find(bundles, WEB);
  }

  static void run(boolean quick, Consumer<Row> rows) throws IOException, InterruptedException {
    var swaps = quick ? 4 : 34;
    var requests = quick ? 20_000 : 340_000;
    var setup = Gateway.Setup.fresh();
    try (var gateway = Gateway.start(setup)) {
      var bench = new SwapBench(gateway);
      row(rows, "app side by side", bench.appSideBySide(swaps, requests));
      row(rows, "app in place", bench.appInPlace(swaps, requests));
      row(rows, "web side by side", bench.webSideBySide(swaps, requests));
      gateway.terminate();
    } finally {
      setup.delete();
    }
    try (var fleet = new Fleet()) {
      fleet.claim();
      var report =
          FleetSwaps.run(
              fleet, quick ? 1 : 5, quick ? 100 : 500, FleetSwaps.DEVICE, FleetSwaps.CLOUD);
      FleetSwaps.rows(report, rows);
    }
  }

  /// New versions of the app, each started beside the old one.
  public Outcome appSideBySide(int swaps, long requests) throws IOException, InterruptedException {
    return swap(swaps, requests, n -> Jars.version(app, "0.1." + n));
  }

  /// The app's first version again, in other bytes: updated where it is.
  public Outcome appInPlace(int swaps, long requests) throws IOException, InterruptedException {
    // Swaps of the other kind may have left another version running.
    var version = "0.2.0";
    deploy(Jars.version(app, version));
    return swap(swaps, requests, n -> Jars.stamped(Jars.version(app, version), "edition " + n));
  }

  /// New versions of the web server itself.
  public Outcome webSideBySide(int swaps, long requests) throws IOException, InterruptedException {
    return swap(swaps, requests, n -> Jars.version(web, "0.1." + n));
  }

  private Outcome swap(int swaps, long requests, Edition edition)
      throws IOException, InterruptedException {
    try (var load = new Load(gateway.url(), targets(gateway.url()), CONNECTIONS)) {
      load.await(requests / (swaps + 1));
      for (var n = 1; n <= swaps; n++) {
        deploy(edition.jar(n));
        load.await(requests * (n + 1) / (swaps + 1));
      }
      var result = load.stop();
      return new Outcome(result, swaps, gateway.control().get("/loaders"));
    }
  }

  private void deploy(byte[] jar) throws IOException {
    var reply = gateway.control().post("/deploy", jar);
    if (reply.status() != 200) {
      throw new IllegalStateException(
          "deploy answers %d: %s\n%s".formatted(reply.status(), reply.body(), gateway.output()));
    }
  }

  /// The page, to the byte, and the action, which may tell the time.
  public static List<Load.Target> targets(URI url) throws IOException {
    return List.of(
        Load.Target.fixed(url, "/"), new Load.Target("/api/empty/status", SwapBench::isObject));
  }

  private static boolean isObject(byte[] body) {
    var text = new String(body, StandardCharsets.UTF_8).strip();
    return text.startsWith("{") && text.endsWith("}");
  }

  private static void row(Consumer<Row> rows, String name, Outcome outcome) {
    var load = outcome.load();
    Bench.say(
        "%s: %d requests in %.1f s, %d failures, %d swaps"
            .formatted(
                name,
                load.requests(),
                load.time().toMillis() / 1e3,
                load.failures(),
                outcome.swaps()));
    load.problems().forEach(p -> Bench.say("  " + p));
    if (outcome.loadersLeft() > 0) {
      Bench.say("  " + outcome.loaders().body().strip());
    }
    rows.accept(
        Row.of(name)
            .with("requests", load.requests())
            .with("failures", load.failures())
            .with("swaps", outcome.swaps())
            .with("maxWaitMs", load.waits().maxMs())
            .with("p99WaitMs", load.waits().ms(0.99))
            .with("loadersLeft", outcome.loadersLeft()));
  }
}
