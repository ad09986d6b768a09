// SPDX-License-Identifier: Apache-2.0
package io.ioto.deploy;

import static io.ioto.api.deploy.DeployException.Reason.NO_JAR;
import static io.ioto.api.deploy.DeployException.Reason.STORAGE;
import static io.ioto.api.deploy.DeployException.Reason.TOO_LARGE;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.ioto.api.deploy.DeployException;
import io.ioto.json.Json5;
import io.ioto.json.JsonException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What survives: the jars that were deployed, under the hash of their content, and the record of
/// which of them are wanted. A jar is on the disk and read-only before anything refers to it; the
/// record changes by one atomic rename.
final class Store {
  private static final Logger log = LoggerFactory.getLogger(Store.class);
  private static final Pattern STORED = Pattern.compile("([0-9a-f]{64})\\.jar");

  private static final Set<String> UPDATING = Set.of("APPLYING", "GATING", "ROLLING_BACK");

  private final Path state;
  private final Path jars;
  private final Path temporary;
  private final Path record;
  private final long maxJar;
  private final long maxContent;
  private volatile boolean doubtful;

  /// @param state the state folder
  Store(Path state, Settings settings) {
    this.state = state;
    jars = state.resolve("store/sha256");
    temporary = state.resolve("store/tmp");
    record = state.resolve("release/deployed.json");
    maxJar = settings.maxJar();
    maxContent = settings.maxContent();
  }

  /// Makes the folders, and removes what a crash left of unfinished work.
  void open() throws IOException {
    delete(temporary);
    for (var folder : new Path[] {jars, temporary, record.getParent()}) {
      Files.createDirectories(folder, mode("rwx------"));
    }
    forceFolder(state);
  }

  /// A folder for files that need not survive.
  Path temporary() {
    return temporary;
  }

  /// Takes a jar in for a look; the caller deletes its file.
  ///
  /// @throws DeployException when it is too large, no jar, no bundle, or the disk refuses
  /// @throws IOException when it cannot be read from where it comes
  Jar take(InputStream in) throws IOException {
    var file = temporary.resolve("in-%d.jar".formatted(System.nanoTime()));
    try {
      return Jar.read(file, copy(in, file), maxContent);
    } catch (RuntimeException | IOException e) {
      Files.deleteIfExists(file);
      throw e;
    }
  }

