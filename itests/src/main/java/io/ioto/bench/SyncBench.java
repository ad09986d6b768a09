// SPDX-License-Identifier: Apache-2.0
package io.ioto.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/// Synchronisation between a device and its cloud, two processes with mutual TLS between them and
/// a forced write on both sides: how many items a second go up, how long one takes until the cloud
/// has confirmed it, and how long an edit in the cloud takes until it is in the device's database.
final class SyncBench {
  private SyncBench() {}

  static void run(boolean quick, Consumer<Row> rows) throws IOException, InterruptedException {
    try (var fleet = new Fleet()) {
      fleet.claim();
      var probes = Probes.into(fleet.device());
      up(probes, quick, rows);
      try (var operator = fleet.operator()) {
        down(fleet, operator, probes, quick, rows);
      }
    }
  }

  private static void up(Probes probes, boolean quick, Consumer<Row> rows) throws IOException {
    var count = quick ? 2_000 : 10_000;
    var rates = new ArrayList<Double>();
    for (var round = 0; round <= (quick ? 2 : 4); round++) {
      var answer =
          probes.call("/probe/items?count=%d&commit=100&name=bulk%d.".formatted(count, round));
      var rate = count / (answer.path("allMicros").asDouble() / 1e6);
      Bench.say("device to cloud: %.0f items/s".formatted(rate));
      // The first round warms up.
      if (round > 0) {
        rates.add(rate);
      }
    }
    rows.accept(Row.of("device to cloud, commits of 100").with("itemsPerS", Bench.median(rates)));
    var micros = new ArrayList<Double>();
    for (var n = 0; n < (quick ? 200 : 1_000); n++) {
      var answer = probes.call("/probe/items?count=1&commit=1&name=single%d.".formatted(n));
      micros.add(answer.path("allMicros").asDouble());
    }
    rows.accept(latency("device to cloud, one item", micros));
  }

  private static void down(
      Fleet fleet, Person operator, Probes probes, boolean quick, Consumer<Row> rows)
      throws IOException, InterruptedException {
    probes.call("/probe/items?count=1&commit=1&name=down");
    var key = fleet.item(operator, "down0").orElseThrow().path("key").asText();
    var micros = new ArrayList<Double>();
    for (var n = 0; n < (quick ? 200 : 1_000); n++) {
      var began = System.nanoTime();
      operator.call(
          "/api/item/update",
          "{device: '%s', key: '%s', item: {description: 'd%d'}}".formatted(fleet.id(), key, n));
      probes.call("/probe/await?name=down0&text=d" + n);
      micros.add((System.nanoTime() - began) / 1e3);
    }
    rows.accept(latency("cloud to device, one edit", micros));
  }

  private static Row latency(String name, List<Double> micros) {
    // What the first ones meet is not compiled yet.
    var sorted = new ArrayList<>(micros.subList(micros.size() / 5, micros.size()));
    Collections.sort(sorted);
    return Row.of(name)
        .with("p50Ms", sorted.get(sorted.size() / 2) / 1e3)
        .with("p99Ms", sorted.get(sorted.size() * 99 / 100) / 1e3)
        .with("maxMs", sorted.getLast() / 1e3);
  }
}
