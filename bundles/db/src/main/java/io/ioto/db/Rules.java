// SPDX-License-Identifier: Apache-2.0
package io.ioto.db;

import io.ioto.api.db.Change;
import io.ioto.api.db.DbException;
import io.ioto.api.db.DbException.Reason;
import io.ioto.api.db.Item;
import io.ioto.api.db.Origin;
import io.ioto.api.db.Stamp;
import io.ioto.api.db.StampClock;
import io.ioto.api.db.Values;
import io.ioto.api.db.Write;
import io.ioto.api.db.Write.Condition;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Carries out the writes of one commit on a draft, by the rules of the schema. Belongs to one
/// thread; of no use once a write has been refused.
final class Rules {
  private final Draft draft;
  private final Limits limits;
  private final Ids ids;
  private final Map<String, Object> context;
  private final Instant now;
  private final String date;
  private final StampClock clock;
  private final Stamp stamp;
  private final Origin origin;
  private final long sequence;
  private final List<Change> changes = new ArrayList<>();

  Rules(
      Draft draft,
      Limits limits,
      Ids ids,
      Map<String, Object> context,
      Instant now,
      StampClock clock,
      Origin origin,
      long sequence) {
    this.draft = draft;
    this.limits = limits;
    this.ids = ids;
    this.context = context;
    this.now = now;
    date = Values.date(now);
    this.clock = clock;
    stamp = clock.next();
    this.origin = origin;
    this.sequence = sequence;
  }

  List<Change> changes() {
    return changes;
  }

  Stamp stamp() {
    return stamp;
  }

  void apply(Write write) {
    var kind = draft.schema().kind(write.model());
    switch (write) {
      case Write.Create create -> create(kind, create.values());
      case Write.Put put -> put(kind, put);
      case Write.Update update -> update(kind, update);
      case Write.Remove remove -> remove(kind, remove);
      case Write.Accept accept -> accept(kind, accept);
      case Write.AcceptRemoval accept -> accept(accept);
    }
  }

  private void create(Kind kind, Map<String, Object> given) {
    var values = fresh(kind, kind.fit(with(kind, given)), date);
    var key = kind.wholeKey(values);
    if (present(kind, key) != null) {
      throw new DbException(Reason.EXISTS, "there is %s '%s' already".formatted(kind.name(), key));
    }
    store(kind, key, values, null);
  }

  private void put(Kind kind, Write.Put put) {
    var given = kind.fit(with(kind, put.values()));
    // The key may be made of what is generated, and `created` depends on what the key finds.
    var values = fresh(kind, given, date);
    var key = kind.wholeKey(values);
    var before = present(kind, key);
    check(kind, key, before, put.condition());
    if (before != null && before.value("created").orElse(null) instanceof String created) {
      values.replace("created", created);
    }
    store(kind, key, values, before);
  }

  private void update(Kind kind, Write.Update update) {
    var given = kind.fit(with(kind, update.values()));
    var key = kind.wholeKey(given);
    var before = present(kind, key);
    check(kind, key, before, update.condition());
    if (before == null) {
      if (!update.orCreate()) {
        throw new DbException(Reason.MISSING, "there is no %s '%s'".formatted(kind.name(), key));
      }
      create(kind, update.values());
      return;
    }
    var values = new LinkedHashMap<>(before.values());
    given.forEach((name, value) -> values.merge(name, value, Rules::merge));
    for (var path : update.without()) {
      without(values, path);
    }
    stamp(kind, values, null);
    templates(kind, values, given);
    require(kind, values);
    store(kind, key, values, before);
  }

  /// Objects become one; of everything else, the new one stays.
  private static Object merge(Object old, Object given) {
    if (!(old instanceof Map<?, ?> to) || !(given instanceof Map<?, ?> from)) {
      return given;
    }
    var merged = new LinkedHashMap<String, Object>();
    to.forEach((name, value) -> merged.put((String) name, value));
    from.forEach((name, value) -> merged.merge((String) name, value, Rules::merge));
    return Values.object(merged);
  }

