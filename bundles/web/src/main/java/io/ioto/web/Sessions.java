// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import io.ioto.api.web.Users.Account;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;

/// The sessions of all clients. What they hold is kept by the framework, in objects of the JDK's
/// types alone, so that nobody is logged out when this bundle is swapped: the predecessor and its
/// successor work on the same ones. May be shared between threads.
final class Sessions {
  /// What sessions put up with.
  ///
  /// @param count sessions at the same time
  /// @param perUser sessions of one user; with one more the oldest ends
  /// @param size characters that one may hold
  /// @param idle how long one lasts without a request
  /// @param lifetime how long one lasts in any case
  record Limits(int count, int perUser, long size, Duration idle, Duration lifetime) {}

  private static final String PROPERTY = "ioto.sessions";
  private static final String NAME = "web";
  private static final long SWEEP_MILLIS = 60_000;

  private static final SecureRandom RANDOM = new SecureRandom();

  private final Map<String, Map<String, Object>> shared;
  private final Limits limits;
  private final InstantSource clock;
  private long swept;

  Sessions(Map<String, Map<String, Object>> shared, Limits limits, InstantSource clock) {
    this.shared = shared;
    this.limits = limits;
    this.clock = clock;
  }

  /// What all sessions of the framework are kept in.
  ///
  /// @param system context of the system bundle
  @SuppressWarnings("unchecked") // the property says what it is
  static Map<String, Map<String, Object>> shared(BundleContext system) {
    try {
      var found = system.getServiceReferences(Map.class, "(%s=%s)".formatted(PROPERTY, NAME));
      if (!found.isEmpty()) {
        return Objects.requireNonNull(system.getService(found.iterator().next()));
      }
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e);
    }
    var made = new ConcurrentHashMap<String, Map<String, Object>>();
    system.registerService(Map.class, made, FrameworkUtil.asDictionary(Map.of(PROPERTY, NAME)));
    return made;
  }

  Limits limits() {
    return limits;
  }

  long now() {
    return clock.millis();
  }

  /// The session of that id, which has been used now; null when there is none any more. An id that
  /// a client made up is never adopted.
  @Nullable StoredSession find(String id) {
    var fields = shared.get(id);
    if (fields == null) {
      return null;
    }
    var session = new StoredSession(this, id, fields);
    if (session.expired(now())) {
      end(id);
      return null;
    }
    session.touch(now());
    return session;
  }

  /// Begins a session of nobody.
  ///
  /// @throws Refused 429 when there are too many
  StoredSession create() {
    return add(new ConcurrentHashMap<>(), _ -> false);
  }

  /// Begins the session of a user who has just shown the password. Room is made at the expense of
  /// sessions in which nobody is logged in.
  ///
  /// @throws Refused 429 when there are too many
  StoredSession login(Account account) {
    var fields = new ConcurrentHashMap<String, Object>();
    StoredSession.login(fields, account, now());
    var session = add(fields, other -> other.user() == null);
    var name = account.user().name();
    var own =
        shared.entrySet().stream()
            .map(e -> new StoredSession(this, e.getKey(), e.getValue()))
            .filter(s -> name.equals(s.user()))
            .sorted(Comparator.comparingLong(StoredSession::seen).reversed())
            .toList();
    own.stream()
        .filter(s -> !s.id().equals(session.id()))
        .skip(limits.perUser() - 1L)
        .forEach(s -> end(s.id()));
    return session;
  }

  private StoredSession add(Map<String, Object> fields, Predicate<StoredSession> expendable) {
    synchronized (shared) {
      sweep();
      if (shared.size() >= limits.count()) {
        shared.entrySet().stream()
            .map(e -> new StoredSession(this, e.getKey(), e.getValue()))
            .filter(expendable)
            .min(Comparator.comparingLong(StoredSession::seen))
            .ifPresent(oldest -> end(oldest.id()));
      }
      if (shared.size() >= limits.count()) {
        throw new Refused(
            429,
            "There are %d sessions already (web.limits.sessions)".formatted(shared.size()),
            Map.of("Retry-After", "60"));
      }
      var session = StoredSession.create(this, random(), fields, random(), now());
      shared.put(session.id(), fields);
      return session;
    }
  }

  /// Forgets those that have expired, now and then and when there is no room.
  private void sweep() {
    var now = now();
    if (shared.size() >= limits.count() || now - swept >= SWEEP_MILLIS || now < swept) {
      swept = now;
      shared
          .entrySet()
          .removeIf(e -> new StoredSession(this, e.getKey(), e.getValue()).expired(now));
    }
  }

  void end(String id) {
    shared.remove(id);
  }

  /// True while it has neither ended nor expired.
  boolean present(String id) {
    var fields = shared.get(id);
    return fields != null && !new StoredSession(this, id, fields).expired(now());
  }

  /// 32 characters that cannot be guessed: 192 bits.
  private static String random() {
    var bytes = new byte[24];
    RANDOM.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
