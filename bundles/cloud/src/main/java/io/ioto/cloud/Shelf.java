// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.ioto.api.ota.ReleaseSource;
import io.ioto.api.ota.UpdateException;
import io.ioto.api.ota.UpdateException.Reason;
import io.ioto.json.Durable;
import io.ioto.json.Json5;
import io.ioto.json.JsonException;
import io.ioto.trust.Client;
import io.ioto.trust.Hash;
import io.ioto.trust.Targets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The repository of signed releases that devices read. Files are kept by their hash; which of them
/// stand for which path is one small file, which is replaced as a whole once everything it names
/// has been verified, by the same code that devices have. It holds no keys, and devices do not
/// believe it. May be shared between threads.
@Component(
    service = Shelf.class,
    configurationPid = "io.ioto.cloud.releases",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class Shelf {
  /// See `settings.json5`.
  public @interface Config {
    String root();

    long limits_metadata();

    long limits_space();

    int limits_rotations();
  }

  /// @param root the root file to begin with; where there is none, that of the first release counts
  /// @param space bytes of all files
  record Settings(Path root, long metadata, long space, int rotations) {
    static Settings of(Config config) {
      return new Settings(
          Path.of(config.root()),
          config.limits_metadata(),
          config.limits_space(),
          config.limits_rotations());
    }
  }

  /// What stands for a path.
  private record Part(String sha256, long size) {}

  /// All paths.
  ///
  /// @param files the repository
  /// @param former what was in it before, for devices that are still reading that
  /// @param releases numbers of those that are in it
  private record Index(
      NavigableMap<String, Part> files,
      NavigableMap<String, Part> former,
      NavigableSet<Long> releases) {
    static final Index NONE = new Index(new TreeMap<>(), new TreeMap<>(), new TreeSet<>());
  }

  private record Cached(@Nullable Object file, Index index) {}

  private static final Logger log = LoggerFactory.getLogger(Shelf.class);
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern ROOT = Pattern.compile("metadata/(\\d{1,9})\\.root\\.json");
  private static final Pattern NAME =
      Pattern.compile("timestamp\\.json|\\d{1,12}\\.(root|snapshot|targets)\\.json");
  private static final String VERIFY = "verify";
  private static final String METADATA = "metadata/";
  private static final String TIMESTAMP = "metadata/timestamp.json";

  private final Path folder;
  private final Path objects;
  private final Path indexFile;
  private final Settings settings;
  private final InstantSource clock;
  private volatile Cached cached = new Cached(null, Index.NONE);

  /// The files are in the state folder.
  @Activate
  public Shelf(BundleContext context, Config config) {
    this(
        Path.of(context.getProperty("ioto.state"), "cloud", "releases"),
        Settings.of(config),
        InstantSource.system());
  }

  Shelf(Path folder, Settings settings, InstantSource clock) {
    this.folder = folder;
    this.settings = settings;
    this.clock = clock;
    objects = folder.resolve("objects");
    indexFile = folder.resolve("index.json");
    try {
      Files.createDirectories(
          objects,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw new UncheckedIOException("releases cannot be kept in " + folder, e);
    }
  }

  /// Numbers of the releases that devices may have.
  NavigableSet<Long> releases() {
    return index().releases();
  }

  /// Until when devices believe what is here: the publisher has to renew it before. Empty where
  /// there is nothing.
  Optional<Instant> expires() throws IOException {
    var timestamp = find(TIMESTAMP);
    if (timestamp.isEmpty()) {
      return Optional.empty();
    }
    try {
      var signed = Json5.document(timestamp.get()).root().path("signed");
      return Optional.of(Instant.parse(signed.path("expires").asText()));
    } catch (JsonException | DateTimeException e) {
      // It was whole when it was published.
      log.warn("{} has been changed on the disk: {}", timestamp.get(), e.getMessage());
      return Optional.empty();
    }
  }

  /// The file that stands for a path.
  Optional<Path> find(String path) {
    var index = index();
    return Optional.ofNullable(index.files().getOrDefault(path, index.former().get(path)))
        .map(part -> object(part.sha256()))
        .filter(Files::exists);
  }

  /// Which of these hashes are not here.
  List<String> missing(List<String> hashes) {
    return hashes.stream().map(Shelf::checked).filter(h -> !Files.exists(object(h))).toList();
  }

  private static String checked(String hash) {
    if (!HASH.matcher(hash).matches()) {
      throw new UpdateException(
          Reason.MALFORMED,
          "'%s' is no SHA-256: expected 64 lower-case hex digits".formatted(hash));
    }
    return hash;
  }

  /// Moves a file, while it is here for a moment only.
  @FunctionalInterface
  interface Mover {
    void move(Path to) throws IOException;
  }

  /// Takes a file.
  ///
  /// @param file its content
  /// @param mover brings it to where it is to be
  /// @throws UpdateException when it is not what its hash says, or there is no room
  void take(String hash, Path file, Mover mover) throws IOException {
    var object = object(checked(hash));
    if (Files.exists(object)) {
      return;
    }
    var found = Hash.of(file);
    if (!found.equals(hash)) {
      throw new UpdateException(
          Reason.HASH_MISMATCH, "the file has the SHA-256 %s, not %s".formatted(found, hash));
    }
    var used = space() + Files.size(file);
    if (used > settings.space()) {
      throw new UpdateException(
          Reason.NO_SPACE,
          "the files would take %d bytes; releases.limits.space allows %d"
              .formatted(used, settings.space()));
    }
    mover.move(object);
  }

  private long space() throws IOException {
    try (var files = Files.list(objects)) {
      var used = 0L;
      for (var file : files.toList()) {
        used += Files.size(file);
      }
      return used;
    }
  }

  /// Makes metadata that have been taken, and all they sign for, what devices read. A second time
  /// is no error.
  ///
  /// @param metadata hash by name, such as `timestamp.json`: every new root, and the newest of the
  ///     other roles
  /// @throws UpdateException with the first thing that is wrong; nothing has changed then
  NavigableSet<Long> publish(Map<String, String> metadata) throws IOException {
    // Another cloud on this folder may be there while this bundle is swapped.
    try (var channel =
            FileChannel.open(
                folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var lock = channel.tryLock()) {
      if (lock == null) {
        throw busy();
      }
      tidy();
      var before = index();
      var next = verified(before, staged(metadata));
      if (!next.files().equals(before.files())) {
        Durable.write(indexFile, bytes(next));
        log.info("Releases {} are here now", next.releases());
      }
      clean(next);
      return next.releases();
    } catch (OverlappingFileLockException _) {
      throw busy();
    }
  }

  private static UpdateException busy() {
    return new UpdateException(Reason.BUSY, "somebody else publishes at this moment");
  }

  private Map<String, Part> staged(Map<String, String> metadata) throws IOException {
    var staged = new TreeMap<String, Part>();
    for (var entry : metadata.entrySet()) {
      if (!NAME.matcher(entry.getKey()).matches()) {
        throw new UpdateException(
            Reason.MALFORMED, "'%s' is no metadata file".formatted(entry.getKey()));
      }
      var object = object(checked(entry.getValue()));
      if (!Files.exists(object)) {
        throw new UpdateException(
            Reason.MISSING_BUNDLE, "%s has not been sent".formatted(entry.getKey()));
      }
      staged.put(METADATA + entry.getKey(), new Part(entry.getValue(), Files.size(object)));
    }
    if (!staged.containsKey(TIMESTAMP)) {
      throw new UpdateException(Reason.MALFORMED, "timestamp.json is missing");
    }
    return staged;
  }

  /// Goes through what a device would go through, from what is here to what is to be.
  private Index verified(Index before, Map<String, Part> staged) throws IOException {
    var trust = Files.createTempDirectory(folder, VERIFY);
    try {
      restore(before, trust);
      var limits =
          new Client.Limits(
              Client.Limits.DEFAULT.root(), settings.metadata(), settings.rotations());
      var client =
          new Client(
              trust, firstRoot(staged), (path, _) -> open(before, staged, path), clock, limits);
      var targets = client.refresh();
      if (!Hash.of(trust.resolve("timestamp.json")).equals(part(staged, TIMESTAMP).sha256())) {
        throw new UpdateException(
            Reason.ROLLBACK,
            "another timestamp.json of the same version is here; bring your repository up to date");
      }
      return indexed(before, staged, targets, client);
    } finally {
      tidy();
    }
  }

  /// Removes what was kept to verify something, also by a process that was cut off.
  private void tidy() throws IOException {
    try (var all = Files.newDirectoryStream(folder, VERIFY + "*")) {
      for (var trust : all) {
        try (var files = Files.list(trust)) {
          for (var file : files.toList()) {
            Files.delete(file);
          }
        }
        Files.delete(trust);
      }
    }
  }

  /// What was accepted last is what the metadata are compared with.
  private void restore(Index before, Path trust) throws IOException {
    var newest = newest(before.files(), "root");
    if (newest.isEmpty()) {
      return;
    }
    copy(newest.get(), trust.resolve("root.json"));
    copy(part(before.files(), TIMESTAMP), trust.resolve("timestamp.json"));
    for (var role : List.of("snapshot", "targets")) {
      var file = newest(before.files(), role);
      if (file.isPresent()) {
        copy(file.get(), trust.resolve(role + ".json"));
      }
    }
  }

  private void copy(Part part, Path to) throws IOException {
    Files.copy(object(part.sha256()), to);
  }

  private static Part part(Map<String, Part> files, String path) {
    return Optional.ofNullable(files.get(path)).orElseThrow();
  }

  private static Optional<Part> newest(Map<String, Part> files, String role) {
    var form = Pattern.compile("metadata/(\\d+)\\.%s\\.json".formatted(role));
    return files.entrySet().stream()
        .filter(e -> form.matcher(e.getKey()).matches())
        .max(Comparator.comparing(e -> Long.parseLong(e.getKey().replaceAll("\\D", ""))))
        .map(Map.Entry::getValue);
  }

  private Path firstRoot(Map<String, Part> staged) {
    if (Files.isRegularFile(settings.root())) {
      return settings.root();
    }
    var first = staged.get("metadata/1.root.json");
    return first == null ? settings.root() : object(first.sha256());
  }

  private ReleaseSource.Content open(Index before, Map<String, Part> staged, String path)
      throws IOException {
    var part = staged.getOrDefault(path, before.files().get(path));
    if (part == null && path.startsWith("targets/")) {
      // Named by its hash, which the reader compares.
      var name = path.substring(path.lastIndexOf('/') + 1);
      var hash = name.substring(0, Math.min(64, name.length()));
      if (HASH.matcher(hash).matches()) {
        part = new Part(hash, 0);
      }
    }
    if (part == null || !Files.exists(object(part.sha256()))) {
      throw new NoSuchFileException(path);
    }
    return new ReleaseSource.Content(Files.newInputStream(object(part.sha256())), 0);
  }

  private Index indexed(Index before, Map<String, Part> staged, Targets targets, Client client)
      throws IOException {
    var files = new TreeMap<String, Part>();
    before
        .files()
        .forEach(
            (path, part) -> {
              if (ROOT.matcher(path).matches()) {
                files.put(path, part);
              }
            });
    files.putAll(staged);
    var releases = new TreeSet<Long>();
    for (var target : targets.files().values()) {
      var object = object(target.sha256());
      if (!Files.exists(object) || Files.size(object) != target.length()) {
        throw new UpdateException(
            Reason.MISSING_BUNDLE, "%s was signed for and not sent".formatted(target.path()));
      }
      files.put(target.file(), new Part(target.sha256(), target.length()));
      if (target.release() > 0) {
        targets.describe(target, client.read(target, settings.metadata()));
        releases.add(target.release());
      }
    }
    if (!before.releases().isEmpty()
        && (releases.isEmpty() || releases.last() < before.releases().last())) {
      throw new UpdateException(
          Reason.ROLLBACK,
          "release %d is here; what was sent ends before it".formatted(before.releases().last()));
    }
    var former = new TreeMap<>(files.equals(before.files()) ? before.former() : before.files());
    former.keySet().removeAll(files.keySet());
    return new Index(files, former, releases);
  }

  /// Removes what no path stands for.
  private void clean(Index index) throws IOException {
    var wanted = new HashSet<String>();
    index.files().values().forEach(part -> wanted.add(part.sha256()));
    index.former().values().forEach(part -> wanted.add(part.sha256()));
    var removed = new ArrayList<Path>();
    try (var files = Files.list(objects)) {
      for (var file : files.toList()) {
        if (!wanted.contains(String.valueOf(file.getFileName()))) {
          Files.deleteIfExists(file);
          removed.add(file);
        }
      }
    }
    log.debug("{} files that belong to no release have gone", removed.size());
  }

  private Path object(String sha256) {
    return objects.resolve(sha256);
  }

  /// As it is on the disk: whoever replaces it makes another file.
  private Index index() {
    try {
      if (!Files.exists(indexFile)) {
        return Index.NONE;
      }
      var file = Files.readAttributes(indexFile, BasicFileAttributes.class);
      var key = List.of(String.valueOf(file.fileKey()), file.lastModifiedTime());
      var known = cached;
      if (!key.equals(known.file())) {
        known = new Cached(key, read(Json5.document(indexFile).root()));
        cached = known;
      }
      return known.index();
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be read".formatted(indexFile), e);
    }
  }

  private static Index read(JsonNode root) {
    var releases = new TreeSet<Long>();
    root.path("releases").forEach(r -> releases.add(r.asLong()));
    return new Index(parts(root.path("files")), parts(root.path("former")), releases);
  }

  private static NavigableMap<String, Part> parts(JsonNode node) {
    var parts = new TreeMap<String, Part>();
    node.properties()
        .forEach(
            e ->
                parts.put(
                    e.getKey(),
                    new Part(
                        e.getValue().path("sha256").asText(), e.getValue().path("size").asLong())));
    return parts;
  }

  private static byte[] bytes(Index index) {
    var root = JsonNodeFactory.instance.objectNode();
    index.releases().forEach(root.putArray("releases")::add);
    for (var kind : Map.of("files", index.files(), "former", index.former()).entrySet()) {
      var node = root.putObject(kind.getKey());
      kind.getValue()
          .forEach(
              (path, part) ->
                  node.putObject(path).put("sha256", part.sha256()).put("size", part.size()));
    }
    return (Json5.pretty(root) + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
