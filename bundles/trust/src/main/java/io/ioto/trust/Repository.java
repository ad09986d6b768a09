// SPDX-License-Identifier: Apache-2.0
package io.ioto.trust;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// A folder with signed releases, which any server of files can serve: `metadata/` and `targets/`.
/// What is published replaces nothing but `timestamp.json`, which comes last, so whoever reads
/// meanwhile sees the old state or the new one.
///
/// @param keep how many releases stay in it
record Repository(Path folder, KeyFolder keys, InstantSource clock, int keep) {
  private static final Duration TARGETS_LIFE = Duration.ofDays(365);

  /// What a build folder consists of.
  record Build(Path folder) {
    Path release() {
      return folder.resolve("release.json");
    }

    Path targets() {
      return folder.resolve("targets.json");
    }

    Path bundle(String sha256) {
      return folder.resolve("bundles/%s.jar".formatted(sha256));
    }

    ReleaseSet set() throws IOException {
      if (!Files.exists(release())) {
        throw new ToolException("%s has no release; build one first".formatted(folder));
      }
      return ReleaseSet.read("release.json", Files.readAllBytes(release()));
    }
  }

  /// The number of the newest release; 0 when there is none.
  long newest() throws IOException {
    return targets().flatMap(Targets::newest).map(Target::release).orElse(0L);
  }

  /// Signs a build with the key of the role targets, as the next state of this repository.
  void sign(Build build) throws IOException {
    var set = build.set();
    var last = targets();
    var highest = newest();
    if (set.number() <= highest) {
      throw new ToolException(
          "the repository has release %d; the next must be higher than that, not %d"
              .formatted(highest, set.number()));
    }
    var files = new HashMap<String, Target>();
    if (last.isPresent()) {
      last.get().files().values().stream()
          .filter(t -> t.release() > 0)
          .sorted(Comparator.<Target>comparingLong(Target::release).reversed())
          .limit(Math.max(0, keep - 1))
          .forEach(t -> kept(last.get(), t, files));
    }
    var bytes = Files.readAllBytes(build.release());
    var path = Target.release(set.number());
    files.put(path, new Target(path, bytes.length, Hash.of(bytes), set.number()));
    for (var bundle : set.bundles()) {
      var jar = build.bundle(bundle.sha256());
      if (!Files.exists(jar) || !Hash.of(jar).equals(bundle.sha256())) {
        throw new ToolException("%s is missing or damaged; build it again".formatted(jar));
      }
      var target = Target.bundle(bundle.sha256());
      files.put(target, new Target(target, bundle.size(), bundle.sha256(), 0));
    }
    var version = last.map(Targets::version).orElse(0L) + 1;
    var signed = new Targets(new Common(version, clock.instant().plus(TARGETS_LIFE)), files);
    Files.write(build.targets(), Envelope.seal(signed.write(), List.of(keys.signer(Root.TARGETS))));
  }

  private void kept(Targets all, Target release, Map<String, Target> files) {
    try {
      files.put(release.path(), release);
      var set = ReleaseSet.read(release.path(), Files.readAllBytes(folder.resolve(release.file())));
      for (var bundle : set.bundles()) {
        all.find(Target.bundle(bundle.sha256())).ifPresent(t -> files.put(t.path(), t));
      }
    } catch (IOException e) {
      throw new ToolException("the repository is damaged: " + e, e);
    }
  }

  /// Whether a signed build is what the repository has.
  boolean has(Build build) throws IOException {
    var snapshot = snapshot();
    if (snapshot.isEmpty() || !Files.exists(build.targets())) {
      return false;
    }
    var name = "%d.targets.json".formatted(snapshot.get().targets().version());
    return same(metadata(name), Files.readAllBytes(build.targets()));
  }

  /// The metadata that make up its present state: every root, and the newest of the other roles.
  List<Path> metadata() throws IOException {
    var files = new ArrayList<Path>();
    for (var version = 1; Files.exists(metadata(version + ".root.json")); version++) {
      files.add(metadata(version + ".root.json"));
    }
    var timestamp = timestamp().orElseThrow(() -> new ToolException("nothing is published yet"));
    files.add(metadata("timestamp.json"));
    files.add(metadata("%d.snapshot.json".formatted(timestamp.snapshot().version())));
    var targets = snapshot().orElseThrow().targets();
    files.add(metadata("%d.targets.json".formatted(targets.version())));
    return files;
  }

  /// The files these sign for, by their SHA-256.
  Map<String, Path> signed() throws IOException {
    var files = new HashMap<String, Path>();
    targets()
        .ifPresent(
            all ->
                all.files().values().forEach(t -> files.put(t.sha256(), folder.resolve(t.file()))));
    return files;
  }

