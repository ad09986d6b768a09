// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import io.ioto.api.cloud.Store;
import io.ioto.api.cloud.StoreException;
import io.ioto.api.db.Stamp;
import io.ioto.api.db.StampClock;
import io.ioto.api.db.Values;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The copies of what devices keep in their databases. Of two versions of an item the one with the
/// later stamp stays, so taking the same version twice, or in another order, changes nothing. May
/// be shared between threads, and between clouds on one store.
@Component(
    service = Replicas.class,
    configurationPid = "io.ioto.cloud",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class Replicas {
  /// See `settings.json5`.
  public @interface Config {
    long stamps_ahead();
  }

  /// What became of the changes of a device.
  ///
  /// @param newer the versions here of those that are older, which the device has to get
  /// @param rejected reasons, by key, why some cannot be stored and never will be
  record Taken(List<Replica> newer, Map<String, String> rejected) {}

  /// A version of an item that was made on its device.
  record Change(String key, String model, Stamp stamp, Map<String, Object> item, boolean removed) {}

  private static final Logger log = LoggerFactory.getLogger(Replicas.class);
  private static final int COMMIT = 50;
  private static final int ATTEMPTS = 20;

  private final Store store;
  private final StampClock clock;

  @Activate
  public Replicas(@Reference Store store, Config config) {
    this(
        store,
        new StampClock(InstantSource.system(), "cloud", Duration.ofMillis(config.stamps_ahead())));
  }

  Replicas(Store store, StampClock clock) {
    this.store = store;
    this.clock = clock;
  }

  /// Takes what a device has changed; returns once all of it is stored, known to be older than
  /// what is here, or rejected.
  Taken take(String device, List<Change> changes) {
    var taken = new Taken(new ArrayList<>(), new LinkedHashMap<>());
    var astray = 0;
    for (var change : changes) {
      astray += clock.see(change.stamp()) ? 0 : 1;
    }
    if (astray > 0) {
      log.warn(
          "the clock of {} is ahead: {} changes are stamped later than registry.stamps.ahead allows, and taken without setting this clock by them",
          device,
          astray);
    }
    for (var from = 0; from < changes.size(); from += COMMIT) {
      take(device, latest(changes.subList(from, Math.min(from + COMMIT, changes.size()))), taken);
    }
    return taken;
  }

  /// Where a commit is too large, its halves may not be; a single change that is, is rejected.
  private void take(String device, List<Change> changes, Taken taken) {
    try {
      taken.newer().addAll(repeated(() -> takePart(device, changes)));
    } catch (StoreException e) {
      if (e.reason() != StoreException.Reason.TOO_LARGE) {
        throw e;
      }
      if (changes.size() == 1) {
        taken.rejected().put(changes.getFirst().key(), String.valueOf(e.getMessage()));
        return;
      }
      var half = changes.size() / 2;
      take(device, changes.subList(0, half), taken);
      take(device, changes.subList(half, changes.size()), taken);
    }
  }

  /// A commit names a record once.
  private static List<Change> latest(List<Change> changes) {
    var latest = new LinkedHashMap<String, Change>();
    for (var change : changes) {
      latest.merge(change.key(), change, (a, b) -> a.stamp().compareTo(b.stamp()) > 0 ? a : b);
    }
    return List.copyOf(latest.values());
  }

  private List<Replica> takePart(String device, List<Change> changes) {
    var newer = new ArrayList<Replica>();
    var steps = new ArrayList<Store.Step>();
    for (var change : changes) {
      var here = get(device, change.key());
      var order = here.map(r -> r.stamp().compareTo(change.stamp())).orElse(-1);
      if (order < 0) {
        steps.add(
            new Replica(
                    device,
                    change.key(),
                    here.map(Replica::version).orElse(Store.ABSENT),
                    change.model(),
                    change.stamp(),
                    change.item(),
                    change.removed(),
                    false)
                .step());
      } else if (order > 0) {
        here.ifPresent(newer::add);
      }
    }
    if (!steps.isEmpty()) {
      store.commit(steps);
    }
    return newer;
  }

  /// Changes an item from here; what the device gets is returned once it is stored.
  ///
  /// @param how makes the new fields of the present ones
  /// @return empty when there is no such item
  Optional<Replica> edit(String device, String key, UnaryOperator<Map<String, Object>> how) {
    return made(device, key, r -> how.apply(r.item()), false);
  }

  /// Removes an item from here; what the device gets is returned once it is stored.
  ///
  /// @return empty when there is no such item
  Optional<Replica> remove(String device, String key) {
    return made(device, key, _ -> Map.of(), true);
  }

  private Optional<Replica> made(
      String device, String key, Function<Replica, Map<String, Object>> how, boolean removed) {
    return repeated(
        () -> {
          var here = get(device, key);
          if (here.isEmpty() || here.get().removed()) {
            return Optional.empty();
          }
          var before = here.get();
          var item = new LinkedHashMap<>(how.apply(before));
          var stamp = clock.after(before.stamp());
          if (!removed) {
            item.put("updated", Values.date(stamp.instant()));
          }
          var after =
              new Replica(
                  device, key, before.version(), before.model(), stamp, item, removed, true);
          var version = store.commit(List.of(after.step()));
          return Optional.of(
              new Replica(device, key, version, before.model(), stamp, item, removed, true));
        });
  }

  /// The copy of an item, or of its removal.
  Optional<Replica> get(String device, String key) {
    return store.get(Replica.KIND, Replica.prefix(device) + key).map(Replica::of);
  }

  /// The version of the latest change there is, of any device.
  long version() {
    return store.version();
  }

  /// The items of a device in the order of their keys, removals among them.
  ///
  /// @param after key of the last one of the page before; empty text for the first page
  List<Replica> list(String device, String after, int limit) {
    var last = after.isEmpty() ? "" : Replica.prefix(device) + after;
    return store.list(Replica.KIND, Replica.prefix(device), last, limit).stream()
        .map(Replica::of)
        .toList();
  }

  /// What changed after a version, in the order of the changes.
  List<Replica> changes(String device, long after, int limit) {
    return store.changes(Replica.KIND, Replica.prefix(device), after, limit).stream()
        .map(Replica::of)
        .toList();
  }

  /// Does something again from the start while others change the same records.
  private static <T> T repeated(Supplier<T> work) {
    for (var attempt = 1; ; attempt++) {
      try {
        return work.get();
      } catch (StoreException e) {
        if (e.reason() != StoreException.Reason.CONFLICT || attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }
}
