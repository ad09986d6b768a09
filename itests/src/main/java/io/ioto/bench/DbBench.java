// SPDX-License-Identifier: Apache-2.0
package io.ioto.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// The database against SQLite and the MVStore of H2, all three in this process and on the same
/// file system, in alternating rounds. Documents of about 1 KB; each write returns when the disk
/// has it (`fdatasync` or `fsync` with each commit, for all three).
final class DbBench {
  /// Documents there are before anything is measured.
  private static final int DOCUMENTS = 20_000;

  private static final int COMMIT = 100;
  private static final int PAGE = 50;
  private static final int THREADS = 16;

  /// Most operations of a round, so that the memory of this process suffices.
  private static final int MOST = 10_000;

  /// One measured operation.
  private interface Operation {
    /// Does it once.
    ///
    /// @param number no two operations have the same
    /// @return how many of what is counted that was
    int on(Documents documents, long number);
  }

  private record Measured(String name, String unit, int threads, Operation operation) {}

  private static final List<Measured> OPERATIONS =
      List.of(
          new Measured("insert", "insertsPerS", 1, DbBench::insert),
          new Measured("insert, 16 threads", "insertsPerS", THREADS, DbBench::insert),
          new Measured("commit of 100", "insertsPerS", 1, DbBench::commit),
          new Measured("update", "updatesPerS", 1, DbBench::update),
          new Measured("get", "getsPerS", 1, DbBench::get),
          new Measured("find 50", "findsPerS", 1, DbBench::find));

  private DbBench() {}

  static void run(boolean quick, Consumer<Row> rows) throws IOException, InterruptedException {
    var folder = Files.createTempDirectory("ioto");
    try (var ioto = new Documents.Ioto(Files.createDirectory(folder.resolve("ioto")));
        var sqlite = sqlite(folder);
        var mvstore = new Documents.Mv(folder)) {
      var all = List.of(ioto, sqlite, mvstore);
      for (var documents : all) {
        Bench.say("%s: %d documents".formatted(documents.name(), DOCUMENTS));
        for (var n = 0; n < DOCUMENTS / COMMIT; n++) {
          commit(documents, n);
        }
      }
      var number = new AtomicLong(DOCUMENTS);
      for (var measured : OPERATIONS) {
        compare(measured, all, number, quick).forEach(rows);
      }
    } finally {
      new Gateway.Setup(folder, folder, 0, List.of(), Map.of()).delete();
    }
  }

  private static Documents sqlite(Path folder) {
    try {
      return new Documents.Sqlite(folder);
    } catch (SQLException e) {
      throw new IllegalStateException("sqlite: " + e.getMessage(), e);
    }
  }

  private static List<Row> compare(
      Measured measured, List<? extends Documents> all, AtomicLong number, boolean quick)
      throws InterruptedException {
    var rates = new HashMap<String, List<Double>>();
    var rounds = quick ? 3 : 7;
    var time = Duration.ofMillis(quick ? 500 : 2000);
    // The first round warms up.
    for (var round = 0; round <= rounds; round++) {
      for (var documents : all) {
        var rate = round(measured, documents, number, time);
        if (round > 0) {
          rates.computeIfAbsent(documents.name(), _ -> new ArrayList<>()).add(rate);
        }
      }
    }
    var ours = Bench.median(rates.getOrDefault("ioto", List.of()));
    return all.stream()
        .skip(1)
        .map(
            peer -> {
              var theirs = Bench.median(rates.getOrDefault(peer.name(), List.of()));
              Bench.say(
                  "%s: %.0f/s, %s %.0f/s".formatted(measured.name(), ours, peer.name(), theirs));
              return Row.of("%s / %s".formatted(measured.name(), peer.name()))
                  .with(measured.unit(), ours)
                  .peer(peer.name(), theirs, ours / theirs);
            })
        .toList();
  }

  /// @return how many a second
  private static double round(
      Measured measured, Documents documents, AtomicLong number, Duration time)
      throws InterruptedException {
    var began = System.nanoTime();
    var end = began + time.toNanos();
    var count = new AtomicLong();
    // What a round of updates or reads may do is not bounded by memory.
    var most = measured.unit().equals("insertsPerS") ? MOST : Long.MAX_VALUE;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var running = new ArrayList<java.util.concurrent.Future<?>>();
      for (var i = 0; i < measured.threads(); i++) {
        running.add(
            threads.submit(
                () -> {
                  while (System.nanoTime() < end && count.get() < most) {
                    count.addAndGet(measured.operation().on(documents, number.getAndIncrement()));
                  }
                }));
      }
      for (var each : running) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "%s, %s: %s".formatted(documents.name(), measured.name(), e.getCause()), e);
    }
    return count.get() / ((System.nanoTime() - began) / 1e9);
  }

  private static int insert(Documents documents, long number) {
    // Behind those of the commits.
    documents.insert(document("i%012d".formatted(number)));
    return 1;
  }

  private static int commit(Documents documents, long number) {
    var commit = new ArrayList<Documents.Document>();
    for (var i = 0; i < COMMIT; i++) {
      commit.add(document("c%012d".formatted(number * COMMIT + i)));
    }
    documents.insertAll(commit);
    return COMMIT;
  }

  private static int update(Documents documents, long number) {
    documents.update(known(number), number);
    return 1;
  }

  private static int get(Documents documents, long number) {
    if (documents.get(known(number)).isEmpty()) {
      throw new IllegalStateException("%s is gone".formatted(known(number)));
    }
    return 1;
  }

  private static int find(Documents documents, long number) {
    var found = documents.find(known(number % (DOCUMENTS - PAGE)), PAGE);
    if (found.size() != PAGE) {
      throw new IllegalStateException("%d documents, not %d".formatted(found.size(), PAGE));
    }
    return 1;
  }

  /// One of the documents there were at the beginning, all over the place.
  private static String known(long number) {
    return "c%012d".formatted(new Random(number).nextInt(DOCUMENTS - PAGE));
  }

  private static Documents.Document document(String id) {
    var words = new StringBuilder();
    var random = new Random(id.hashCode());
    while (words.length() < 800) {
      words.append(Integer.toString(random.nextInt(1 << 20), 36)).append(' ');
    }
    return new Documents.Document(
        id,
        Map.of(
            "id",
            id,
            "name",
            "port " + id,
            "description",
            words.toString(),
            "enable",
            true,
            "count",
            1L,
            "tags",
            List.of("uplink", "fibre", "rack 7"),
            "place",
            Map.of("room", "B 12", "slot", 4L)));
  }
}
