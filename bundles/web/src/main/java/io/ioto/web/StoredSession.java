// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import io.ioto.api.web.User;
import io.ioto.api.web.Users.Account;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One session, as a view of the map in which it is kept. Values are of the JDK's types, since
/// another version of this class may read them; keys are those below, and `=NAME` for what was put
/// under a name. May be shared between threads.
final class StoredSession {
  private static final String CREATED = "created";
  private static final String SEEN = "seen";
  private static final String CHECKED = "checked";
  private static final String TOKEN = "token";
  private static final String USER = "user";
  private static final String ROLES = "roles";
  private static final String PROOF = "proof";

  /// How exactly it is known when a session was last used.
  private static final long TOUCH_MILLIS = 1_000;

  private final Sessions sessions;
  private final String id;
  private final Map<String, Object> fields;

  StoredSession(Sessions sessions, String id, Map<String, Object> fields) {
    this.sessions = sessions;
    this.id = id;
    this.fields = fields;
  }

  static StoredSession create(
      Sessions sessions, String id, Map<String, Object> fields, String token, long now) {
    fields.put(CREATED, now);
    fields.put(SEEN, now);
    fields.put(TOKEN, token);
    return new StoredSession(sessions, id, fields);
  }

  /// Notes who is logged in, as last confirmed.
  static void login(Map<String, Object> fields, Account account, long now) {
    fields.put(USER, account.user().name());
    fields.put(ROLES, List.copyOf(account.user().roles()));
    fields.put(PROOF, proof(account));
    fields.put(CHECKED, now);
  }

  /// Tells a changed password without keeping the hash of it in many places.
  private static String proof(Account account) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return java.util.HexFormat.of()
          .formatHex(digest.digest(account.password().getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK lacks SHA-256", e);
    }
  }

  String id() {
    return id;
  }

  private long number(String key) {
    return fields.get(key) instanceof Long number ? number : 0;
  }

  private @Nullable String text(String key) {
    return fields.get(key) instanceof String text ? text : null;
  }

  boolean expired(long now) {
    // A clock that was set back lets nothing live longer than from then on.
    return now - number(SEEN) >= sessions.limits().idle().toMillis()
        || now - number(CREATED) >= sessions.limits().lifetime().toMillis();
  }

  void touch(long now) {
    if (Math.abs(now - number(SEEN)) >= TOUCH_MILLIS) {
      fields.put(SEEN, now);
    }
  }

  long seen() {
    return number(SEEN);
  }

  /// When the user was last confirmed.
  long checked() {
    return number(CHECKED);
  }

  /// What requests that change something have to bring along.
  String token() {
    var token = text(TOKEN);
    return token == null ? "" : token;
  }

  /// Who is logged in; null when nobody is.
  @Nullable String user() {
    return text(USER);
  }

  /// Who is logged in, with roles; null when nobody is.
  @Nullable User principal() {
    var name = user();
    if (name == null) {
      return null;
    }
    return new User(
        name,
        fields.get(ROLES) instanceof List<?> roles
            ? Set.copyOf(roles.stream().map(String::valueOf).toList())
            : Set.of());
  }

  /// Confirms the user, or ends the session when the password is another by now.
  ///
  /// @return false when it has ended
  boolean confirm(Account account, long now) {
    if (!proof(account).equals(text(PROOF))) {
      end();
      return false;
    }
    login(fields, account, now);
    return true;
  }

  Optional<String> get(String name) {
    return Optional.ofNullable(text("=" + name));
  }

  void put(String name, String value) {
    synchronized (fields) {
      var old = text("=" + name);
      var others = fields.entrySet().stream().mapToLong(StoredSession::length).sum();
      var freed = old == null ? 0 : 1 + name.length() + old.length();
      if (others - freed + 1 + name.length() + value.length() > sessions.limits().size()) {
        throw new IllegalArgumentException(
            "the session would hold more than %d characters (web.limits.session) with '%s'"
                .formatted(sessions.limits().size(), name));
      }
      fields.put("=" + name, value);
    }
  }

  private static long length(Map.Entry<String, Object> entry) {
    return entry.getKey().startsWith("=")
        ? entry.getKey().length() + String.valueOf(entry.getValue()).length()
        : 0;
  }

  void remove(String name) {
    fields.remove("=" + name);
  }

  void end() {
    sessions.end(id);
  }

  /// True while it has neither ended nor expired.
  boolean present() {
    return sessions.present(id);
  }
}
