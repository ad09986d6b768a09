// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableTest {
  @Test
  void aFileIsReplacedWholeAndPrivate(@TempDir Path folder) throws IOException {
    var file = folder.resolve("a.json");
    Files.writeString(file, "a much longer old content");
    Files.writeString(folder.resolve(".a.json.tmp"), "left over from a crash");
    Durable.write(file, "new".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertThat(file).hasContent("new");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void aFailureLeavesTheOldAndNoLitter(@TempDir Path folder) throws IOException {
    var target = Files.createDirectory(folder.resolve("taken"));
    Files.writeString(target.resolve("child"), "old");
    assertThatThrownBy(() -> Durable.write(target, new byte[1])).isInstanceOf(IOException.class);
    assertThat(target.resolve("child")).hasContent("old");
    assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
    assertThatThrownBy(() -> Durable.write(folder.resolve("absent/a"), new byte[1]))
        .isInstanceOf(IOException.class);
  }
}
