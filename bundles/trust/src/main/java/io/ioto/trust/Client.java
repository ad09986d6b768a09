// SPDX-License-Identifier: Apache-2.0
package io.ioto.trust;

import static io.ioto.api.ota.UpdateException.Reason.EXPIRED;
import static io.ioto.api.ota.UpdateException.Reason.HASH_MISMATCH;
import static io.ioto.api.ota.UpdateException.Reason.MALFORMED;
import static io.ioto.api.ota.UpdateException.Reason.MIX_AND_MATCH;
import static io.ioto.api.ota.UpdateException.Reason.NOT_CONFIGURED;
import static io.ioto.api.ota.UpdateException.Reason.ROLLBACK;
import static io.ioto.api.ota.UpdateException.Reason.STORAGE;
import static io.ioto.api.ota.UpdateException.Reason.TOO_LARGE;
import static io.ioto.api.ota.UpdateException.Reason.UNREACHABLE;

import io.ioto.api.ota.ReleaseSource;
import io.ioto.api.ota.UpdateException;
import io.ioto.json.Durable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/// Follows a repository: every refresh goes through the steps of the specification's client
/// workflow (§5), and whatever is accepted is kept, so that nothing older is accepted again. Not
/// to be shared between threads.
public final class Client {
  /// How much is read of whom.
  ///
  /// @param root bytes of a root file
  /// @param metadata bytes of any other metadata file whose length was not signed
  /// @param rotations root files that are followed in one refresh
  public record Limits(long root, long metadata, int rotations) {
    /// 512 KB, 4 MB, 256 rotations.
    public static final Limits DEFAULT = new Limits(512 << 10, 4 << 20, 256);
  }

  private static final String METADATA = "metadata/";

  private final Path folder;
  private final Path firstRoot;
  private final ReleaseSource source;
  private final InstantSource clock;
  private final Limits limits;

  /// @param folder where accepted metadata is kept; made when it is missing
  /// @param firstRoot the root file that came with the gateway, used until one is kept
  public Client(
      Path folder, Path firstRoot, ReleaseSource source, InstantSource clock, Limits limits) {
    this.folder = folder;
    this.firstRoot = firstRoot;
    this.source = source;
    this.clock = clock;
    this.limits = limits;
  }

  /// Brings the kept metadata up to date.
  ///
  /// @return what is signed for now
  /// @throws UpdateException with the first thing that is wrong; what was kept stays in force
  public Targets refresh() {
    // §5.2: one instant for the whole refresh.
    var now = clock.instant();
    try {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      var root = root(now);
      var timestamp = timestamp(root, now);
      var snapshot = snapshot(root, timestamp.snapshot(), now);
      return targets(root, snapshot.targets(), now);
    } catch (UncheckedIOException e) {
      throw new UpdateException(STORAGE, "the disk refused: " + e.getCause(), e);
    } catch (IOException e) {
      throw new UpdateException(STORAGE, "the disk refused: " + e, e);
    }
  }

  /// §5.3: from the trusted root to the newest, one version after the other, each signed by the
  /// keys of the one before and by its own.
  private Root root(Instant now) throws IOException {
    var root = trustedRoot();
    var rotations = 0;
    while (true) {
      var name = "%d.root.json".formatted(root.version() + 1);
      var bytes = fetch(name, limits.root());
      if (bytes.isEmpty()) {
        break;
      }
      if (++rotations > limits.rotations()) {
        throw new UpdateException(
            TOO_LARGE, "more than %d root files follow one another".formatted(limits.rotations()));
      }
      var envelope = Envelope.read(name, bytes.get());
      var next = Root.read(envelope);
      envelope.verify(root, Root.NAME);
      envelope.verify(next, Root.NAME);
      if (next.version() != root.version() + 1) {
        throw new UpdateException(
            ROLLBACK, "%s has version %d and not the next".formatted(name, next.version()));
      }
      // §5.3.11: who could sign before may have run the versions up; start again from the new keys.
      if (!next.keysOf(Root.TIMESTAMP).equals(root.keysOf(Root.TIMESTAMP))
          || !next.keysOf(Root.SNAPSHOT).equals(root.keysOf(Root.SNAPSHOT))) {
        Files.deleteIfExists(kept(Root.TIMESTAMP));
        Files.deleteIfExists(kept(Root.SNAPSHOT));
      }
      keep(Root.NAME, bytes.get());
      root = next;
    }
    fresh("root %d".formatted(root.version()), root.common(), now);
    return root;
  }

