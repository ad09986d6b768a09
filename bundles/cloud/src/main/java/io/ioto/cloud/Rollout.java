// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import com.fasterxml.jackson.databind.JsonNode;
import io.ioto.api.cloud.Store;
import io.ioto.api.cloud.StoreException;
import io.ioto.cloud.RegistryException.Reason;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Says which device gets which release, and keeps what became of it. May be shared between
/// threads, and between clouds on one store.
@Component(service = Rollout.class)
public final class Rollout {
  private static final Logger log = LoggerFactory.getLogger(Rollout.class);
  private static final String OFFER = "offer";
  private static final String PRODUCT = "product";
  private static final Pattern ID = Pattern.compile("[0-9a-z-]{1,64}");
  private static final Set<String> STATES =
      Set.of(
          "PLANNED",
          "FETCHED",
          "VERIFIED",
          "RESOLVED",
          "STAGED",
          "APPLYING",
          "GATING",
          "COMMITTED",
          "ROLLING_BACK",
          "ROLLED_BACK",
          "FAILED");
  private static final int REASON = 4000;
  private static final int ATTEMPTS = 20;

  /// Updates of a device that are remembered.
  private static final int HISTORY = 100;

  private final Store store;
  private final Supplier<NavigableSet<Long>> shelf;
  private final InstantSource clock;

  @Activate
  public Rollout(@Reference Store store, @Reference Shelf shelf) {
    this(store, shelf::releases, InstantSource.system());
  }

  /// @param shelf numbers of the releases there are
  Rollout(Store store, Supplier<NavigableSet<Long>> shelf, InstantSource clock) {
    this.store = store;
    this.shelf = shelf;
    this.clock = clock;
  }

  /// A release, as it is handed out.
  Optional<Release> get(long number) {
    return store.get(Release.KIND, Release.key(number)).map(Release::of);
  }

  /// The newest releases, the latest first.
  List<Release> list(int limit) {
    var all = new ArrayList<Release>();
    for (var page = page(""); !page.isEmpty(); page = page(page.getLast().key())) {
      page.forEach(entry -> all.add(Release.of(entry)));
    }
    return all.reversed().stream().limit(limit).toList();
  }

  private List<Store.Entry> page(String after) {
    return store.list(Release.KIND, "", after, 500);
  }

  /// Whether devices can have it: releases leave the repository when there are too many.
  boolean available(long number) {
    return shelf.get().contains(number);
  }

  /// Makes sure that every release that was published has its record, and forgets whom those that
  /// have gone were offered to. One that came along with another is for nobody: whoever published
  /// it may have meant it for a few.
  void published() {
    for (var number : shelf.get()) {
      if (get(number).isEmpty()) {
        change(number, _ -> Terms.NOBODY);
      }
    }
    for (var release : list(Integer.MAX_VALUE)) {
      if (!available(release.number())) {
        forget(Release.key(release.number()) + "/");
      }
    }
  }

  private void forget(String prefix) {
    for (var page = offers(prefix); !page.isEmpty(); page = offers(prefix)) {
      store.commit(
          page.stream()
              .<Store.Step>map(e -> new Store.Step.Remove(OFFER, e.key(), Store.ANY))
              .toList());
    }
  }

  private List<Store.Entry> offers(String prefix) {
    return store.list(OFFER, prefix, "", 100);
  }

  /// Sets the terms of a release.
  ///
  /// @param json what is to be otherwise
  Release terms(long number, JsonNode json) {
    return change(number, release -> release.terms().changed(json));
  }

  /// Changes terms.
  private interface Change {
    Terms of(Release release);
  }

  private Release change(long number, Change change) {
    return repeated(
        () -> {
          var release =
              get(number)
                  .orElseGet(
                      () ->
                          new Release(
                              number,
                              Store.ABSENT,
                              Terms.ALL,
                              Release.Counts.NONE,
                              clock.instant().toString()));
          if (release.version() == Store.ABSENT && !available(number)) {
            throw new RegistryException(Reason.UNKNOWN, "There is no release " + number);
          }
          var changed = release.with(change.of(release));
          store.commit(List.of(changed.step()));
          return changed;
        });
  }

  /// The release a device should have now: the newest that is not held back, whose policy covers
  /// it, and that may be handed out at this moment.
  ///
  /// @param running number of the one it has
  /// @param told what it says of itself with this question
  Optional<Release> choose(Device device, long running, Map<String, Object> told) {
    for (var number : shelf.get().descendingSet().headSet(running, false)) {
      var release = get(number).filter(r -> r.terms().enabled());
      if (release.isPresent()
          && covers(release.get(), device, running, told)
          && cohort(number, device.id()) < release.get().terms().percentage()
          && offer(number, device.id())) {
        return release;
      }
    }
    return Optional.empty();
  }

  private boolean covers(Release release, Device device, long running, Map<String, Object> told) {
    var policy = release.terms().policy();
    if (policy.isBlank()) {
      return true;
    }
    try {
      return Policy.of(policy).covers(properties(release.number(), device, running, told));
    } catch (PolicyException e) {
      log.warn(
          "Device {} does not get release {}: its policy: {}",
          device.id(),
          release.number(),
          e.getMessage());
      return false;
    }
  }

