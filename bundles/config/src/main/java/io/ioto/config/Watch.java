// SPDX-License-Identifier: Apache-2.0
package io.ioto.config;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Calls back when one of the configuration files may have changed, once they have been left alone
/// for a moment. The file system is asked to tell; every few seconds the files are looked at
/// besides, since some file systems (network, containers) do not tell.
final class Watch implements AutoCloseable {
  /// How to watch.
  ///
  /// @param on false ends the watching for good
  /// @param debounce how long the files must be left alone before they are read
  /// @param poll how often they are looked at
  record Pace(boolean on, Duration debounce, Duration poll) {}

  private static final Logger log = LoggerFactory.getLogger(Watch.class);
  private static final Duration FAREWELL = Duration.ofSeconds(5);

  /// After this many times the debounce an editor that never rests is read anyway.
  private static final int PATIENCE = 10;

  private final Path folder;
  private final Supplier<Pace> pace;
  private final Runnable changed;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;
  private final @Nullable WatchService events;
  private List<Object> seen;

  /// Takes note of the files as they are now; a change from here on counts.
  Watch(Path folder, Supplier<Pace> pace, Runnable changed) {
    this.folder = folder;
    this.pace = pace;
    this.changed = changed;
    events = open(folder);
    seen = look();
    thread = Thread.ofVirtual().name("config").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      if (events != null) {
        events.close();
      }
      // Not interrupted: that would break off the reading of a file and look like an error in it.
      if (thread.getState() != Thread.State.NEW && !thread.join(FAREWELL)) {
        log.warn("The configuration is still being read {} after it was to end", FAREWELL);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      log.warn("The watch on {} cannot be closed", folder, e);
    }
  }

  private static @Nullable WatchService open(Path folder) {
    try {
      var service = folder.getFileSystem().newWatchService();
      folder.register(service, ENTRY_CREATE, ENTRY_MODIFY, ENTRY_DELETE);
      return service;
    } catch (IOException e) {
      log.warn("Cannot be told of changes in {}, looking there instead: {}", folder, e.toString());
      return null;
    }
  }

  private void run() {
    try {
      while (closed.getCount() > 0 && pace.get().on()) {
        boolean told = told(pace.get().poll());
        if (told) {
          settle();
        }
        var now = look();
        if (told || !now.equals(seen)) {
          seen = now;
          changed.run();
        }
      }
    } catch (InterruptedException | ClosedWatchServiceException _) {
      log.debug("The watch on {} ends", folder);
    } catch (RuntimeException e) {
      log.error("Changes of the configuration are not noticed any more", e);
    }
  }

  private void settle() throws InterruptedException {
    var debounce = pace.get().debounce();
    long end = System.nanoTime() + debounce.multipliedBy(PATIENCE).toNanos();
    while (told(debounce) && System.nanoTime() < end) {
      log.trace("The files in {} are still being written", folder);
    }
  }

  /// Waits until one of the files is touched; false when none was in time.
  private boolean told(Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    for (long left = patience.toNanos(); left > 0; left = end - System.nanoTime()) {
      if (events == null) {
        closed.await(left, TimeUnit.NANOSECONDS);
        return false;
      }
      var key = events.poll(left, TimeUnit.NANOSECONDS);
      if (key != null) {
        boolean ours =
            key.pollEvents().stream()
                .anyMatch(
                    event ->
                        event.context() == null
                            || Layers.FILES.contains(String.valueOf(event.context())));
        key.reset();
        if (ours) {
          return true;
        }
      }
    }
    return false;
  }

  /// What shows that a file is another one: its absence, time, length and identity.
  private List<Object> look() {
    var state = new ArrayList<Object>();
    for (var name : Layers.FILES) {
      try {
        var file = Files.readAttributes(folder.resolve(name), BasicFileAttributes.class);
        state.add(List.of(file.lastModifiedTime(), file.size(), String.valueOf(file.fileKey())));
      } catch (IOException e) {
        state.add(e.getClass());
      }
    }
    return state;
  }
}
