// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.db;

/// Who caused a change. Synchronisation does not send back what is [#REMOTE].
public enum Origin {
  /// Somebody here: an application, a person at the local pages.
  LOCAL,
  /// The other end of synchronisation.
  REMOTE,
  /// The database itself: expiry, first-run data.
  SYSTEM
}