  /// What policies can be about. The version of a release is its number.
  private Map<String, Object> properties(
      long number, Device device, long running, Map<String, Object> told) {
    var properties = new LinkedHashMap<>(device.attributes());
    properties.putAll(told);
    properties.put("id", device.id());
    properties.put("account", device.account());
    properties.put(
        PRODUCT, store.get(PRODUCT, device.product()).map(e -> e.text("name")).orElse(""));
    properties.put("release", running);
    properties.put("newRelease", number);
    properties.put("version", running + ".0.0");
    properties.put("newVersion", number + ".0.0");
    properties.put("major", running);
    properties.put("minor", 0L);
    properties.put("patch", 0L);
    properties.put("cohort", cohort(number, device.id()));
    return properties;
  }

  /// Where a device stands among all, from 0 to 100: always the same for one release, and another
  /// for the next, so that it is not always the same devices that go first.
  static double cohort(long release, String device) {
    var digest = HexFormat.of().parseHex(Tokens.digest("%d\n%s".formatted(release, device)));
    return (ByteBuffer.wrap(digest).getInt() & 0xffffffffL) / (double) (1L << 32) * 100;
  }

  /// Counts a device in, if there is room for it.
  private boolean offer(long number, String device) {
    var key = "%s/%s".formatted(Release.key(number), device);
    return repeated(
        () -> {
          if (store.get(OFFER, key).isPresent()) {
            return true;
          }
          var release = get(number).orElseThrow();
          var counted = counted(release);
          if (counted == null) {
            return false;
          }
          store.commit(
              List.of(
                  counted.step(),
                  new Store.Step.Put(
                      OFFER, key, Map.of("at", clock.instant().toString()), Store.ABSENT)));
          return true;
        });
  }

  private @Nullable Release counted(Release release) {
    var terms = release.terms();
    var counts = release.counts();
    var now = clock.millis();
    var over = now - counts.begun() >= terms.period() || now < counts.begun();
    var window = over ? 0 : counts.window();
    if ((terms.limit() > 0 && counts.offered() >= terms.limit())
        || (terms.rate() > 0 && window >= terms.rate())) {
      return null;
    }
    return release.with(
        new Release.Counts(
            counts.offered() + 1,
            counts.committed(),
            counts.failed(),
            over ? now : counts.begun(),
            window + 1));
  }

  /// Takes note of a question.
  void checked(String device, long running, String problem) {
    repeated(
        () -> {
          var standing = standing(device);
          store.commit(
              List.of(standing.checked(running, clock.instant().toString(), cut(problem)).step()));
          return true;
        });
  }

  /// How a device stands.
  Standing standing(String device) {
    return store
        .get(Standing.KIND, device)
        .map(Standing::of)
        .orElseGet(() -> Standing.none(device));
  }

  /// Takes a report. One that has come before changes nothing; nor does word of an earlier state
  /// after the end.
  void report(String device, JsonNode json) {
    var attempt =
        new Attempt(
            device,
            json.path("update").asText(),
            Store.ABSENT,
            json.path("release").asLong(),
            json.path("from").asLong(),
            json.path("state").asText(),
            cut(json.path("reason").asText()),
            cut(json.path("at").asText()),
            clock.instant().toString());
    if (!ID.matcher(attempt.id()).matches() || !STATES.contains(attempt.state())) {
      throw new RegistryException(
          Reason.INVALID, "'update' is no identifier, or 'state' none that an update can be in");
    }
    repeated(() -> record(attempt, json.path("running").asLong()));
  }

  private boolean record(Attempt attempt, long running) {
    var before =
        store.get(Attempt.KIND, Attempt.key(attempt.device(), attempt.id())).map(Attempt::of);
    if (before.filter(Attempt::over).isPresent()) {
      return false;
    }
    var next =
        new Attempt(
            attempt.device(),
            attempt.id(),
            before.map(Attempt::version).orElse(Store.ABSENT),
            attempt.release(),
            attempt.from(),
            attempt.state(),
            attempt.reason(),
            attempt.at(),
            attempt.received());
    var steps = new ArrayList<Store.Step>();
    steps.add(next.step());
    steps.add(standing(attempt.device()).updated(next, running).step());
    if (next.over()) {
      get(next.release())
          .ifPresent(
              release -> {
                var counts = release.counts();
                steps.add(
                    release
                        .with(
                            new Release.Counts(
                                counts.offered(),
                                counts.committed() + (next.kept() ? 1 : 0),
                                counts.failed() + (next.kept() ? 0 : 1),
                                counts.begun(),
                                counts.window()))
                        .step());
              });
    }
    if (before.isEmpty()) {
      oldest(attempt.device()).ifPresent(steps::add);
    }
    store.commit(steps);
    return true;
  }

  private Optional<Store.Step> oldest(String device) {
    var all = store.list(Attempt.KIND, Attempt.prefix(device), "", HISTORY);
    return all.size() < HISTORY
        ? Optional.empty()
        : Optional.of(
            new Store.Step.Remove(Attempt.KIND, all.getFirst().key(), all.getFirst().version()));
  }

  /// Updates of a device, the latest first.
  List<Attempt> attempts(String device) {
    return store.list(Attempt.KIND, Attempt.prefix(device), "", HISTORY).stream()
        .map(Attempt::of)
        .toList()
        .reversed();
  }

  private static String cut(String text) {
    return text.length() <= REASON ? text : text.substring(0, REASON) + "…";
  }

  /// Does it again from the start where somebody else has changed a record meanwhile.
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
