// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {
  private final Path folder;
  private final Path file;

  LogFileTest(@TempDir Path state) {
    folder = state.resolve("log");
    file = folder.resolve("ioto.log");
  }

  private LogFile log(long maxSize, int keep, long total) {
    return new LogFile(file, new LogFile.Limits(maxSize, keep, total));
  }

  private static void write(LogFile log, String... lines) throws IOException {
    for (var line : lines) {
      log.write((line + "\n").getBytes(UTF_8));
    }
  }

  private List<String> files() throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  private String content(String suffix) throws IOException {
    return Files.readString(folder.resolve("ioto.log" + suffix));
  }

  @Test
  void fileIsPrivateAndAppendedTo() throws IOException {
    var log = log(1000, 5, 10_000);
    write(log, "one");
    log.close();
    write(log, "two");
    log.close();

    assertThat(content("")).isEqualTo("one\ntwo\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
        .isEqualTo("rwx------");
  }

  @Test
  void fullFileIsSetAside() throws IOException {
    var log = log(10, 2, 1000);

    write(log, "1234", "5678", "a", "b", "c", "d", "e", "next", "last");

    assertThat(content("")).isEqualTo("next\nlast\n");
    assertThat(content(".1")).isEqualTo("a\nb\nc\nd\ne\n");
    assertThat(content(".2")).isEqualTo("1234\n5678\n");
    write(log, "more");
    assertThat(files()).containsExactly("ioto.log", "ioto.log.1", "ioto.log.2");
    assertThat(content(".2")).isEqualTo("a\nb\nc\nd\ne\n");
    log.close();
  }

  @Test
  void allFilesTogetherStayBelowTheTotal() throws IOException {
    var log = log(10, 100, 35);

    for (var i = 0; i < 100; i++) {
      write(log, "12345678" + i % 10);
      var sum = 0L;
      for (var name : files()) {
        sum += Files.size(folder.resolve(name));
      }
      assertThat(sum).isLessThanOrEqualTo(35);
    }
    assertThat(files()).containsExactly("ioto.log", "ioto.log.1", "ioto.log.2");
    log.close();
  }

  @Test
  void nothingIsSetAsideWhereThereIsNoRoomForIt() throws IOException {
    var log = log(10, 5, 10);
    write(log, "12345678", "next");
    assertThat(files()).containsExactly("ioto.log");
    log.close();

    var none = log(10, 0, 1000);
    write(none, "12345678");
    assertThat(files()).containsExactly("ioto.log");
    assertThat(content("")).isEqualTo("12345678\n");
    none.close();
  }

  @Test
  void fileOfAnEarlierRunCounts() throws IOException {
    write(log(100, 5, 1000), "12345678");

    var log = log(10, 5, 1000);
    write(log, "next");

    assertThat(content("")).isEqualTo("next\n");
    assertThat(content(".1")).isEqualTo("12345678\n");
    log.close();
  }

  @Test
  void filesBeyondASmallerLimitAreDeletedAtTheStart() throws IOException {
    Files.createDirectories(folder);
    for (var i = 1; i <= 9; i++) {
      Files.writeString(folder.resolve("ioto.log." + i), "old");
    }
    Files.writeString(folder.resolve("ioto.log.txt"), "of somebody else");

    write(log(10, 3, 1000), "new");

    assertThat(files())
        .containsExactly("ioto.log", "ioto.log.1", "ioto.log.2", "ioto.log.3", "ioto.log.txt");
  }

  @Test
  void fileThatCannotBeOpenedIsTriedAgain() throws IOException {
    Files.createDirectories(file);
    var log = log(10, 3, 1000);
    assertThatThrownBy(() -> write(log, "lost")).isInstanceOf(IOException.class);

    Files.delete(file);

    write(log, "written");
    assertThat(content("")).isEqualTo("written\n");
    log.close();
  }

  @Test
  void fullDiskLosesTheLineAndNothingElse() {
    // The device that is always full; what is not a regular file is neither rotated nor cut.
    var log = new LogFile(Path.of("/dev/full"), new LogFile.Limits(10, 1, 20));

    assertThatThrownBy(() -> write(log, "lost")).hasMessageContaining("No space left on device");
    assertThatThrownBy(() -> write(log, "lost")).hasMessageContaining("No space left on device");
    log.close();
  }
}
