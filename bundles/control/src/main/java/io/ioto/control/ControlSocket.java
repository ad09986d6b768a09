// SPDX-License-Identifier: Apache-2.0
package io.ioto.control;

import io.ioto.json.Durable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The socket's file: private from its first moment, never absent while it changes hands. It is
/// bound in a private folder and moved to its place, so that connecting there reaches either the
/// predecessor or this one. A predecessor that lives keeps a second name, by which it gets the
/// place back should this one go first. What a crash left behind is replaced.
final class ControlSocket implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ControlSocket.class);

  /// The address of a Unix socket holds 104 bytes on some systems, the last of them zero.
  private static final int LONGEST = 103;

  private static final String NAME = "control.sock";

  private final Path state;
  private final Path folder;
  private final ServerSocketChannel channel;
  private final @Nullable Object identity;

  private ControlSocket(Path state, Path folder) throws IOException {
    this.state = state;
    this.folder = folder;
    var workshop = workshop();
    if (!Files.isDirectory(workshop, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectory(workshop, mode("rwx------"));
    }
    var fresh = workshop.resolve("s");
    Files.deleteIfExists(fresh);
    channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.bind(UnixDomainSocketAddress.of(fresh));
      Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
      identity = identity(fresh);
      Files.deleteIfExists(predecessor());
      if (answers(path())) {
        Files.createLink(predecessor(), path());
      }
      Files.move(fresh, path(), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    tidy();
  }

  /// Opens the socket of a state folder.
  ///
  /// @param state existing folder that only its owner can enter
  static ControlSocket open(Path state) throws IOException {
    var file = state.resolve(NAME);
    if (file.toString().getBytes(StandardCharsets.UTF_8).length <= LONGEST) {
      Files.deleteIfExists(pointer(state));
      return new ControlSocket(state, state);
    }
    var elsewhere = elsewhere(state);
    log.error(
        "{} is longer than the {} bytes a socket's path may have: the control socket is {}",
        file,
        LONGEST,
        elsewhere.resolve(NAME));
    var socket = new ControlSocket(state, elsewhere);
    Durable.write(pointer(state), (socket.path() + "\n").getBytes(StandardCharsets.UTF_8));
    return socket;
  }

  private static Path pointer(Path state) {
    return state.resolve("control.path");
  }

  /// The private folder that is in use for this state folder, or a new one.
  private static Path elsewhere(Path state) throws IOException {
    if (Files.exists(pointer(state))) {
      var folder = Path.of(Files.readString(pointer(state)).strip()).getParent();
      // Temporary folders are swept, and a stranger may have made one of the same name since.
      if (folder != null
          && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
          && Files.getOwner(folder).equals(Files.getOwner(state))) {
        return folder;
      }
    }
    return Files.createTempDirectory("ioto-");
  }

  ServerSocketChannel channel() {
    return channel;
  }

  Path path() {
    return folder.resolve(NAME);
  }

  private Path workshop() {
    return folder.resolve(".control");
  }

  private Path predecessor() {
    return workshop().resolve("p");
  }

  /// Stops listening. Removes the socket's file, unless somebody else has taken the place, or a
  /// predecessor takes it back.
  @Override
  public void close() throws IOException {
    channel.close();
    if (identity != null && identity.equals(identity(path()))) {
      if (answers(predecessor())) {
        Files.move(predecessor(), path(), StandardCopyOption.ATOMIC_MOVE);
      } else {
        Files.deleteIfExists(predecessor());
        Files.delete(path());
      }
    } else if (identity != null && identity.equals(identity(predecessor()))) {
      Files.delete(predecessor());
    }
    tidy();
    if (!folder.equals(state) && !Files.exists(path())) {
      Files.deleteIfExists(pointer(state));
      Files.deleteIfExists(folder);
    }
  }

  private void tidy() throws IOException {
    try {
      Files.deleteIfExists(workshop());
    } catch (DirectoryNotEmptyException _) {
      // a predecessor lives, and its name with it
    }
  }

  private static boolean answers(Path socket) {
    if (!Files.exists(socket)) {
      return false;
    }
    try (var probe = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return probe.isConnected();
    } catch (IOException _) {
      // refused: nobody listens any more
      return false;
    }
  }

  /// What tells a file from another that stands in its place.
  private static @Nullable Object identity(Path file) throws IOException {
    return Files.exists(file)
        ? Files.readAttributes(file, BasicFileAttributes.class).fileKey()
        : null;
  }

  private static java.nio.file.attribute.FileAttribute<?> mode(String mode) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode));
  }
}
