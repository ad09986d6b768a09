// SPDX-License-Identifier: Apache-2.0
package io.ioto.rest;

import io.ioto.api.db.Change;
import io.ioto.api.db.Commit;
import io.ioto.api.db.Db;
import io.ioto.api.db.Item;
import io.ioto.api.db.Model;
import io.ioto.api.db.Query;
import io.ioto.api.runtime.ServiceSeat;
import io.ioto.api.web.Events;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;

/// One client that follows a query: first comes the event `items` with what `find` answers, then
/// `put` with an item that fits, and `removed` with one that does not any more. Each tells the
/// latest state, so ten changes may come as one. A client that is too slow is cut off; when it
/// connects again it gets `items`.
final class Watch {
  /// An event to be sent.
  private record Event(String type, Object content) {}

  private final Model model;
  private final Query query;
  private final int limit;
  private final BlockingQueue<Change> changes = new LinkedBlockingQueue<>();
  private volatile boolean behind;

  /// @param limit changes that may wait for the client
  Watch(Model model, Query query, int limit) {
    this.model = model;
    this.query = query;
    this.limit = limit;
  }

  /// Takes note of a commit. Does not block.
  void changed(Commit commit) {
    for (var change : commit.changes()) {
      if (!change.model().equals(model.name())) {
        continue;
      }
      if (changes.size() < limit) {
        changes.add(change);
      } else {
        behind = true;
      }
    }
  }

  /// Sends what there is and what comes, until the stream ends.
  ///
  /// @param text writes JSON
  void run(ServiceSeat<Db> seat, Events events, Function<Object, String> text) {
    events.send("", "items", text.apply(seat.call(db -> Shown.page(model, db.find(query)))));
    while (true) {
      // Each item once, however often it changed, and only while the database is asked does a swap
      // of it have to wait.
      var latest = next(events);
      List<Event> next = seat.call(db -> latest.values().stream().map(c -> event(db, c)).toList());
      for (var event : next) {
        events.send("", event.type(), text.apply(event.content()));
      }
    }
  }

  private Map<String, Change> next(Events events) {
    var all = new ArrayList<Change>();
    all.add(events.next(changes));
    changes.drainTo(all);
    if (behind) {
      throw new CancellationException("the client is too slow");
    }
    var latest = new LinkedHashMap<String, Change>();
    all.forEach(change -> latest.put(change.key(), change));
    return latest;
  }

  private Event event(Db db, Change change) {
    var fitting = db.first(query.match(model.key(), change.key()).next(null));
    if (fitting.isPresent()) {
      return new Event("put", Map.of("data", Shown.item(model, fitting.get())));
    }
    Item last =
        switch (change) {
          case Change.Put put -> put.item();
          case Change.Removed removed -> removed.before();
        };
    return new Event("removed", Map.of("data", last == null ? Map.of() : Shown.item(model, last)));
  }
}
