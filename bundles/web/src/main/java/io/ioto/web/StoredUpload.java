// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import io.ioto.api.web.Upload;
import io.ioto.json.Durable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// A file of a form, from its first byte to its end. Belongs to the thread of the request.
final class StoredUpload implements Upload {
  private final Uploads uploads;
  private final String field;
  private final String name;
  private final String type;
  private final Path file;
  private long size;

  StoredUpload(Uploads uploads, String field, String name, String type) throws IOException {
    this.uploads = uploads;
    this.field = field;
    this.name = name;
    this.type = type;
    file = uploads.path();
  }

  /// What is written there is in the file, up to the limit.
  OutputStream fill() throws IOException {
    return new Filling(uploads.create(file));
  }

  @Override
  public String field() {
    return field;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String type() {
    return type;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public Path file() {
    return file;
  }

  @Override
  public void move(Path to) throws IOException {
    if (Files.exists(to)) {
      throw new FileAlreadyExistsException(to.toString());
    }
    var folder = to.toAbsolutePath().normalize().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new IOException("%s is in no folder that exists".formatted(to));
    }
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Files.move(file, to, StandardCopyOption.ATOMIC_MOVE);
    Durable.forceFolder(folder);
  }

  /// Deletes the file, unless it has been moved, and gives its room back.
  void discard() {
    uploads.release(size);
    size = 0;
    Uploads.delete(file);
  }

  private final class Filling extends OutputStream {
    private final FileChannel channel;

    Filling(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      var limit = uploads.limits().file();
      if (size + length > limit) {
        throw RequestBody.tooLarge(limit, "web.limits.upload");
      }
      uploads.take(length);
      size += length;
      for (var buffer = ByteBuffer.wrap(bytes, offset, length); buffer.hasRemaining(); ) {
        var _ = channel.write(buffer);
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
