// SPDX-License-Identifier: Apache-2.0
package io.ioto.tls;

import io.ioto.json.Durable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The files of one folder with keys in them. `NAME.pem` holds a key and its certificates, so that
/// both change in one step; `NAME.next.pem` a key whose certificate has been asked for, and its
/// public half. May be shared between threads.
final class KeyFolder {
  private static final Logger log = LoggerFactory.getLogger(KeyFolder.class);
  private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,64}");

  private final Path folder;

  KeyFolder(Path folder) {
    this.folder = folder;
  }

  /// The file with a key and its certificates.
  Path file(String name) {
    return folder.resolve(checked(name) + ".pem");
  }

  private Path waitingFile(String name) {
    return folder.resolve(checked(name) + ".next.pem");
  }

  private static String checked(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'%s' is no name of credentials; expected lower-case letters, digits and dashes"
              .formatted(name));
    }
    return name;
  }

  /// The key in use and its certificates.
  ///
  /// @throws IllegalArgumentException when the file is damaged
  synchronized Optional<Credentials> credentials(String name) {
    var file = file(name);
    return Files.exists(file) ? Optional.of(Pem.read(file, file)) : Optional.empty();
  }

  /// The key that waits for a certificate; a new one if none does.
  synchronized KeyPair waiting(String name) {
    return kept(name).orElseGet(() -> make(name));
  }

  /// Puts certificates in use, with the key that waits for them.
  synchronized void install(String name, String chain) {
    var certificates = Pem.chain("the certificate", chain);
    var current = current(name);
    if (current.isPresent() && current.get().chain().equals(certificates)) {
      discard(name);
      return;
    }
    var installed =
        kept(name)
            .map(pair -> new Credentials(pair.getPrivate(), certificates))
            .filter(Credentials::match)
            .or(() -> current.map(c -> new Credentials(c.key(), certificates)))
            .filter(Credentials::match)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "the certificate of %s is not for the key '%s' of this device"
                            .formatted(certificates.getFirst().getSubjectX500Principal(), name)));
    store(name, installed);
    discard(name);
  }

  /// Writes a key and its certificates.
  void store(String name, Credentials credentials) {
    var text = new StringBuilder(Pem.text("PRIVATE KEY", credentials.key().getEncoded()));
    credentials.chain().forEach(certificate -> text.append(Pem.text(certificate)));
    write(file(name), text.toString());
  }

  synchronized void remove(String name) {
    try {
      // The key that waits goes last: without it a new one would be asked for under the old name.
      Files.deleteIfExists(file(name));
      Files.deleteIfExists(waitingFile(name));
      if (Files.exists(folder)) {
        Durable.forceFolder(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot remove key '%s': ".formatted(name) + e, e);
    }
  }

  private void discard(String name) {
    try {
      Files.deleteIfExists(waitingFile(name));
    } catch (IOException e) {
      // It is that of the certificate in use, and so passed over from now on.
      log.warn("{} cannot be removed: {}", waitingFile(name), e.toString());
    }
  }

  private Optional<Credentials> current(String name) {
    try {
      return credentials(name);
    } catch (IllegalArgumentException damaged) {
      log.warn("The credentials '{}' cannot be used: {}", name, damaged.getMessage());
      return Optional.empty();
    }
  }

  private Optional<KeyPair> kept(String name) {
    var file = waitingFile(name);
    try {
      var text = Files.readString(file);
      var pair = new KeyPair(publicKey(text, file), Pem.key(file.toString(), text));
      // A power cut between the new certificate and the removal of this file.
      var used = current(name).map(c -> c.certificate().getPublicKey().equals(pair.getPublic()));
      return used.orElse(false) ? Optional.empty() : Optional.of(pair);
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      log.warn("The key in {} is made anew: {}", file, e.toString());
      return Optional.empty();
    }
  }

  private static PublicKey publicKey(String text, Path file) throws GeneralSecurityException {
    var encoded = Pem.block(file.toString(), text, "PUBLIC KEY");
    return KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(encoded));
  }

  private KeyPair make(String name) {
    try {
      var pair = X509.newKey();
      write(
          waitingFile(name),
          Pem.text("PRIVATE KEY", pair.getPrivate().getEncoded())
              + Pem.text("PUBLIC KEY", pair.getPublic().getEncoded()));
      return pair;
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static void write(Path file, String text) {
    try {
      Pem.write(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be written: " + e, e);
    }
  }
}
