// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.broker;

import io.ioto.api.cloud.Presence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;
import org.osgi.util.tracker.ServiceTrackerCustomizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which devices are connected, told to every [Presence] service, each on a thread of its own. For
/// one that is slow only the last state of a device waits, so what waits is bounded by the number
/// of devices. May be shared between threads.
final class Attendance implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Attendance.class);

  private final Set<String> online = new HashSet<>();
  private final List<Follower> followers = new ArrayList<>();
  private final ServiceTracker<Presence, Follower> tracker;
  private final Duration drain;

  /// @param drain how long a provider that leaves is waited for
  Attendance(BundleContext context, Duration drain) {
    this.drain = drain;
    tracker = new ServiceTracker<>(context, Presence.class, new Coming(context));
    tracker.open();
  }

  /// Something has happened to a device. Whatever order this is called in, the last call sees what
  /// is so.
  ///
  /// @param present whether it is connected now
  synchronized void look(String device, BooleanSupplier present) {
    var connected = present.getAsBoolean();
    if (connected ? online.add(device) : online.remove(device)) {
      followers.forEach(follower -> follower.tell(device, connected));
    }
  }

  synchronized Set<String> online() {
    return Set.copyOf(online);
  }

  private synchronized Follower follow(Presence presence) {
    var follower = new Follower(presence);
    followers.add(follower);
    online.forEach(device -> follower.tell(device, true));
    follower.thread.start();
    return follower;
  }

  private void leave(Follower follower) {
    synchronized (this) {
      followers.remove(follower);
    }
    follower.close(drain);
  }

  /// Tells what is still to be told, and lets go of every provider.
  @Override
  public void close() {
    tracker.close();
  }

  private final class Coming implements ServiceTrackerCustomizer<Presence, Follower> {
    private final BundleContext context;

    Coming(BundleContext context) {
      this.context = context;
    }

    @Override
    public @Nullable Follower addingService(ServiceReference<Presence> reference) {
      var presence = context.getService(reference);
      return presence == null ? null : follow(presence);
    }

    @Override
    public void modifiedService(ServiceReference<Presence> reference, Follower follower) {}

    @Override
    public void removedService(ServiceReference<Presence> reference, Follower follower) {
      leave(follower);
      context.ungetService(reference);
    }
  }

  /// What one provider has still to be told.
  private static final class Follower {
    private final Presence presence;
    private final Thread thread;
    private final LinkedHashMap<String, Boolean> news = new LinkedHashMap<>();
    private boolean closed;

    Follower(Presence presence) {
      this.presence = presence;
      thread = Thread.ofVirtual().name("broker-presence").unstarted(this::run);
    }

    synchronized void tell(String device, boolean present) {
      // Removed first, so that it gets behind what happened before.
      news.remove(device);
      news.put(device, present);
      notifyAll();
    }

    private void run() {
      try {
        for (var next = next(); next != null; next = next()) {
          try {
            presence.changed(next.getKey(), next.getValue());
          } catch (RuntimeException e) {
            log.warn("{} failed when told of '{}'", presence, next.getKey(), e);
          }
        }
      } catch (InterruptedException _) {
        log.warn("{} was not told of all devices: it took too long", presence);
      }
    }

    private synchronized Map.@Nullable Entry<String, Boolean> next() throws InterruptedException {
      while (news.isEmpty()) {
        if (closed) {
          return null;
        }
        wait();
      }
      return news.pollFirstEntry();
    }

    void close(Duration patience) {
      synchronized (this) {
        closed = true;
        notifyAll();
      }
      try {
        if (!thread.join(patience)) {
          thread.interrupt();
        }
      } catch (InterruptedException _) {
        thread.interrupt();
        Thread.currentThread().interrupt();
      }
    }
  }
}