  private static void without(Map<String, Object> values, String path) {
    var dot = path.indexOf('.');
    if (dot < 0 || values.containsKey(path)) {
      values.remove(path);
    } else if (values.get(path.substring(0, dot)) instanceof Map<?, ?> inner) {
      var fewer = new LinkedHashMap<String, Object>();
      inner.forEach((name, value) -> fewer.put((String) name, value));
      without(fewer, path.substring(dot + 1));
      values.put(path.substring(0, dot), Values.object(fewer));
    }
  }

  private void remove(Kind kind, Write.Remove remove) {
    var key = kind.wholeKey(kind.fit(with(kind, remove.match())));
    var before = present(kind, key);
    if (before == null && remove.condition() instanceof Condition.Any) {
      return;
    }
    check(kind, key, before, remove.condition());
    if (before != null) {
      bury(before, stamp);
    }
  }

  /// Removes what has expired.
  void expire(Item item) {
    bury(item, stamp);
  }

  private void accept(Kind kind, Write.Accept accept) {
    clock.see(accept.stamp());
    var item = draft.item(accept.key());
    var removal = draft.removal(accept.key());
    if ((item != null && item.stamp().compareTo(accept.stamp()) >= 0)
        || (removal != null && removal.stamp().compareTo(accept.stamp()) >= 0)) {
      return;
    }
    var values = new LinkedHashMap<>(accept.values());
    values.keySet().removeIf(draft.schema()::structural);
    keepPrivate(kind, item, values);
    checkKey(kind, accept.key());
    put(kind, accept.key(), values, accept.stamp(), item);
  }

  /// What does not leave the device is not taken from elsewhere, and not lost to what is.
  private static void keepPrivate(Kind kind, @Nullable Item before, Map<String, Object> values) {
    for (var column : kind.columns()) {
      if (!column.field().synced()) {
        var own = before == null ? null : before.values().get(column.name());
        if (own == null) {
          values.remove(column.name());
        } else {
          values.put(column.name(), own);
        }
      }
    }
  }

  private void accept(Write.AcceptRemoval accept) {
    clock.see(accept.stamp());
    var item = draft.item(accept.key());
    if (item != null && item.stamp().compareTo(accept.stamp()) < 0) {
      bury(item, accept.stamp());
    }
  }

  private void bury(Item item, Stamp when) {
    var removal = new Change.Removed(item.model(), item.key(), sequence, when, origin, item);
    draft.take(item.key());
    draft.bury(removal);
    changes.add(removal);
  }

  /// What is given, with what the context says of fields that the model has.
  private Map<String, Object> with(Kind kind, Map<String, Object> given) {
    if (context.isEmpty()) {
      return given;
    }
    var all = new LinkedHashMap<>(given);
    context.forEach(
        (name, value) -> {
          if (kind.column(name) != null) {
            all.put(name, value);
          }
        });
    return all;
  }

  /// The item of that key, unless it has expired.
  ///
  /// @throws DbException `EXISTS` when the key is that of another model's item
  private @Nullable Item present(Kind kind, String key) {
    checkKey(kind, key);
    var item = draft.item(key);
    if (item != null && !item.model().equals(kind.name())) {
      throw new DbException(
          Reason.EXISTS,
          "the key '%s' of %s is that of %s".formatted(key, kind.name(), item.model()));
    }
    return item == null || expired(item, now) ? null : item;
  }

  static boolean expired(Item item, Instant now) {
    return item.expires() != null && !now.isBefore(item.expires());
  }

  private void checkKey(Kind kind, String key) {
    if (key.length() > limits.key() || key.getBytes(StandardCharsets.UTF_8).length > limits.key()) {
      throw new DbException(
          Reason.TOO_LARGE,
          kind.key().name(),
          "the key of %s has more than %d bytes".formatted(kind.name(), limits.key()));
    }
  }

  private static void check(Kind kind, String key, @Nullable Item item, Condition condition) {
    var holds =
        switch (condition) {
          case Condition.Any _ -> true;
          case Condition.Absent _ -> item == null;
          case Condition.Present _ -> item != null;
          case Condition.Version version -> item != null && item.sequence() == version.sequence();
          case Condition.Fits fits -> item != null && Matching.fits(fits.filter(), item.values());
        };
    if (!holds) {
      throw new DbException(
          Reason.CONFLICT,
          "%s '%s' is %s, which is not what the write expects"
              .formatted(
                  kind.name(), key, item == null ? "missing" : "version " + item.sequence()));
    }
  }

