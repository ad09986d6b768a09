// SPDX-License-Identifier: Apache-2.0
package io.ioto.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/// A folder of the file system.
final class FolderDisk implements Disk {
  private final Path folder;

  /// Makes the folder, and its parents, if they are missing.
  FolderDisk(Path folder) throws IOException {
    this.folder = folder;
    var missing = new ArrayList<Path>();
    for (var path = folder; path != null && !Files.exists(path); path = path.getParent()) {
      missing.addFirst(path);
    }
    for (var path : missing) {
      Files.createDirectory(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      force(path.resolveSibling("."));
    }
  }

  private static final class Channel implements File {
    private final FileChannel channel;

    Channel(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      return channel.read(into, position);
    }

    @Override
    public void write(ByteBuffer from, long position) throws IOException {
      for (var at = position; from.hasRemaining(); ) {
        at += channel.write(from, at);
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      channel.truncate(size);
    }

    @Override
    public void force(boolean length) throws IOException {
      channel.force(length);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  @Override
  public List<String> names() throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(f -> String.valueOf(f.getFileName())).toList();
    }
  }

  @Override
  public File create(String name) throws IOException {
    Files.deleteIfExists(folder.resolve(name));
    return new Channel(channel(name, StandardOpenOption.CREATE_NEW));
  }

  @Override
  public File open(String name) throws IOException {
    return new Channel(channel(name, StandardOpenOption.READ));
  }

  private FileChannel channel(String name, StandardOpenOption option) throws IOException {
    return FileChannel.open(
        folder.resolve(name),
        EnumSet.of(StandardOpenOption.READ, StandardOpenOption.WRITE, option),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Files.move(
        folder.resolve(from),
        folder.resolve(to),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void delete(String name) throws IOException {
    Files.deleteIfExists(folder.resolve(name));
  }

  @Override
  public void force() throws IOException {
    force(folder);
  }

  private static void force(Path folder) throws IOException {
    try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public Closeable lock() throws IOException {
    var channel = channel("lock", StandardOpenOption.CREATE);
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (OverlappingFileLockException _) {
      // Held in this process: as good as held by another.
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    channel.close();
    throw new JournalException(
        JournalException.Reason.LOCKED, "%s is open elsewhere".formatted(folder));
  }

  @Override
  public String toString() {
    return folder.toString();
  }
}
