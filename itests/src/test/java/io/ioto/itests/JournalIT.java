// SPDX-License-Identifier: Apache-2.0
package io.ioto.itests;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.journal.Journal;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/// The journal under the system calls of a real kernel: `strace` kills the process at each write,
/// force, truncation, rename and removal of a journal's life ([JournalCycle]), or lets it fail with
/// EIO or ENOSPC. What was acknowledged must be there when the journal is opened again.
class JournalIT {
  private static final Path STRACE = Path.of("/usr/bin/strace");

  /// Far more than there are; a loop that does not end by itself is an error.
  private static final int MOST = 60;

  @TempDir Path folder;

  /// What a run printed.
  private record Told(List<Integer> acknowledged, List<Integer> refused) {
    static Told of(List<Integer> before, String output) {
      var acknowledged = new ArrayList<>(before);
      acknowledged.addAll(numbers(output, "ack "));
      return new Told(acknowledged, numbers(output, "no "));
    }

    private static List<Integer> numbers(String output, String word) {
      return output
          .lines()
          .filter(line -> line.startsWith(word))
          .map(line -> Integer.valueOf(line.substring(word.length())))
          .toList();
    }
  }

  @BeforeAll
  static void install() throws Exception {
    if (!Files.isExecutable(STRACE) && "root".equals(System.getProperty("user.name"))) {
      for (var command :
          List.of(
              List.of("apt-get", "update"),
              List.of("apt-get", "install", "-y", "--no-install-recommends", "strace"))) {
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
      }
    }
    Assumptions.assumeTrue(Files.isExecutable(STRACE), "needs strace: apt-get install -y strace");
  }

  @ParameterizedTest
  @CsvSource({
    "pwrite64, signal=KILL",
    "fdatasync, signal=KILL",
    "fsync, signal=KILL",
    "rename, signal=KILL",
    "unlink, signal=KILL",
    "ftruncate, signal=KILL",
    "pwrite64, error=ENOSPC",
    "fdatasync, error=EIO",
    "fsync, error=EIO",
    "rename, error=EIO",
    "ftruncate, error=EIO",
  })
  void nothingAcknowledgedIsLostWhereverItIsCut(String call, String fault) throws Exception {
    var old = folder.resolve("old");
    JournalCycle.main(new String[] {old.toString()});
    var before = IntStream.rangeClosed(1, JournalCycle.RECORDS).boxed().toList();
    var hits = cut(call, fault, null, List.of()) + cut(call, fault, old, before);
    System.out.printf("JournalIT: %s, %s: %d places%n", call, fault, hits);
    assertThat(hits).isPositive();
  }

  /// Runs it once for each time the call is made.
  ///
  /// @param old folder of a journal to begin with
  /// @param before what that holds
  /// @return how often
  private int cut(String call, String fault, @Nullable Path old, List<Integer> before)
      throws Exception {
    for (var number = 1; number <= MOST; number++) {
      var state = folder.resolve("%d-%d".formatted(before.size(), number));
      if (old != null) {
        copy(old, state);
      }
      var log = folder.resolve("strace");
      var output = run(state, log, "inject=%s:%s:when=%d".formatted(call, fault, number));
      assertKept(state, Told.of(before, output), "%s %d: %s".formatted(call, number, output));
      if (!Files.readString(log).contains(fault.startsWith("signal") ? "SIGKILL" : "INJECTED")) {
        return number - 1;
      }
    }
    throw new AssertionError("%s is made more than %d times".formatted(call, MOST));
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectory(to);
    try (var files = Files.list(from)) {
      for (var file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  private static void assertKept(Path state, Told told, String what) {
    var numbers = new JournalCycle.Numbers(new ArrayList<>());
    try (var journal = Journal.open(state, JournalCycle.LIMITS, numbers)) {
      assertThat(journal.recovery().damage()).as(what).isNull();
      // It works, too.
      journal.append(1, new byte[5_000]);
    }
    var kept = numbers.kept();
    assertThat(kept).as(what).containsAll(told.acknowledged()).doesNotHaveDuplicates().isSorted();
    // Of what was not acknowledged only the very last may be there.
    var others = new ArrayList<>(kept);
    others.removeAll(told.acknowledged());
    var last =
        Stream.concat(told.acknowledged().stream(), told.refused().stream())
            .max(Integer::compare)
            .orElse(0);
    assertThat(others).as(what).allMatch(number -> number >= last).hasSizeLessThan(2);
  }

  private static String run(Path state, Path log, String fault) throws Exception {
    var command =
        List.of(
            STRACE.toString(),
            "-f",
            "-qq",
            "-o",
            log.toString(),
            "-e",
            "trace=pwrite64,fdatasync,fsync,rename,unlink,ftruncate",
            "-e",
            fault,
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-Xmx32m",
            "-Dslf4j.internal.verbosity=ERROR",
            "-cp",
            Stream.of(JournalCycle.class, Journal.class, LoggerFactory.class)
                .map(JournalIT::place)
                .collect(Collectors.joining(":")),
            JournalCycle.class.getName(),
            state.toString());
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    var exit = process.waitFor();
    assertThat(exit).as(output).isIn(0, 137);
    return output;
  }

  private static String place(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
