// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.db;

import java.io.Serial;

/// The database could not do what was asked; nothing has changed.
public final class DbException extends RuntimeException {
  /// What kind of failure.
  public enum Reason {
    UNKNOWN_MODEL,
    UNKNOWN_INDEX,
    /// A value does not fit its field; [DbException#field] names it.
    INVALID,
    /// The values do not make a whole key.
    INCOMPLETE_KEY,
    /// There is an item with that key, or with that value of a unique field.
    EXISTS,
    /// There is no item with that key.
    MISSING,
    /// The condition of a write does not hold.
    CONFLICT,
    /// The key, the item or the commit is over its limit.
    TOO_LARGE,
    /// The database is over its limit.
    FULL,
    /// The disk refuses writes at present; reads go on.
    READ_ONLY,
    /// Removals that were asked for are not in the feed any more.
    FEED_LOST,
    /// This database service is gone; its successor may be there.
    CLOSED
  }

  @Serial private static final long serialVersionUID = 1;

  private final Reason reason;
  private final String field;

  public DbException(Reason reason, String message) {
    this(reason, "", message);
  }

  /// @param field the field concerned; empty for none
  /// @param message what is wrong, where, and what was expected
  public DbException(Reason reason, String field, String message) {
    super(message);
    this.reason = reason;
    this.field = field;
  }

  public DbException(Reason reason, String message, Throwable cause) {
    this(reason, message);
    initCause(cause);
  }

  public Reason reason() {
    return reason;
  }

  /// The field concerned; empty for none.
  public String field() {
    return field;
  }
}
