// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.cloud;

import io.ioto.api.db.Values;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/// Where a device cloud keeps what it knows: records of a kind, found by their key. Small enough
/// to stand on the embedded database as well as on a table of DynamoDB. May be shared between
/// threads, and where the store allows it between processes.
@ProviderType
public interface Store {
  /// A record that is to be absent, as an expected version.
  long ABSENT = 0;

  /// Whatever is there, as an expected version.
  long ANY = -1;

  /// One version of a record.
  ///
  /// @param version grows with every commit that changes the record; later changes of any record
  ///     have greater versions
  /// @param values as [Values] describes them
  record Entry(String kind, String key, long version, Map<String, Object> values) {
    public Entry {
      values = Values.object(values);
    }

    /// A text; empty when absent.
    public String text(String name) {
      return values.get(name) instanceof String text ? text : "";
    }
  }

  /// One write of a commit.
  sealed interface Step {
    String kind();

    String key();

    /// The version that has to be there; or [#ABSENT] or [#ANY].
    long expected();

    /// Makes or replaces a record.
    record Put(String kind, String key, Map<String, Object> values, long expected) implements Step {
      public Put {
        values = Values.object(values);
      }
    }

    /// Removes a record, if it is there.
    record Remove(String kind, String key, long expected) implements Step {}
  }

  /// A record.
  Optional<Entry> get(String kind, String key);

  /// Records whose keys begin so, in the order of their keys.
  ///
  /// @param after key of the last record of the page before; empty text for the first page
  List<Entry> list(String kind, String prefix, String after, int limit);

  /// Records whose keys begin so and which changed after a version, in the order of their changes:
  /// each once, as it is now. Removed ones are not among them.
  ///
  /// @param after the greatest version that is known; 0 for all
  List<Entry> changes(String kind, String prefix, long after, int limit);

  /// The version of the latest commit; nothing that is there has a greater one.
  long version();

  /// Carries out all steps, or none; returns once they are durable. At most 100 steps, no record
  /// twice.
  ///
  /// @return the version that the changed records have now
  /// @throws StoreException `CONFLICT` when a record has another version than expected
  long commit(List<Step> steps);
}
