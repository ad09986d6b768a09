// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.local;

import io.ioto.api.cloud.Store;
import io.ioto.api.cloud.StoreException;
import io.ioto.api.cloud.StoreException.Reason;
import io.ioto.api.db.Change;
import io.ioto.api.db.Db;
import io.ioto.api.db.DbException;
import io.ioto.api.db.Item;
import io.ioto.api.db.Origin;
import io.ioto.api.db.Query;
import io.ioto.api.db.Write;
import io.ioto.api.db.Write.Condition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/// Keeps the records of a cloud as items of one model, whose key is `record#KIND#KEY`. The version
/// of a record is the commit that made it.
@Component(service = Store.class)
public final class DbStore implements Store {
  private static final String MODEL = "Record";
  private static final int PAGE = 500;

  private final Db db;

  /// The schema has to have the model.
  ///
  /// @throws IllegalStateException when it does not
  @Activate
  public DbStore(@Reference Db db) {
    this.db = db;
    var model =
        db.model(MODEL)
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "schema.json5 has no model '%s'; a cloud needs the schema it comes with"
                            .formatted(MODEL)));
    if (!model.sync().up()) {
      throw new IllegalStateException(
          "'process.%s.sync' in schema.json5 is '%s', expected 'up': else its changes are not kept in order"
              .formatted(MODEL, model.sync()));
    }
  }

  private static String key(String kind, String key) {
    return "record#%s#%s".formatted(kind, key);
  }

  private static Map<String, Object> names(String kind, String key) {
    return Map.of("kind", kind, "id", key);
  }

  @Override
  public Optional<Entry> get(String kind, String key) {
    return db.get(MODEL, key(kind, key)).map(DbStore::entry);
  }

  private static Entry entry(Item item) {
    var values = new LinkedHashMap<String, Object>();
    if (item.values().get("values") instanceof Map<?, ?> map) {
      map.forEach((name, value) -> values.put(name.toString(), value));
    }
    return new Entry(item.text("kind"), item.text("id"), item.sequence(), values);
  }

  @Override
  public List<Entry> list(String kind, String prefix, String after, int limit) {
    // The first key beyond a key is the key with a zero behind it.
    var from = after.isEmpty() ? null : key(kind, after) + "\0";
    var query = Query.of(MODEL).range(new Query.Range(key(kind, prefix), from, null)).limit(limit);
    return db.find(query).items().stream().map(DbStore::entry).toList();
  }

  @Override
  public List<Entry> changes(String kind, String prefix, long after, int limit) {
    var found = new ArrayList<Entry>();
    var start = key(kind, prefix);
    for (var last = after; found.size() < limit; ) {
      var page = db.changes(last, PAGE);
      if (page.isEmpty()) {
        break;
      }
      for (var change : page) {
        if (change instanceof Change.Put put && put.key().startsWith(start)) {
          found.add(entry(put.item()));
        }
      }
      last = page.getLast().sequence();
    }
    return found.size() > limit ? whole(found, limit) : found;
  }

  /// Records of one commit stay together, so that the version of the last says what is known.
  private static List<Entry> whole(List<Entry> found, int limit) {
    var end = limit;
    while (end < found.size() && found.get(end).version() == found.get(end - 1).version()) {
      end++;
    }
    return List.copyOf(found.subList(0, end));
  }

  @Override
  public long version() {
    return db.sequence();
  }

  @Override
  public long commit(List<Step> steps) {
    try {
      return db.commit(steps.stream().map(DbStore::write).toList(), Origin.LOCAL).sequence();
    } catch (DbException e) {
      throw switch (e.reason()) {
        case CONFLICT -> failure(Reason.CONFLICT, e);
        case TOO_LARGE -> failure(Reason.TOO_LARGE, e);
        case FULL, READ_ONLY, CLOSED -> failure(Reason.UNAVAILABLE, e);
        case UNKNOWN_MODEL, UNKNOWN_INDEX, INVALID, INCOMPLETE_KEY, EXISTS, MISSING, FEED_LOST -> e;
      };
    }
  }

  private static StoreException failure(Reason reason, DbException cause) {
    return new StoreException(reason, String.valueOf(cause.getMessage()), cause);
  }

  private static Write write(Step step) {
    var condition =
        step.expected() == ANY
            ? new Condition.Any()
            : step.expected() == ABSENT
                ? new Condition.Absent()
                : new Condition.Version(step.expected());
    return switch (step) {
      case Step.Put put -> {
        var values = new LinkedHashMap<>(names(put.kind(), put.key()));
        values.put("values", put.values());
        yield new Write.Put(MODEL, values, condition);
      }
      case Step.Remove remove ->
          new Write.Remove(MODEL, names(remove.kind(), remove.key()), condition);
    };
  }
}