  private String copy(InputStream in, Path file) throws IOException {
    var digest = sha256();
    try (var out = create(file)) {
      var buffer = new byte[64 << 10];
      var size = 0L;
      for (var n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        size += n;
        if (size > maxJar) {
          throw new DeployException(
              TOO_LARGE,
              "the jar is larger than deploy.limits.jar allows, %d bytes".formatted(maxJar));
        }
        digest.update(buffer, 0, n);
        write(out, ByteBuffer.wrap(buffer, 0, n));
      }
      if (size == 0) {
        throw new DeployException(NO_JAR, "the file is empty");
      }
      force(out);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static FileChannel create(Path file) {
    try {
      return FileChannel.open(file, Set.of(CREATE_NEW, WRITE), mode("rw-------"));
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

  private static DeployException refused(IOException e) {
    return new DeployException(STORAGE, "the disk refused: " + e, e);
  }

  /// Puts a jar that was taken in to its place for good.
  ///
  /// @throws DeployException when the disk refuses
  Jar keep(Jar jar) {
    var place = place(jar.sha256());
    try {
      Files.setPosixFilePermissions(jar.file(), PosixFilePermissions.fromString("r--------"));
      Files.createDirectories(place.getParent(), mode("rwx------"));
      Files.move(jar.file(), place, ATOMIC_MOVE);
      forceFolder(place.resolveSibling("."));
      forceFolder(jars);
      forceFolder(jars.resolveSibling("."));
    } catch (IOException e) {
      throw refused(e);
    }
    return jar.at(place);
  }

  /// Where the jar with this hash is kept.
  Path place(String sha256) {
    return jars.resolve(sha256.substring(0, 2)).resolve(sha256 + ".jar");
  }

  /// Writes down what the record will say with one bundle set anew, so that [#commit] cannot fail
  /// for lack of space, and needs no class that may be gone by then.
  ///
  /// @throws DeployException when the disk refuses
  void prepare(Deployed.Entry entry) {
    try {
      Files.deleteIfExists(next());
      try (var out = create(next())) {
        write(out, ByteBuffer.wrap(deployed().with(entry).bytes()));
        force(out);
      }
    } catch (IOException e) {
      throw refused(e);
    }
  }

  /// The one moment from which on what was prepared is what the gateway starts with.
  ///
  /// @throws IOException when the disk refuses; the former record is in force
  void commit() throws IOException {
    Files.move(next(), record, ATOMIC_MOVE);
    try {
      forceFolder(record.resolveSibling("."));
      doubtful = false;
    } catch (IOException e) {
      // The record is in force, but might not be after a power cut; the former one is kept usable.
      doubtful = true;
      log.warn("the disk does not say whether it keeps {}: {}", record, e.toString());
    }
  }

  private Path next() {
    return record.resolveSibling("deployed.json.next");
  }

  /// What was deployed. A damaged record, which the launcher has passed over, is put aside.
  private Deployed deployed() throws IOException {
    try {
      var deployed = Deployed.read(record);
      var release = release();
      // What was deployed over another release has no part in this one.
      return deployed.over() == release ? deployed : new Deployed(release, List.of());
    } catch (JsonException e) {
      log.warn("what was deployed before is forgotten: {}", e.getMessage());
      Files.copy(record, record.resolveSibling("deployed.json.damaged"), REPLACE_EXISTING);
      return new Deployed(release(), List.of());
    }
  }

  /// Deletes jars that are neither wanted nor in use.
  ///
  /// @param inUse files of installed bundles
  void collect(Set<Path> inUse) throws IOException {
    if (doubtful) {
      return;
    }
    var wanted = new HashSet<String>();
    try {
      for (var file : records()) {
        for (var bundle : Json5.document(file).root().path("bundles")) {
          wanted.add(bundle.path("sha256").asText());
          wanted.add(bundle.path("ioto-sha256").asText());
        }
      }
    } catch (JsonException e) {
      log.warn("nothing is removed from the store: {}", e.getMessage());
      return;
    }
    try (var files = Files.walk(jars)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        var name = STORED.matcher(file.getFileName().toString());
        if (name.matches() && !wanted.contains(name.group(1)) && !inUse.contains(file)) {
          Files.delete(file);
          log.debug("removed {}", file);
        }
      }
    }
  }

  /// Every file that says which jars are wanted: what was deployed, and releases.
  private List<Path> records() throws IOException {
    try (var files = Files.list(folder())) {
      return files.filter(f -> f.toString().endsWith(".json")).toList();
    }
  }

  private Path folder() {
    return state.resolve("release");
  }

  /// The number of the release that the gateway starts with; 0 for what was shipped.
  private long release() throws IOException {
    var current = folder().resolve("current.json");
    try {
      return Files.exists(current)
          ? Json5.document(current).root().at("/extensions/ioto-release/json/release").asLong()
          : 0;
    } catch (JsonException e) {
      // The launcher starts what was shipped then.
      log.warn("the current release is damaged: {}", e.getMessage());
      return 0;
    }
  }

  /// Whether a release is just being brought in, so that nothing else may change.
  boolean updating() throws IOException {
    var journal = folder().resolve("journal.json");
    try {
      return Files.exists(journal)
          && UPDATING.contains(Json5.document(journal).root().path("state").asText());
    } catch (JsonException e) {
      log.warn("the journal of updates is damaged: {}", e.getMessage());
      return false;
    }
  }

  /// The hash of a file.
  static String sha256(Path file) throws IOException {
    var digest = sha256();
    try (var in = Files.newInputStream(file)) {
      var buffer = new byte[64 << 10];
      for (var n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void forceFolder(Path folder) throws IOException {
    try (var channel = FileChannel.open(folder, READ)) {
      channel.force(true);
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (var files = Files.walk(folder)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private static FileAttribute<?> mode(String mode) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode));
  }
}
