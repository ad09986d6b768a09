// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// Replaces small files so that a crash or power cut at any moment leaves the whole old content or
/// the whole new one. May be called from many threads.
public final class Durable {
  private static final Object LOCK = new Object();

  private Durable() {}

  /// Replaces a file, private to its owner (0600), and returns when it is on the disk. A leftover
  /// `.NAME.tmp` beside it comes from a crash and is overwritten next time.
  public static void write(Path file, byte[] content) throws IOException {
    var target = file.toAbsolutePath();
    var temporary = target.resolveSibling("." + target.getFileName() + ".tmp");
    // The lock keeps two writers of one file from sharing its temporary file.
    synchronized (LOCK) {
      try {
        fill(temporary, content);
        Files.move(
            temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } catch (IOException e) {
        Files.deleteIfExists(temporary);
        throw e;
      }
      forceFolder(target.resolveSibling("."));
    }
  }

  /// Brings a folder itself to the disk: names that were created, replaced or removed in it.
  public static void forceFolder(Path folder) throws IOException {
    try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static void fill(Path temporary, byte[] content) throws IOException {
    Files.deleteIfExists(temporary);
    var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    var mode = PosixFilePermissions.fromString("rw-------");
    try (var channel =
        FileChannel.open(temporary, options, PosixFilePermissions.asFileAttribute(mode))) {
      var buffer = ByteBuffer.wrap(content);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
  }
}
