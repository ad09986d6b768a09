// SPDX-License-Identifier: Apache-2.0
package io.ioto.deploy;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;

import io.ioto.api.deploy.DeployException;
import io.ioto.api.deploy.Deployer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.WatchService;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Deploys what is dropped into a folder. A jar is taken once it is complete, renamed to
/// `NAME.jar.1` while it is tried, and ends in `accepted/`, or in `refused/` beside a
/// `NAME.jar.txt` that says why. One that was being tried when the process died is tried once
/// more, as `NAME.jar.2`, and then refused: no bundle can make the gateway die at every start.
final class HotFolder implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HotFolder.class);
  private static final Pattern DROPPED = Pattern.compile("[^.].*\\.jar");
  private static final Pattern TRIED = Pattern.compile("([^.].*\\.jar)\\.([12])");
  private static final Duration JOIN = Duration.ofSeconds(5);
  private static final long SOON_MILLIS = 200;

  /// Signature and size of the record a zip ends with, and its longest comment (APPNOTE §4.3.16).
  private static final int END = 0x06054b50;

  private static final int END_SIZE = 22;
  private static final int LONGEST_COMMENT = 0xffff;

  /// What a file looked like when it was seen first with these values.
  private record Seen(long size, FileTime modified, long since) {}

  private final Deployments deployments;
  private final BundleContext system;
  private final Bundle own;
  private final Settings settings;
  private final Path folder;
  private final Map<Path, Seen> incomplete = new HashMap<>();
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);

  /// @param own the bundle that this belongs to
  HotFolder(Deployments deployments, BundleContext system, Bundle own, Settings settings) {
    this.deployments = deployments;
    this.system = system;
    this.own = own;
    this.settings = settings;
    folder = settings.folder();
    thread = Thread.ofVirtual().name("deploy-folder").start(this::run);
  }

  @Override
  public void close() {
    closing.countDown();
    thread.interrupt();
    try {
      thread.join(JOIN);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      for (var made : List.of(folder, accepted(), refused())) {
        Files.createDirectories(
            made,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
    } catch (IOException e) {
      log.error("nothing can be deployed from {}: {}", folder, e.toString());
      return;
    }
    try (var watch = watch()) {
      var tidied = false;
      while (!closed()) {
        if (system.getBundle().getState() == Bundle.ACTIVE) {
          tidied = tidied || tidy();
          scan();
        }
        pause(watch);
      }
    } catch (IOException e) {
      log.debug("watch of {} does not close: {}", folder, e.toString());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Tells of changes as they happen; where the system has no more watches to give, looking at the
  /// folder now and then has to do.
  private @Nullable WatchService watch() {
    try {
      var watch = folder.getFileSystem().newWatchService();
      folder.register(watch, ENTRY_CREATE, ENTRY_MODIFY);
      return watch;
    } catch (IOException e) {
      log.info("{} is looked at every {} ms: {}", folder, settings.poll().toMillis(), e.toString());
      return null;
    }
  }

  private void pause(@Nullable WatchService watch) throws InterruptedException {
    var millis = settings.poll().toMillis();
    if (!incomplete.isEmpty()) {
      millis = Math.min(millis, SOON_MILLIS);
    }
    if (watch == null) {
      // Ends early when this is closed, as the interrupted wait below does.
      if (closing.await(millis, TimeUnit.MILLISECONDS)) {
        log.debug("{} is looked at no more", folder);
      }
      return;
    }
    var key = watch.poll(millis, TimeUnit.MILLISECONDS);
    if (key != null) {
      key.pollEvents();
      key.reset();
    }
  }

  private boolean closed() {
    return closing.getCount() == 0;
  }

  /// Has the store tidied up, which a crash may have left in disorder.
  private boolean tidy() {
    try {
      return deployments.tidy();
    } catch (DeployException e) {
      log.debug("not tidied up yet: {}", e.getMessage());
      return false;
    }
  }

  /// While a successor of this bundle runs beside it, one of them looks after the folder: the one
  /// whose deployer everybody gets.
  private boolean inCharge() {
    var deployer = system.getServiceReference(Deployer.class.getName());
    return deployer != null && own.equals(deployer.getBundle());
  }

  private void scan() {
    try (var files = Files.list(folder)) {
      for (var file : files.sorted().toList()) {
        if (closed() || !inCharge()) {
          return;
        }
        look(file);
      }
      incomplete.keySet().removeIf(f -> !Files.exists(f));
    } catch (IOException e) {
      log.warn("{} cannot be looked at: {}", folder, e.toString());
    }
  }

  private void look(Path file) throws IOException {
    var name = file.getFileName().toString();
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    var tried = TRIED.matcher(name);
    if (tried.matches()) {
      again(file, tried.group(1), tried.group(2).equals("1"));
    } else if (DROPPED.matcher(name).matches() && arrived(file)) {
      attempt(rename(file, folder.resolve(name + ".1")), name);
    }
  }

  /// Deals with a file that somebody began to deploy: a former process, or a predecessor of this
  /// very bundle, which was among what the deployment replaced.
  private void again(Path file, String name, boolean first) throws IOException {
    switch (deployments.fate(file)) {
      case Deployments.Fate.UnderWay _ -> log.debug("{} is being deployed", name);
      case Deployments.Fate.Done _ -> accept(file, name);
      case Deployments.Fate.Failed(var why) -> refuse(file, name, why);
      case Deployments.Fate.Unknown _ -> {
        if (first) {
          attempt(rename(file, folder.resolve(name + ".2")), name);
        } else {
          refuse(file, name, "twice the gateway ended while this was being deployed; see the log");
        }
      }
    }
  }

  private static Path rename(Path from, Path to) throws IOException {
    return Files.move(from, to, ATOMIC_MOVE);
  }

  /// True when nothing more is to come: the jar has its end, or it has not grown for a while.
  private boolean arrived(Path file) throws IOException {
    try {
      if (complete(file)) {
        incomplete.remove(file);
        return true;
      }
      var size = Files.size(file);
      var modified = Files.getLastModifiedTime(file);
      var seen = incomplete.get(file);
      if (seen == null || seen.size() != size || !seen.modified().equals(modified)) {
        incomplete.put(file, new Seen(size, modified, System.nanoTime()));
        return false;
      }
      if (System.nanoTime() - seen.since() < TimeUnit.NANOSECONDS.convert(settings.settle())) {
        return false;
      }
      incomplete.remove(file);
      return true;
    } catch (NoSuchFileException _) {
      // renamed or taken back meanwhile
      return false;
    }
  }

  /// Whether a file ends as a zip does, with a record that fits its length.
  static boolean complete(Path file) throws IOException {
    try (var channel = FileChannel.open(file)) {
      var size = channel.size();
      var tail = ByteBuffer.allocate((int) Math.min(size, END_SIZE + LONGEST_COMMENT));
      tail.order(ByteOrder.LITTLE_ENDIAN);
      channel.position(size - tail.capacity());
      while (tail.hasRemaining() && channel.read(tail) >= 0) {
        // A read may stop early.
      }
      for (var at = tail.position() - END_SIZE; at >= 0; at--) {
        if (tail.getInt(at) == END
            && at + END_SIZE + (tail.getShort(at + 20) & 0xffff) == tail.position()) {
          return true;
        }
      }
      return false;
    }
  }

  private void attempt(Path file, String name) throws IOException {
    try {
      if (deployments.settle(file).done()) {
        accept(file, name);
      }
      // Else it goes on while this component stops, and the next one looks at the file again.
    } catch (DeployException e) {
      if (closed()) {
        // Whatever it was, the successor looks at the file again.
        return;
      }
      if (e.reason() == DeployException.Reason.BUSY) {
        rename(file, folder.resolve(name));
        return;
      }
      refuse(file, name, "%s: %s".formatted(e.reason(), e.getMessage()));
    }
  }

  private void accept(Path file, String name) throws IOException {
    rename(file, accepted().resolve(name));
    trim(accepted());
  }

  private void refuse(Path file, String name, String why) throws IOException {
    log.warn("refused {} of {}: {}", name, folder, why);
    Files.writeString(refused().resolve(name + ".txt"), why + "\n");
    rename(file, refused().resolve(name));
    trim(refused());
  }

  /// Deletes the oldest jars beyond the limit, with what was written about them.
  private void trim(Path kept) throws IOException {
    try (var files = Files.list(kept)) {
      var old =
          files
              .filter(f -> f.toString().endsWith(".jar"))
              .sorted(Comparator.comparing(HotFolder::arrival).reversed())
              .skip(settings.kept())
              .toList();
      for (var file : old) {
        Files.deleteIfExists(file);
        Files.deleteIfExists(file.resolveSibling(file.getFileName() + ".txt"));
      }
    }
  }

  private static FileTime arrival(Path file) {
    try {
      return (FileTime) Files.getAttribute(file, "unix:ctime");
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException _) {
      return FileTime.fromMillis(0);
    }
  }

  private Path accepted() {
    return folder.resolve("accepted");
  }

  private Path refused() {
    return folder.resolve("refused");
  }
}
