// SPDX-License-Identifier: Apache-2.0
package io.ioto.ota;

import static io.ioto.api.ota.UpdateException.Reason.HASH_MISMATCH;
import static io.ioto.api.ota.UpdateException.Reason.MISSING_BUNDLE;
import static io.ioto.api.ota.UpdateException.Reason.NO_SPACE;
import static io.ioto.api.ota.UpdateException.Reason.STORAGE;
import static io.ioto.api.ota.UpdateException.Reason.TOO_LARGE;
import static io.ioto.api.ota.UpdateException.Reason.UNREACHABLE;
import static io.ioto.api.ota.UpdateException.Reason.WRONG_LENGTH;

import io.ioto.api.ota.ReleaseSource;
import io.ioto.api.ota.UpdateException;
import io.ioto.trust.Hash;
import io.ioto.trust.ReleaseSet;
import io.ioto.trust.Target;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Fetches bundles into a folder: hashed while they are written, continued where they broke off,
/// never more than was signed for.
final class Fetch {
  private static final Logger log = LoggerFactory.getLogger(Fetch.class);

  private final Path folder;
  private final ReleaseSource source;
  private final Settings settings;

  Fetch(Path folder, ReleaseSource source, Settings settings) {
    this.folder = folder;
    this.source = source;
    this.settings = settings;
  }

  /// Where a bundle is, or will be.
  Path file(String sha256) {
    return folder.resolve(sha256 + ".jar");
  }

  /// Makes sure that a number of bundles can be fetched, and removes what is not theirs.
  ///
  /// @throws UpdateException TOO_LARGE or NO_SPACE
  void prepare(Set<ReleaseSet.Bundle> bundles) throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    var wanted = new HashSet<Path>();
    var total = 0L;
    var largest = 0L;
    var there = 0L;
    for (var bundle : bundles) {
      total += bundle.size();
      largest = Math.max(largest, bundle.size());
      for (var file : new Path[] {file(bundle.sha256()), partial(bundle.sha256())}) {
        wanted.add(file);
        there += Files.exists(file) ? Files.size(file) : 0;
      }
    }
    try (var files = Files.list(folder)) {
      for (var file : files.filter(f -> !wanted.contains(f)).toList()) {
        Files.delete(file);
      }
    }
    if (total > settings.set()) {
      throw new UpdateException(
          TOO_LARGE,
          "the release needs %d bytes; update.limits.set allows %d"
              .formatted(total, settings.set()));
    }
    // Each is there twice while it is taken over into the store.
    var needed = total - Math.min(there, total) + largest + settings.spare();
    var free = Files.getFileStore(folder).getUsableSpace();
    if (free < needed) {
      throw new UpdateException(
          NO_SPACE, "the disk has %d bytes left; %d are needed".formatted(free, needed));
    }
  }

  /// Brings one bundle here.
  ///
  /// @throws UpdateException when it cannot be had, or is not what was signed for
  void bring(Target target) throws IOException, InterruptedException {
    var file = file(target.sha256());
    if (Files.exists(file)) {
      return;
    }
    var partial = partial(target.sha256());
    var resumed = Files.exists(partial);
    for (var retry = 0; ; retry++) {
      try {
        download(target, partial);
        break;
      } catch (NoSuchFileException e) {
        throw new UpdateException(
            MISSING_BUNDLE, "the source has no %s".formatted(target.file()), e);
      } catch (IOException e) {
        if (retry >= settings.retries()) {
          throw new UpdateException(
              UNREACHABLE, "%s cannot be read: %s".formatted(target.file(), e), e);
        }
        log.info("{} broke off and is continued: {}", target.file(), e.toString());
      } catch (UpdateException e) {
        if (Thread.interrupted()) {
          // The channel was closed under it; what is there is gone on with.
          throw new InterruptedException();
        }
        Files.deleteIfExists(partial);
        if (!resumed) {
          throw e;
        }
        // What was left from before may be to blame.
        resumed = false;
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
    Files.move(partial, file);
  }

  private void download(Target target, Path partial) throws IOException {
    var digest = Hash.digest();
    try (var out = open(partial)) {
      var at = digested(out, digest, target.length());
      if (at < target.length()) {
        try (var content = source.open(target.file(), at)) {
          if (content.from() != at) {
            if (content.from() != 0) {
              throw new IOException("it begins at %d instead of %d".formatted(content.from(), at));
            }
            out.truncate(0);
            digest.reset();
            at = 0;
          }
          at = copy(content, out, digest, at, target);
        }
      }
      if (at < target.length()) {
        throw new UpdateException(
            WRONG_LENGTH,
            "%s has %d bytes where %d were signed".formatted(target.path(), at, target.length()));
      }
      force(out);
    }
    if (!Hash.of(digest).equals(target.sha256())) {
      throw new UpdateException(
          HASH_MISMATCH, "%s has another SHA-256 than was signed".formatted(target.path()));
    }
  }

  private static long copy(
      ReleaseSource.Content content,
      FileChannel out,
      MessageDigest digest,
      long from,
      Target target)
      throws IOException {
    var at = from;
    var buffer = new byte[64 << 10];
    for (var n = content.in().read(buffer); n >= 0; n = content.in().read(buffer)) {
      at += n;
      if (at > target.length()) {
        throw new UpdateException(
            TOO_LARGE,
            "%s has more than the %d bytes that were signed"
                .formatted(target.path(), target.length()));
      }
      digest.update(buffer, 0, n);
      write(out, ByteBuffer.wrap(buffer, 0, n));
    }
    return at;
  }

  /// Feeds what is there to the digest, and leaves the channel at its end.
  private static long digested(FileChannel file, MessageDigest digest, long length)
      throws IOException {
    if (file.size() > length) {
      file.truncate(0);
    }
    var buffer = ByteBuffer.allocate(64 << 10);
    file.position(0);
    while (file.read(buffer) >= 0) {
      digest.update(buffer.flip());
      buffer.clear();
    }
    return file.position();
  }

  private static FileChannel open(Path partial) {
    try {
      return FileChannel.open(
          partial,
          Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (IOException e) {
      throw refused(e);
    }
  }

  private static void write(FileChannel out, ByteBuffer bytes) {
    try {
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    } catch (IOException e) {
      throw refused(e);
    }
  }

  private static void force(FileChannel out) {
    try {
      out.force(true);
    } catch (IOException e) {
      throw refused(e);
    }
  }

  private static UpdateException refused(IOException e) {
    return new UpdateException(STORAGE, "the disk refused: " + e, e);
  }

  private Path partial(String sha256) {
    return folder.resolve(sha256 + ".part");
  }
}
