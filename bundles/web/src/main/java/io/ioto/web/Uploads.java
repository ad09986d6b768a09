// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The folder of files that are being uploaded, and the room they may take. May be shared between
/// threads.
final class Uploads {
  /// The part of section `web` that concerns forms; see `settings.json5`.
  public @interface Config {
    long limits_form();

    long limits_upload();

    int limits_uploads();

    long limits_uploadSpace();

    String upload_dir();
  }

  /// What forms may hold.
  ///
  /// @param folder of files until their request ends
  /// @param form bytes of a whole form
  /// @param file bytes of a file
  /// @param parts files and fields of a form
  /// @param space bytes of all files that are being uploaded
  record Limits(Path folder, long form, long file, int parts, long space) {
    static Limits of(Config config) {
      return new Limits(
          Path.of(config.upload_dir()),
          config.limits_form(),
          config.limits_upload(),
          config.limits_uploads(),
          config.limits_uploadSpace());
    }
  }

  private static final Logger log = LoggerFactory.getLogger(Uploads.class);
  private static final String EXTENSION = ".upload";
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Limits limits;
  private final AtomicLong used = new AtomicLong();

  /// Removes what an earlier process left behind.
  Uploads(Limits limits) {
    this.limits = limits;
    if (Files.isDirectory(limits.folder())) {
      var started = ProcessHandle.current().info().startInstant().orElse(Instant.MIN);
      try (var files = Files.newDirectoryStream(limits.folder(), "*" + EXTENSION)) {
        for (var file : files) {
          if (Files.getLastModifiedTime(file).toInstant().isBefore(started)) {
            delete(file);
          }
        }
      } catch (IOException e) {
        log.warn("Left-over uploads are not removed", e);
      }
    }
  }

  Limits limits() {
    return limits;
  }

  /// A new file that nobody else can read.
  FileChannel create(Path file) throws IOException {
    return FileChannel.open(
        file,
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
        permissions(file, "rw-------"));
  }

  /// A path in the folder that nothing is at.
  Path path() throws IOException {
    var folder = limits.folder();
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder, permissions(folder, "rwx------"));
    }
    var random = new byte[16];
    RANDOM.nextBytes(random);
    return folder.resolve(HexFormat.of().formatHex(random) + EXTENSION);
  }

  private static FileAttribute<?>[] permissions(Path path, String permissions) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  /// Takes room, which [#release] gives back.
  ///
  /// @throws Refused 503 when there is none
  void take(long bytes) {
    if (used.addAndGet(bytes) > limits.space()) {
      used.addAndGet(-bytes);
      throw new Refused(
          503,
          "Other uploads take all of the %d bytes there are (web.limits.uploadSpace)"
              .formatted(limits.space()),
          Map.of("Retry-After", "10", "Connection", "close"));
    }
  }

  void release(long bytes) {
    used.addAndGet(-bytes);
  }

  static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot remove an upload", e);
    }
  }
}
