// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.db;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One write of a [Db#commit]. Fields the model does not know are dropped. Values are those of
/// [Values]; integers of every width and dates as [java.time.Instant] are taken too. Wherever a
/// key is needed, the values make it by the model's template, or name it by the key field (`sk`).
///
/// Fields filled in where they are absent: values of the [Context] (which win over the caller's),
/// defaults and generated values (`Create` and `Put`), templates, `created` and `updated` if the
/// model has them.
public sealed interface Write {
  String model();

  /// Makes an item; its required fields must be there.
  record Create(String model, Map<String, Object> values) implements Write {
    public Create {
      values = Values.object(values);
    }
  }

  /// Makes an item, or replaces the one with its key as a whole, keeping its `created`.
  record Put(String model, Map<String, Object> values, Condition condition) implements Write {
    public Put {
      values = Values.object(values);
    }
  }

  /// Changes the item with that key: objects are merged, everything else is replaced.
  ///
  /// @param without fields to remove; they may be dotted
  /// @param orCreate make the item, as `Create` does, when it is missing
  record Update(
      String model,
      Map<String, Object> values,
      Set<String> without,
      Condition condition,
      boolean orCreate)
      implements Write {
    public Update {
      values = Values.object(values);
      without = Set.copyOf(without);
    }
  }

  /// Removes the item with that key, if it is there.
  record Remove(String model, Map<String, Object> match, Condition condition) implements Write {
    public Remove {
      match = Values.object(match);
    }
  }

  /// Takes over a version that was made elsewhere, with its stamp, untouched: nothing is filled
  /// in, nothing is required. Does nothing when the item here, or its removal, is as new or newer.
  /// Fields that do not leave the device ([Field#synced]) stay as they are here.
  record Accept(String model, String key, Stamp stamp, Map<String, Object> values)
      implements Write {
    public Accept {
      values = Values.object(values);
    }
  }

  /// Takes over a removal that was made elsewhere. Does nothing when the item here is newer.
  record AcceptRemoval(String model, String key, Stamp stamp) implements Write {}

  /// What has to hold of the item that is there, or the commit fails with `CONFLICT`.
  sealed interface Condition {
    /// Anything will do.
    record Any() implements Condition {}

    /// There is none.
    record Absent() implements Condition {}

    /// There is one.
    record Present() implements Condition {}

    /// It is this version.
    ///
    /// @param sequence [Item#sequence] of the version
    record Version(long sequence) implements Condition {}

    /// It is there and fits.
    record Fits(Filter filter) implements Condition {}
  }

  static Write create(String model, Map<String, ?> values) {
    return new Create(model, Values.object(values));
  }

  static Write put(String model, Map<String, ?> values) {
    return new Put(model, Values.object(values), new Condition.Any());
  }

  /// An update of an item that must be there. A null removes the field.
  static Write update(String model, Map<String, ? extends @Nullable Object> values) {
    return new Update(
        model, Values.object(values), Values.nulls(values), new Condition.Any(), false);
  }

  static Write remove(String model, Map<String, ?> match) {
    return new Remove(model, Values.object(match), new Condition.Any());
  }
}
