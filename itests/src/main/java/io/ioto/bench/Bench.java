// SPDX-License-Identifier: Apache-2.0
package io.ioto.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// `./ioto bench NAME [--quick] [--json]`: measures the built distribution and prints a table, or a
/// JSON object per row. What is going on meanwhile goes to standard error.
public final class Bench {
  /// Measures something.
  @FunctionalInterface
  interface Measure {
    /// Measures everything.
    ///
    /// @param quick under a minute, less exact
    /// @param rows takes each row when it is there
    void run(boolean quick, Consumer<Row> rows) throws IOException, InterruptedException;
  }

  private Bench() {}

  /// Ends with exit code 0 when everything was measured, 1 when something went wrong, 2 for bad
  /// arguments.
  public static void main(String[] args) {
    var names = new ArrayList<String>();
    var quick = false;
    var json = false;
    for (var arg : args) {
      switch (arg) {
        case "--quick" -> quick = true;
        case "--json" -> json = true;
        default -> names.add(arg);
      }
    }
    if (names.size() != 1) {
      usage(names.isEmpty() ? "a name is missing" : "one name only, not " + names);
    }
    Measure measure =
        switch (names.getFirst()) {
          case "db" -> DbBench::run;
          case "mqtt" -> MqttBench::run;
          case "ota" -> OtaBench::run;
          case "start" -> StartBench::run;
          case "swap" -> (Measure) SwapBench::run;
          case "sync" -> SyncBench::run;
          case "web" -> (Measure) WebBench::run;
          default -> {
            usage("no bench '%s'".formatted(names.getFirst()));
            throw new IllegalStateException();
          }
        };
    var rows = new ArrayList<Row>();
    var lines = json;
    try {
      measure.run(
          quick,
          row -> {
            rows.add(row);
            if (lines) {
              System.out.println(row.json());
            }
          });
    } catch (IOException | InterruptedException | IllegalStateException e) {
      System.err.println("ioto: bench %s: %s".formatted(names.getFirst(), e.getMessage()));
      System.exit(1);
    }
    if (!json) {
      System.out.println(Row.table(rows));
    }
    System.exit(0);
  }

  /// Tells the person who waits what is going on.
  static void say(String line) {
    System.err.println(line);
  }

  /// The middle one.
  static double median(List<Double> values) {
    var sorted = values.stream().sorted().toList();
    var middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  private static void usage(String why) {
    System.err.println("ioto: bench: " + why);
    System.err.println("usage: ./ioto bench db|mqtt|ota|start|swap|sync|web [--quick] [--json]");
    System.exit(2);
  }
}