  /// The values of a new item: defaults, generated values, dates, templates; all that is required.
  private Map<String, Object> fresh(Kind kind, Map<String, Object> given, String created) {
    var values = new LinkedHashMap<>(given);
    for (var column : kind.columns()) {
      var field = column.field();
      if (!values.containsKey(field.name())) {
        if (field.fallback() != null) {
          values.put(field.name(), field.fallback());
        } else if (field.generate() != null) {
          values.put(field.name(), ids.make(field.generate(), now.toEpochMilli()));
        }
      }
    }
    stamp(kind, values, created);
    templates(kind, values, given);
    require(kind, values);
    return values;
  }

  private void stamp(Kind kind, Map<String, Object> values, @Nullable String created) {
    if (created != null && kind.column("created") != null) {
      values.put("created", created);
    }
    if (kind.column("updated") != null) {
      values.put("updated", date);
    }
  }

  /// Fields that are made from others, where the caller did not say what they are.
  private static void templates(Kind kind, Map<String, Object> values, Map<String, Object> given) {
    for (var column : kind.columns()) {
      if (column.template() != null && !kind.isKey(column) && !given.containsKey(column.name())) {
        var result = column.template().resolve(Values.object(values));
        if (result.complete()) {
          values.put(column.name(), column.coerce(result.text()));
        } else {
          values.remove(column.name());
        }
      }
    }
  }

  private static void require(Kind kind, Map<String, Object> values) {
    for (var column : kind.columns()) {
      if (column.field().required() && !kind.isKey(column) && !values.containsKey(column.name())) {
        throw new DbException(
            Reason.INVALID,
            column.name(),
            "%s.%s is missing and is required".formatted(kind.name(), column.name()));
      }
    }
  }

  private void store(Kind kind, String key, Map<String, Object> values, @Nullable Item before) {
    values.remove(kind.key().name());
    for (var column : kind.unique()) {
      var value = values.get(column.name());
      var owner = value == null ? null : draft.owner(column, value);
      if (owner != null && !owner.key().equals(key) && !expired(owner, now)) {
        throw new DbException(
            Reason.EXISTS,
            column.name(),
            "there is %s with %s '%s' already".formatted(kind.name(), column.name(), value));
      }
    }
    put(kind, key, inOrder(kind, values), stamp, before);
  }

  private static Map<String, Object> inOrder(Kind kind, Map<String, Object> values) {
    var ordered = new LinkedHashMap<String, Object>();
    for (var column : kind.columns()) {
      var value = values.remove(column.name());
      if (value != null) {
        ordered.put(column.name(), value);
      }
    }
    ordered.putAll(values); // what another version of the schema knew
    return ordered;
  }

  private void put(
      Kind kind, String key, Map<String, Object> values, Stamp when, @Nullable Item before) {
    var frozen = Values.object(values);
    var item = new Item(kind.name(), key, sequence, when, origin, kind.expires(frozen), frozen);
    var bytes = Codec.weigh(item);
    if (bytes > limits.item()) {
      throw new DbException(
          Reason.TOO_LARGE,
          "%s '%s' would have %d bytes; expected %d at most"
              .formatted(kind.name(), key, bytes, limits.item()));
    }
    draft.put(item);
    changes.add(new Change.Put(item, before));
  }

  /// @throws DbException `FULL` when the draft holds more than there may be, and is not smaller
  ///     than what was before
  void checkSize(Data before) {
    if (draft.size() > limits.items() && draft.size() > before.items().size()) {
      throw new DbException(
          Reason.FULL, "there are %d items, the most there may be".formatted(limits.items()));
    }
    if (draft.bytes() > limits.memory() && draft.bytes() > before.bytes()) {
      throw new DbException(
          Reason.FULL, "items have %d bytes, the most they may".formatted(limits.memory()));
    }
  }
}
