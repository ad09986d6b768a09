// SPDX-License-Identifier: Apache-2.0
package io.ioto.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateLockTest {
  @TempDir Path folder;

  @Test
  void theFolderIsMadePrivateAndTheLockNamesItsOwner() throws IOException {
    var state = folder.resolve("deep/state");

    assertThat(StateLock.take(state).held()).isTrue();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state)))
        .isEqualTo("rwx------");
    assertThat(Files.readString(state.resolve("lock")))
        .isEqualTo(ProcessHandle.current().pid() + "\n");
  }

  @Test
  void aStateFolderThatIsAFileIsRefused() throws IOException {
    var file = Files.writeString(folder.resolve("state"), "");

    assertThatThrownBy(() -> StateLock.take(file))
        .isInstanceOf(LauncherException.class)
        .hasMessageContaining("cannot write to the state folder " + file);
  }
}
