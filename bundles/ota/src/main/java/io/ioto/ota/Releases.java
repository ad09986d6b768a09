// SPDX-License-Identifier: Apache-2.0
package io.ioto.ota;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.ioto.api.deploy.Target;
import io.ioto.api.ota.UpdateException;
import io.ioto.json.Durable;
import io.ioto.json.Json5;
import io.ioto.trust.ReleaseSet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The release sets this gateway has: the one it starts with (`current.json`; none means what was
/// shipped), the one before (`previous.json`), the one that is brought in (`candidate.json`), and
/// what ran when that began (`before.json`). Whatever they name stays in the content store.
final class Releases {
  private static final Logger log = LoggerFactory.getLogger(Releases.class);

  private final Path folder;
  private final Path current;
  private final Path previous;
  private final Path candidate;
  private final Path before;

  /// @param state the state folder
  Releases(Path state) {
    folder = state.resolve("release");
    current = folder.resolve("current.json");
    previous = folder.resolve("previous.json");
    candidate = folder.resolve("candidate.json");
    before = folder.resolve("before.json");
  }

  void open() throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  Path journal() {
    return folder.resolve("journal.json");
  }

  /// What has been reported of the updates in the journal.
  Path reported() {
    return folder.resolve("reported.json");
  }

  Path fetch() {
    return folder.resolve("fetch");
  }

  /// The release that the gateway starts with; empty for what was shipped.
  Optional<ReleaseSet> current() {
    return read(current);
  }

  /// Number of the release that the gateway starts with; 0 for what was shipped.
  long number() {
    return current().map(ReleaseSet::number).orElse(0L);
  }

  /// The release before that.
  Optional<ReleaseSet> previous() {
    return read(previous);
  }

  Optional<ReleaseSet> candidate() {
    return read(candidate);
  }

  private static Optional<ReleaseSet> read(Path file) {
    try {
      return Files.exists(file)
          ? Optional.of(
              ReleaseSet.read(String.valueOf(file.getFileName()), Files.readAllBytes(file)))
          : Optional.empty();
    } catch (IOException | UpdateException e) {
      log.error("{} cannot be read: {}", file, e.toString());
      return Optional.empty();
    }
  }

  /// Takes a release as the one to bring in.
  void propose(byte[] bytes) throws IOException {
    Durable.write(candidate, bytes);
  }

  /// Takes the previous release as the one to bring in.
  void proposePrevious() throws IOException {
    Durable.write(candidate, Files.readAllBytes(previous));
  }

  /// Writes down what runs, so that it can be put back.
  void remember(Target running) throws IOException {
    var root = JsonNodeFactory.instance.objectNode();
    var bundles = root.putArray("bundles");
    for (var bundle : running.bundles()) {
      bundles
          .addObject()
          .put("name", bundle.name())
          .put("version", bundle.version())
          .put("sha256", bundle.sha256())
          .put("startLevel", bundle.startLevel());
    }
    Durable.write(before, (Json5.pretty(root) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /// What ran before; empty when nothing was written down.
  Optional<Target> before() throws IOException {
    if (!Files.exists(before)) {
      return Optional.empty();
    }
    var bundles = new ArrayList<Target.Bundle>();
    for (var node : Json5.document(before).root().path("bundles")) {
      bundles.add(
          new Target.Bundle(
              node.path("name").asText(),
              node.path("version").asText(),
              node.path("sha256").asText(),
              node.path("startLevel").asInt()));
    }
    return Optional.of(new Target(bundles));
  }

  /// Makes the candidate what the gateway starts with. The rename is the one moment of decision.
  void commit() throws IOException {
    // A cut between the two leaves the former release twice; that is no harm.
    if (Files.exists(current)) {
      Durable.write(previous, Files.readAllBytes(current));
    } else {
      Files.deleteIfExists(previous);
    }
    Files.move(candidate, current, ATOMIC_MOVE, REPLACE_EXISTING);
    Durable.forceFolder(folder);
  }

  /// Makes what was shipped what the gateway starts with.
  void commitShipped() throws IOException {
    Durable.write(previous, Files.readAllBytes(current));
    Files.delete(current);
    Durable.forceFolder(folder);
  }

  /// Forgets what was needed on the way.
  void tidy() {
    for (var file : List.of(candidate, before, folder.resolve("boots"))) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        log.warn("{} stays: {}", file, e.toString());
      }
    }
  }

  /// The set as `deploy` takes it.
  static Target target(ReleaseSet set) {
    return new Target(
        set.bundles().stream()
            .map(b -> new Target.Bundle(b.name(), b.version(), b.sha256(), b.startLevel()))
            .toList());
  }
}
