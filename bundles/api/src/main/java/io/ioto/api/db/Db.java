// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.db;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/// The database of this gateway. May be shared between threads. Reads never wait and see only what
/// is on the disk; a write returns once it is on the disk, until then nobody sees it. All that is
/// written in one call is in force as a whole or not at all, after a power cut too.
///
/// Every method throws [DbException]: `UNKNOWN_MODEL`, `INVALID` for values that do not fit the
/// model, `CLOSED` once the service is gone; writes also `READ_ONLY`, `TOO_LARGE` and `FULL`.
@ProviderType
public interface Db extends Reader {
  /// Carries out all writes, or, when one of them cannot be, none. Writes see what earlier ones of
  /// the list did. At most `database.limits.commit` of them (1000 by default).
  ///
  /// @param origin who caused it; triggers and the feed tell it
  /// @throws DbException `EXISTS`, `MISSING`, `CONFLICT`, `INVALID`, `INCOMPLETE_KEY`
  Commit commit(List<Write> writes, Origin origin);

  /// One local write by itself.
  default Commit commit(Write write) {
    return commit(List.of(write), Origin.LOCAL);
  }

  /// Makes an item; see [Write.Create].
  ///
  /// @throws DbException `EXISTS` when there is one with that key
  default Item create(String model, Map<String, ?> values) {
    return commit(Write.create(model, values)).item();
  }

  /// Makes an item or replaces the one that is there; see [Write.Put].
  default Item put(String model, Map<String, ?> values) {
    return commit(Write.put(model, values)).item();
  }

  /// Changes fields of an item; see [Write.Update].
  ///
  /// @throws DbException `MISSING` when there is none with that key
  default Item update(String model, Map<String, ?> values) {
    return commit(Write.update(model, values)).item();
  }

  /// Removes an item, if it is there; see [Write.Remove].
  ///
  /// @return whether it was
  default boolean remove(String model, Map<String, ?> match) {
    return !commit(Write.remove(model, match)).changes().isEmpty();
  }

  /// All data as it is at this moment, whatever is written later. Costs nothing; holds memory only
  /// for what changes while it is held.
  Snapshot snapshot();

  /// What changed after a commit: the latest change of each item of the models whose [Model#sync]
  /// is not `NONE`, oldest first; an item that changed ten times is there once. Removals are kept
  /// until [#forget], or until there are more than `database.limits.removed` of them (100 000).
  ///
  /// @param after sequence of the last change that is known; 0 for everything
  /// @param limit most changes to return, 1 or more; a few more where they belong to one commit
  /// @throws DbException `FEED_LOST` when removals after that sequence had to be dropped: compare
  ///     everything, then go on from the present sequence
  List<Change> changes(long after, int limit);

  /// Drops the removals up to and including a sequence from the feed, since everyone who reads it
  /// has them.
  void forget(long through);

  /// The models of the schema, by name.
  List<Model> models();

  /// One model of the schema.
  default Optional<Model> model(String name) {
    return models().stream().filter(m -> m.name().equals(name)).findFirst();
  }

  /// How the database is.
  Status status();
}
