// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import io.ioto.api.web.Session;
import io.ioto.api.web.User;
import io.ioto.api.web.Users.Account;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Who sent a request, found out when first asked. Belongs to the thread of the request, except
/// for what it is as a [Session].
final class Caller implements Session {
  private final Guard guard;
  private final HttpServletRequest request;
  private final HttpServletResponse response;
  private boolean looked;
  private boolean restricted;
  private boolean basic;
  private volatile @Nullable StoredSession stored;
  private @Nullable User user;

  Caller(Guard guard, HttpServletRequest request, HttpServletResponse response) {
    this.guard = guard;
    this.request = request;
    this.response = response;
  }

  HttpServletRequest request() {
    return request;
  }

  /// True when the request brings along what a browser would add by itself.
  boolean recognisable() {
    return basic || guard.access().cookie().read(request) != null;
  }

  /// True when the password came with the request.
  boolean basic() {
    return basic;
  }

  void basic(User user) {
    looked = true;
    basic = true;
    this.user = user;
  }

  /// Notes that the response is for this caller only.
  void restrict() {
    restricted = true;
    if (!response.isCommitted()) {
      response.setHeader("Cache-Control", "no-store");
    }
  }

  boolean restricted() {
    return restricted;
  }

  private void look() {
    if (looked) {
      return;
    }
    looked = true;
    var id = guard.access().cookie().read(request);
    var found = id == null ? null : guard.sessions().find(id);
    if (found != null) {
      user = guard.confirmed(found);
      if (found.present()) {
        adopt(found);
      }
    }
  }

  private void adopt(StoredSession session) {
    stored = session;
    if (!response.isCommitted()) {
      response.setHeader(Guard.TOKEN_HEADER, session.token());
    }
  }

  @Nullable StoredSession stored() {
    look();
    return stored;
  }

  @Nullable User user() {
    look();
    return user;
  }

  /// True while somebody who was let in for a role would still be, without counting as a use of
  /// the session.
  boolean welcome(String role) {
    var session = stored;
    if (Roles.open(role) || session == null) {
      return true;
    }
    return session.present() && guard.permit(guard.confirmed(session), role);
  }

  boolean can(String role) {
    return Roles.open(role) || guard.permit(user(), role);
  }

  /// Begins the session of a user who has just shown the password; the old one ends, so that
  /// nobody can know the id from before.
  void login(Account account) {
    var old = stored();
    if (old != null) {
      old.end();
    }
    begin(guard.sessions().login(account));
    user = account.user();
  }

  private void begin(StoredSession session) {
    if (response.isCommitted()) {
      session.end();
      throw new IllegalStateException("A session cannot begin after the response has been sent");
    }
    adopt(session);
    cookie(session.id(), guard.sessions().limits().lifetime());
  }

  private void cookie(String id, Duration age) {
    response.setHeader("Set-Cookie", guard.access().cookie().write(request, id, age));
  }

  @Override
  public Optional<String> get(String name) {
    var session = stored();
    return session == null ? Optional.empty() : session.get(name);
  }

  @Override
  public synchronized void put(String name, String value) {
    if (stored() == null) {
      begin(guard.sessions().create());
    }
    Objects.requireNonNull(stored).put(name, value);
  }

  @Override
  public void remove(String name) {
    var session = stored();
    if (session != null) {
      session.remove(name);
    }
  }

  @Override
  public void invalidate() {
    var session = stored();
    if (session != null) {
      session.end();
      stored = null;
      user = null;
      if (!response.isCommitted()) {
        cookie("", Duration.ZERO);
      }
    }
  }
}