  /// Puts a signed build in.
  ///
  /// @param life how long the snapshot and the timestamp are good for
  void publish(Build build, Duration life) throws IOException {
    var set = build.set();
    if (!Files.exists(build.targets())) {
      throw new ToolException("%s is not signed yet".formatted(build.folder()));
    }
    var bytes = Files.readAllBytes(build.targets());
    var envelope = Envelope.read("targets.json", bytes);
    envelope.verify(keys.root(), Root.TARGETS);
    var targets = Targets.read(envelope);
    var expected = targets().map(Targets::version).orElse(0L) + 1;
    if (targets.version() != expected) {
      throw new ToolException(
          "it was signed as state %d of the repository, whose next is %d; sign it again"
              .formatted(targets.version(), expected));
    }
    for (var bundle : set.bundles()) {
      var target = targets.find(Target.bundle(bundle.sha256()));
      put(
          folder.resolve(target.orElseThrow().file()),
          Files.readAllBytes(build.bundle(bundle.sha256())));
    }
    var release = targets.find(Target.release(set.number()));
    put(
        folder.resolve(
            release
                .orElseThrow(() -> new ToolException("it was signed for another release"))
                .file()),
        Files.readAllBytes(build.release()));
    roots();
    put(metadata("%d.targets.json".formatted(targets.version())), bytes);
    online(Meta.of(targets.version(), bytes), life);
  }

  /// Makes the snapshot and the timestamp anew, before they expire; brings new roots along.
  void refresh(Duration life) throws IOException {
    roots();
    var snapshot = snapshot().orElseThrow(() -> new ToolException("nothing is published yet"));
    online(snapshot.targets(), life);
  }

  private void online(Meta targets, Duration life) throws IOException {
    var version = snapshot().map(s -> s.common().version()).orElse(0L) + 1;
    var expires = clock.instant().plus(life);
    var snapshot = new Snapshot(new Common(version, expires), Map.of(Snapshot.TARGETS, targets));
    var bytes = Envelope.seal(snapshot.write(), List.of(keys.signer(Root.SNAPSHOT)));
    put(metadata("%d.snapshot.json".formatted(version)), bytes);
    var number = timestamp().map(t -> t.common().version()).orElse(0L) + 1;
    var timestamp = new Timestamp(new Common(number, expires), Meta.of(version, bytes));
    put(
        metadata("timestamp.json"),
        Envelope.seal(timestamp.write(), List.of(keys.signer(Root.TIMESTAMP))));
  }

  private void roots() throws IOException {
    for (var version = 1; version <= keys.root().version(); version++) {
      var name = "%d.root.json".formatted(version);
      put(metadata(name), Files.readAllBytes(keys.folder().resolve(name)));
    }
  }

  private Optional<Timestamp> timestamp() throws IOException {
    var file = metadata("timestamp.json");
    return Files.exists(file)
        ? Optional.of(Timestamp.read(Envelope.read("timestamp.json", Files.readAllBytes(file))))
        : Optional.empty();
  }

  private Optional<Snapshot> snapshot() throws IOException {
    var timestamp = timestamp();
    if (timestamp.isEmpty()) {
      return Optional.empty();
    }
    var name = "%d.snapshot.json".formatted(timestamp.get().snapshot().version());
    return Optional.of(Snapshot.read(Envelope.read(name, Files.readAllBytes(metadata(name)))));
  }

  private Optional<Targets> targets() throws IOException {
    var snapshot = snapshot();
    if (snapshot.isEmpty()) {
      return Optional.empty();
    }
    var name = "%d.targets.json".formatted(snapshot.get().targets().version());
    return Optional.of(Targets.read(Envelope.read(name, Files.readAllBytes(metadata(name)))));
  }

  private Path metadata(String name) {
    return folder.resolve("metadata").resolve(name);
  }

  /// Writes a file that everybody may read, at once or not at all.
  private void put(Path file, byte[] bytes) throws IOException {
    if (Files.exists(file) && same(file, bytes)) {
      return;
    }
    for (var parent :
        Stream.iterate(file.getParent(), p -> p.startsWith(folder), Path::getParent)
            .toList()
            .reversed()) {
      if (!Files.exists(parent)) {
        Files.createDirectories(parent);
        Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    }
    var temporary = file.resolveSibling(".%s.tmp".formatted(file.getFileName()));
    Files.write(temporary, bytes);
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-r--r--"));
    Files.move(temporary, file, ATOMIC_MOVE, REPLACE_EXISTING);
  }

  private static boolean same(Path file, byte[] bytes) throws IOException {
    return Files.size(file) == bytes.length && Hash.of(file).equals(Hash.of(bytes));
  }
}