  private Root trustedRoot() throws IOException {
    if (!Files.exists(kept(Root.NAME))) {
      if (!Files.isRegularFile(firstRoot)) {
        throw new UpdateException(
            NOT_CONFIGURED,
            "there is no root file %s, so no release can be trusted; 'ioto keys init' makes one"
                .formatted(firstRoot));
      }
      var bytes = Files.readAllBytes(firstRoot);
      var envelope = Envelope.read(String.valueOf(firstRoot.getFileName()), bytes);
      var root = Root.read(envelope);
      envelope.verify(root, Root.NAME);
      keep(Root.NAME, bytes);
      return root;
    }
    return Root.read(Envelope.read("root.json", Files.readAllBytes(kept(Root.NAME))));
  }

  /// §5.4
  private Timestamp timestamp(Root root, Instant now) throws IOException {
    var name = "timestamp.json";
    var bytes = fetch(name, limits.metadata()).orElseThrow(() -> gone(name));
    var envelope = Envelope.read(name, bytes);
    envelope.verify(root, Root.TIMESTAMP);
    var timestamp = Timestamp.read(envelope);
    var trusted = trusted(root, Root.TIMESTAMP).map(Timestamp::read);
    if (trusted.isPresent()) {
      var known = trusted.get();
      notLower("timestamp", timestamp.common().version(), known.common().version());
      if (timestamp.common().version() == known.common().version()) {
        // §5.4.3.1: nothing new; what is kept counts, also for its time.
        fresh(name, known.common(), now);
        return known;
      }
      notLower(
          "snapshot in the timestamp", timestamp.snapshot().version(), known.snapshot().version());
    }
    fresh(name, timestamp.common(), now);
    keep(Root.TIMESTAMP, bytes);
    return timestamp;
  }

  /// §5.5
  private Snapshot snapshot(Root root, Meta expected, Instant now) throws IOException {
    var trusted = trusted(root, Root.SNAPSHOT).map(Snapshot::read);
    if (trusted.isPresent() && same(Root.SNAPSHOT, expected)) {
      fresh("snapshot.json", trusted.get().common(), now);
      return trusted.get();
    }
    var name = "%d.snapshot.json".formatted(expected.version());
    var bytes = fetch(name, limit(name, expected)).orElseThrow(() -> gone(name));
    expected.check(name, bytes);
    var envelope = Envelope.read(name, bytes);
    envelope.verify(root, Root.SNAPSHOT);
    var snapshot = Snapshot.read(envelope);
    together(name, snapshot.common().version(), expected.version());
    if (trusted.isPresent()) {
      for (var known : trusted.get().meta().entrySet()) {
        var file = snapshot.meta().get(known.getKey());
        if (file == null) {
          throw new UpdateException(
              ROLLBACK, "%s does not name %s any more".formatted(name, known.getKey()));
        }
        notLower(known.getKey(), file.version(), known.getValue().version());
      }
    }
    fresh(name, snapshot.common(), now);
    keep(Root.SNAPSHOT, bytes);
    return snapshot;
  }

  /// §5.6
  private Targets targets(Root root, Meta expected, Instant now) throws IOException {
    var trusted = trusted(root, Root.TARGETS).map(Targets::read);
    if (trusted.isPresent() && same(Root.TARGETS, expected)) {
      fresh("targets.json", trusted.get().common(), now);
      return trusted.get();
    }
    var name = "%d.targets.json".formatted(expected.version());
    var bytes = fetch(name, limit(name, expected)).orElseThrow(() -> gone(name));
    expected.check(name, bytes);
    var envelope = Envelope.read(name, bytes);
    envelope.verify(root, Root.TARGETS);
    var targets = Targets.read(envelope);
    together(name, targets.version(), expected.version());
    fresh(name, targets.common(), now);
    keep(Root.TARGETS, bytes);
    return targets;
  }

