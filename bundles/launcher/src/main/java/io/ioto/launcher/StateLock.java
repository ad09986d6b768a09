// SPDX-License-Identifier: Apache-2.0
package io.ioto.launcher;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/// Keeps a second gateway off a state folder, for as long as the process lives. The file holds the
/// owner's process id for people; the lock itself is the operating system's, so a crash frees it.
final class StateLock {
  private final FileLock lock;

  private StateLock(FileLock lock) {
    this.lock = lock;
  }

  /// Makes the folder, private to its owner, if need be, and locks it.
  ///
  /// @throws LauncherException when the folder cannot be written, or another gateway has it
  static StateLock take(Path state) {
    try {
      if (!Files.isDirectory(state)) {
        Files.createDirectories(
            state,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      var channel =
          FileChannel.open(
              state.resolve("lock"),
              java.util.Set.of(
                  StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      var lock = channel.tryLock();
      if (lock == null) {
        var owner = Files.readString(state.resolve("lock")).strip();
        throw new LauncherException(
            1,
            "state folder %s is in use by the gateway with process id %s; stop that one (./ioto stop), or choose another folder with --state"
                .formatted(state, owner));
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap(
              "%d\n".formatted(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8)));
      return new StateLock(lock);
    } catch (IOException e) {
      throw new LauncherException(
          1,
          "cannot write to the state folder %s: %s; choose another with --state"
              .formatted(state, reason(e)));
    }
  }

  /// True while the lock is held.
  boolean held() {
    return lock.isValid();
  }

  private static String reason(IOException e) {
    return e.getMessage() == null || e instanceof java.nio.file.FileSystemException
        ? e.getClass().getSimpleName().replace("Exception", "") + " " + e.getMessage()
        : e.getMessage();
  }
}
