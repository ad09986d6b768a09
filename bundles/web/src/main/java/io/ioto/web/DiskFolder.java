// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// The files below a folder of the disk, which need not exist. Links that lead out of it are not
/// followed.
final class DiskFolder implements Folder {
  private static final long BELIEVE_NANOS = Duration.ofSeconds(1).toNanos();

  private final Path root;

  DiskFolder(Path root) {
    this.root = root;
  }

  @Override
  public Optional<File> file(String path) throws IOException {
    var file = inside(path);
    if (file.isEmpty()) {
      return Optional.empty();
    }
    var attributes = Files.readAttributes(file.get(), BasicFileAttributes.class);
    if (!attributes.isRegularFile() || !Files.isReadable(file.get())) {
      return Optional.empty();
    }
    var modified = attributes.lastModifiedTime();
    var tag = "%x-%x".formatted(attributes.size(), modified.to(TimeUnit.MICROSECONDS));
    return Optional.of(
        new File(
            attributes.size(),
            modified.to(TimeUnit.SECONDS),
            tag,
            offset -> open(file.get(), offset)));
  }

  private static InputStream open(Path file, long offset) throws IOException {
    return Channels.newInputStream(FileChannel.open(file).position(offset));
  }

  @Override
  public boolean folder(String path) throws IOException {
    return inside(path).filter(Files::isDirectory).isPresent();
  }

  /// What a path leads to, when that exists below the root.
  private Optional<Path> inside(String path) throws IOException {
    try {
      var real = root.toRealPath();
      return Optional.of(real.resolve(path).toRealPath()).filter(file -> file.startsWith(real));
    } catch (FileSystemException | InvalidPathException _) {
      // Not there, below a file, a loop of links, too long a name: nothing that can be served.
      return Optional.empty();
    }
  }

  @Override
  public long believeNanos() {
    return BELIEVE_NANOS;
  }
}