  /// Reads a small target as a whole (§5.7).
  ///
  /// @throws UpdateException when it is not what was signed for, or larger than the limit
  public byte[] read(Target target, long limit) {
    if (target.length() > limit) {
      throw new UpdateException(
          TOO_LARGE,
          "%s has %d bytes; %d are allowed".formatted(target.path(), target.length(), limit));
    }
    var bytes = fetch(target.file(), target.length(), true).orElseThrow(() -> gone(target.path()));
    if (bytes.length != target.length()) {
      throw new UpdateException(
          UpdateException.Reason.WRONG_LENGTH,
          "%s has %d bytes where %d were signed"
              .formatted(target.path(), bytes.length, target.length()));
    }
    if (!Hash.of(bytes).equals(target.sha256())) {
      throw new UpdateException(
          HASH_MISMATCH, "%s has another SHA-256 than was signed".formatted(target.path()));
    }
    return bytes;
  }

  private long limit(String name, Meta expected) {
    if (expected.length() == null) {
      return limits.metadata();
    }
    if (expected.length() > limits.metadata()) {
      throw new UpdateException(
          TOO_LARGE,
          "%s has %d bytes; %d are allowed".formatted(name, expected.length(), limits.metadata()));
    }
    return expected.length();
  }

  private Optional<byte[]> fetch(String name, long limit) {
    return fetch(METADATA + name, limit, false);
  }

  private Optional<byte[]> fetch(String path, long limit, boolean whole) {
    try (var content = source.open(path, 0)) {
      if (content.from() != 0) {
        throw new UpdateException(MALFORMED, "%s does not begin at its begin".formatted(path));
      }
      // One byte more tells that there is more; what never ends is not read to its end.
      var bytes = content.in().readNBytes((int) Math.min(limit + 1, Integer.MAX_VALUE - 8));
      if (bytes.length > limit) {
        throw new UpdateException(
            TOO_LARGE,
            whole
                ? "%s has more than the %d bytes that were signed".formatted(path, limit)
                : "%s has more than %d bytes".formatted(path, limit));
      }
      return Optional.of(bytes);
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UpdateException(UNREACHABLE, "%s cannot be read: %s".formatted(path, e), e);
    }
  }

  private static UpdateException gone(String name) {
    return new UpdateException(UNREACHABLE, "the source has no %s".formatted(name));
  }

  /// What is kept of a role, if the keys that are trusted now have signed it.
  private Optional<Envelope> trusted(Root root, String role) throws IOException {
    if (!Files.exists(kept(role))) {
      return Optional.empty();
    }
    try {
      var envelope = Envelope.read(role + ".json", Files.readAllBytes(kept(role)));
      envelope.verify(root, role);
      return Optional.of(envelope);
    } catch (UpdateException _) {
      return Optional.empty();
    }
  }

  private boolean same(String role, Meta expected) throws IOException {
    var bytes = Files.readAllBytes(kept(role));
    try {
      expected.check(role, bytes);
    } catch (UpdateException _) {
      return false;
    }
    var version = Common.version(role, Envelope.read(role, bytes).signed());
    return version == expected.version();
  }

  private static void notLower(String what, long version, long known) {
    if (version < known) {
      throw new UpdateException(
          ROLLBACK,
          "%s has version %d, and version %d was seen before".formatted(what, version, known));
    }
  }

  private static void together(String name, long version, long expected) {
    if (version != expected) {
      throw new UpdateException(
          MIX_AND_MATCH,
          "%s has version %d where version %d was signed for".formatted(name, version, expected));
    }
  }

  private static void fresh(String name, Common common, Instant now) {
    if (!common.expires().isAfter(now)) {
      throw new UpdateException(
          EXPIRED, "%s expired at %s; it is %s".formatted(name, common.expires(), now));
    }
  }

  private Path kept(String role) {
    return folder.resolve(role + ".json");
  }

  private void keep(String role, byte[] bytes) throws IOException {
    Durable.write(kept(role), bytes);
  }
}
