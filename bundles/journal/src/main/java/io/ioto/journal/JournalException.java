// SPDX-License-Identifier: Apache-2.0
package io.ioto.journal;

import java.io.IOException;
import java.io.Serial;
import java.util.Objects;

/// A record could not be made durable, or a journal not be opened.
public final class JournalException extends RuntimeException {
  /// What kind of failure. After [#NO_SPACE] and [#DISK] the journal is read-only and recovers by
  /// itself.
  public enum Reason {
    /// The disk is full.
    NO_SPACE,
    /// The disk reported an error.
    DISK,
    /// A record before this one was not kept, so this one was not taken.
    LOST,
    /// The record is over its limit.
    TOO_LARGE,
    /// The file is over its limit, or too much waits to be written.
    FULL,
    /// Another process, or another part of this one, has the journal open.
    LOCKED,
    /// It has been closed.
    CLOSED
  }

  @Serial private static final long serialVersionUID = 1;

  private final Reason reason;

  public JournalException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  JournalException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /// What an error of the file system means.
  static JournalException of(String what, IOException e) {
    var text = Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
    // The JDK has no exceptions of its own for ENOSPC and EDQUOT.
    var full = text.contains("No space left") || text.contains("quota exceeded");
    return new JournalException(
        full ? Reason.NO_SPACE : Reason.DISK, "%s: %s".formatted(what, text), e);
  }

  /// The same failure for another caller, with a stack trace of its own.
  JournalException again() {
    return new JournalException(reason, Objects.requireNonNullElse(getMessage(), ""), this);
  }

  public Reason reason() {
    return reason;
  }
}
