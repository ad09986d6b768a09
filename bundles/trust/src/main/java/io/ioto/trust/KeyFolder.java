// SPDX-License-Identifier: Apache-2.0
package io.ioto.trust;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The keys of a publisher: `root-1.pem` and so on, `targets.pem`, `snapshot.pem`,
/// `timestamp.pem`, and the root files they make: `root.json`, the newest, for gateways that know
/// none yet, and each as `N.root.json`.
///
/// @param passphrase with which the private keys are encrypted; null when they are not
record KeyFolder(Path folder, @Nullable String passphrase, InstantSource clock) {
  private static final Duration ROOT_LIFE = Duration.ofDays(5 * 365);

  /// Makes keys and the first root.
  ///
  /// @param roots how many keys the role root gets
  /// @param threshold how many of them must sign
  void init(int roots, int threshold) throws IOException {
    if (threshold < 1 || roots < threshold) {
      throw new ToolException(
          "a threshold of %d does not fit %d root keys".formatted(threshold, roots));
    }
    if (Files.exists(newest())) {
      throw new ToolException("%s has keys already".formatted(folder));
    }
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    var assigned = new LinkedHashMap<String, List<Key>>();
    var signers = new ArrayList<Signer>();
    for (var i = 1; i <= roots; i++) {
      signers.add(Signer.create(rootFile(i), passphrase));
    }
    assigned.put(Root.NAME, signers.stream().map(Signer::key).toList());
    for (var role : List.of(Root.TARGETS, Root.SNAPSHOT, Root.TIMESTAMP)) {
      assigned.put(role, List.of(Signer.create(file(role), passphrase).key()));
    }
    write(
        Root.of(
            new Common(1, clock.instant().plus(ROOT_LIFE)), assigned, Map.of(Root.NAME, threshold)),
        signers);
  }

  /// Gives a role new keys and makes the next root, signed by the keys of the last one and by its
  /// own. The old private keys stay beside, as `*.pem.N`.
  ///
  /// @return version of the new root
  long rotate(String role) throws IOException {
    if (!Root.ROLES.contains(role)) {
      throw new ToolException("no role '%s'; there are %s".formatted(role, Root.ROLES));
    }
    var old = root();
    var signers = new ArrayList<>(roots());
    var assigned = new LinkedHashMap<String, List<Key>>();
    for (var name : Root.ROLES) {
      assigned.put(name, List.copyOf(old.keysOf(name)));
    }
    var files = new ArrayList<Path>();
    if (role.equals(Root.NAME)) {
      for (var i = 1; Files.exists(rootFile(i)); i++) {
        files.add(rootFile(i));
      }
    } else {
      files.add(file(role));
    }
    var fresh = new ArrayList<Key>();
    for (var file : files) {
      Files.move(file, file.resolveSibling(file.getFileName() + "." + old.version()));
      var signer = Signer.create(file, passphrase);
      fresh.add(signer.key());
      if (role.equals(Root.NAME)) {
        signers.add(signer);
      }
    }
    assigned.put(role, fresh);
    var thresholds = new LinkedHashMap<String, Integer>();
    old.roles().forEach((name, r) -> thresholds.put(name, r.threshold()));
    write(
        Root.of(
            new Common(old.version() + 1, clock.instant().plus(ROOT_LIFE)), assigned, thresholds),
        signers);
    return old.version() + 1;
  }

  private void write(Root root, List<Signer> signers) throws IOException {
    var bytes = Envelope.seal(root.write(), signers);
    Files.write(folder.resolve("%d.root.json".formatted(root.version())), bytes);
    Files.write(newest(), bytes);
  }

  /// The newest root.
  Root root() throws IOException {
    if (!Files.exists(newest())) {
      throw new ToolException("%s has no keys; './ioto keys init' makes them".formatted(folder));
    }
    return Root.read(Envelope.read("root.json", Files.readAllBytes(newest())));
  }

  /// The signer of a role other than root.
  Signer signer(String role) throws IOException {
    return Signer.read(file(role), passphrase);
  }

  private List<Signer> roots() throws IOException {
    var signers = new ArrayList<Signer>();
    for (var i = 1; Files.exists(rootFile(i)); i++) {
      signers.add(Signer.read(rootFile(i), passphrase));
    }
    return signers;
  }

  /// The file that a gateway needs to trust what these keys sign.
  Path newest() {
    return folder.resolve("root.json");
  }

  private Path rootFile(int number) {
    return folder.resolve("root-%d.pem".formatted(number));
  }

  private Path file(String role) {
    return folder.resolve(role + ".pem");
  }
}
