// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Writes lines to a file, private to its owner. A full file is set aside as `FILE.1`, the one
/// before as `FILE.2` and so on; the oldest are deleted beyond their number and their total size.
final class LogFile implements LogSink {
  /// How much is kept.
  ///
  /// @param maxSize bytes of one file
  /// @param keep files beside the current one
  /// @param total bytes of all files together
  record Limits(long maxSize, int keep, long total) {
    Limits {
      if (maxSize < 1 || keep < 0 || total < 1) {
        throw new IllegalArgumentException(
            "maxSize %d, keep %d and total %d: expected more than that"
                .formatted(maxSize, keep, total));
      }
      maxSize = Math.min(maxSize, total);
    }
  }

  private final Path file;
  private final Limits limits;
  private @Nullable FileChannel channel;
  private long size;

  LogFile(Path file, Limits limits) {
    this.file = file;
    this.limits = limits;
  }

  @Override
  public String name() {
    return file.toString();
  }

  @Override
  public void write(byte[] lines) throws IOException {
    if (size > 0 && size + lines.length > limits.maxSize()) {
      rotate();
    }
    var out = open();
    if (size > 0 && size + lines.length > limits.maxSize()) {
      rotate();
      out = open();
    }
    try {
      var buffer = ByteBuffer.wrap(lines);
      while (buffer.hasRemaining()) {
        out.write(buffer);
      }
      size += lines.length;
    } catch (IOException e) {
      cut(out, e);
      close();
      throw e;
    }
  }

  /// Takes away a half line, which the next one would be appended to.
  private void cut(FileChannel out, IOException cause) {
    try {
      out.truncate(size);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  @Override
  public void close() {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // Whatever was written is with the operating system already.
      System.err.println("log: " + file + ": " + e);
    } finally {
      channel = null;
      size = 0;
    }
  }

  private FileChannel open() throws IOException {
    if (channel != null) {
      return channel;
    }
    var folder = file.toAbsolutePath().getParent();
    if (folder != null && Files.notExists(folder)) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    var opened =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    channel = opened;
    size = opened.size();
    prune(limits.keep(), 0);
    return opened;
  }

  private void rotate() throws IOException {
    var full = size;
    close();
    prune(limits.keep() - 1, full);
    if (limits.keep() == 0 || full > limits.total() - limits.maxSize()) {
      Files.deleteIfExists(file);
      return;
    }
    for (var entry : aside().descendingMap().entrySet()) {
      move(entry.getValue(), aside(entry.getKey() + 1));
    }
    move(file, aside(1));
  }

  private static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /// Deletes the oldest files that are more than a number, or would be more than the total with
  /// the current file at its largest.
  ///
  /// @param full size of a file that is about to join them
  private void prune(int keep, long full) throws IOException {
    var left = limits.total() - limits.maxSize() - full;
    var number = 0;
    for (var old : aside().values()) {
      left -= Files.size(old);
      if (++number > keep || left < 0) {
        Files.delete(old);
      }
    }
  }

  private Path aside(int number) {
    return file.resolveSibling(file.getFileName() + "." + number);
  }

  /// The files set aside, by their numbers.
  private NavigableMap<Integer, Path> aside() throws IOException {
    var found = new TreeMap<Integer, Path>();
    var start = file.getFileName() + ".";
    try (var files = Files.newDirectoryStream(file.toAbsolutePath().resolveSibling("."))) {
      for (var other : files) {
        var name = other.getFileName().toString();
        if (name.startsWith(start)
            && name.substring(start.length()).matches("[1-9][0-9]{0,5}")
            && Files.isRegularFile(other, LinkOption.NOFOLLOW_LINKS)) {
          found.put(Integer.valueOf(name.substring(start.length())), other);
        }
      }
    }
    return found;
  }
}
