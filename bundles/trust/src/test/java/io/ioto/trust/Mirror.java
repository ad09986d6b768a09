// SPDX-License-Identifier: Apache-2.0
package io.ioto.trust;

import io.ioto.api.ota.ReleaseSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A repository in memory, whose every file a test may forge.
final class Mirror implements ReleaseSource {
  static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
  static final Instant LATER = NOW.plus(Duration.ofDays(30));

  final Map<String, InputStream> streams = new HashMap<>();
  final Map<String, byte[]> files = new HashMap<>();
  final Map<String, List<Signer>> signers = new LinkedHashMap<>();
  private final Path folder;
  private int made;

  Mirror(Path folder) throws IOException {
    this.folder = folder;
    for (var role : Root.ROLES) {
      signers.put(role, List.of(signer()));
    }
  }

  Signer signer() throws IOException {
    return Signer.create(folder.resolve("key-%d.pem".formatted(made++)), null);
  }

  List<Signer> of(String role) {
    return signers.getOrDefault(role, List.of());
  }

  Root root(long version, Instant expires, Map<String, Integer> thresholds) {
    var keys = new LinkedHashMap<String, List<Key>>();
    signers.forEach((role, list) -> keys.put(role, list.stream().map(Signer::key).toList()));
    return Root.of(new Common(version, expires), keys, thresholds);
  }

  byte[] putRoot(Root root, List<Signer> by) {
    var bytes = Envelope.seal(root.write(), by);
    files.put("metadata/%d.root.json".formatted(root.version()), bytes);
    return bytes;
  }

  /// Publishes targets, snapshot and timestamp of the same version, good until [#LATER].
  void publish(long version, Target... targets) {
    publish(version, version, version, LATER, LATER, LATER, targets);
  }

  void publish(
      long targets,
      long snapshot,
      long timestamp,
      Instant t,
      Instant s,
      Instant ts,
      Target... all) {
    var files = new HashMap<String, Target>();
    for (var target : all) {
      files.put(target.path(), target);
    }
    var signed = putTargets(targets, new Targets(new Common(targets, t), files));
    var snap =
        putSnapshot(
            snapshot,
            new Snapshot(
                new Common(snapshot, s), Map.of(Snapshot.TARGETS, Meta.of(targets, signed))));
    putTimestamp(new Timestamp(new Common(timestamp, ts), Meta.of(snapshot, snap)));
  }

  byte[] putTargets(long version, Targets targets) {
    var bytes = Envelope.seal(targets.write(), of(Root.TARGETS));
    files.put("metadata/%d.targets.json".formatted(version), bytes);
    return bytes;
  }

  byte[] putSnapshot(long version, Snapshot snapshot) {
    var bytes = Envelope.seal(snapshot.write(), of(Root.SNAPSHOT));
    files.put("metadata/%d.snapshot.json".formatted(version), bytes);
    return bytes;
  }

  void putTimestamp(Timestamp timestamp) {
    files.put("metadata/timestamp.json", Envelope.seal(timestamp.write(), of(Root.TIMESTAMP)));
  }

  Target target(String path, byte[] content, long release) {
    var target = new Target(path, content.length, Hash.of(content), release);
    files.put(target.file(), content);
    return target;
  }

  @Override
  public Content open(String path, long from) throws IOException {
    var stream = streams.get(path);
    if (stream != null) {
      return new Content(stream, 0);
    }
    var bytes = files.get(path);
    if (bytes == null) {
      throw new NoSuchFileException(path);
    }
    return new Content(new ByteArrayInputStream(bytes), 0);
  }
}
