// SPDX-License-Identifier: Apache-2.0
package io.ioto.db;

import io.ioto.api.db.Change;
import io.ioto.api.db.Commit;
import io.ioto.api.db.Context;
import io.ioto.api.db.Db;
import io.ioto.api.db.DbException;
import io.ioto.api.db.DbException.Reason;
import io.ioto.api.db.Item;
import io.ioto.api.db.Model;
import io.ioto.api.db.Origin;
import io.ioto.api.db.Page;
import io.ioto.api.db.Query;
import io.ioto.api.db.StampClock;
import io.ioto.api.db.Status;
import io.ioto.api.db.Write;
import io.ioto.journal.Journal;
import io.ioto.journal.JournalException;
import io.ioto.journal.Pending;
import io.ioto.journal.Replay;
import io.ioto.journal.Snapshot;
import io.ioto.json.JsonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The database: one version of all data that everybody sees, which is on the disk, and ahead of
/// it the versions that are on their way there. A write builds the next version on the last of
/// those, under the lock; waits for the journal, without it; and then lets everybody see it.
@Component(
    service = Db.class,
    configurationPid = "io.ioto.db",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class Store implements Db {
  /// See `settings.json5`.
  public @interface Config {
    String path();

    String schema();

    String seed();

    long maxJournalSize();

    long service();

    int limits_key();

    long limits_item();

    int limits_items();

    long limits_memory();

    int limits_commit();

    int limits_page();

    int limits_removed();

    int limits_triggers();

    long limits_journal();

    long limits_record();

    long limits_waiting();

    long ahead();

    long retry();
  }

  /// What the store is told.
  ///
  /// @param schema the file of the models
  /// @param seed file of the items with which an empty database begins; may be missing
  /// @param grown bytes of changes that are folded into a new file, unless the data are more
  /// @param sweep how often expired items are removed
  /// @param writable false to refuse all writes
  record Settings(
      Path schema, Path seed, long grown, Duration sweep, boolean writable, Limits limits) {
    static Settings of(Config config, Path schema, boolean writable) {
      return new Settings(
          schema,
          Path.of(config.seed()),
          config.maxJournalSize(),
          Duration.ofMillis(config.service()),
          writable,
          new Limits(
              config.limits_key(),
              config.limits_item(),
              config.limits_items(),
              config.limits_memory(),
              config.limits_commit(),
              config.limits_page(),
              config.limits_removed(),
              config.limits_triggers()));
    }
  }

  /// A version on its way to the disk.
  private record Staged(Pending pending, Data data, Commit commit) {}

  private static final Logger log = LoggerFactory.getLogger(Store.class);

  /// How often the schema file is looked at.
  private static final Duration LOOK = Duration.ofSeconds(1);

  /// Time until a compaction that failed is tried again.
  private static final Duration AGAIN = Duration.ofMinutes(1);

  /// Most expired items removed by one commit.
  private static final int SWEPT = 500;

  private final Settings settings;
  private final InstantSource clock;
  private final Journal journal;
  private final StampClock stamps;
  private final Ids ids = new Ids();
  private final Announcer announcer;
  private final Thread keeper;
  private final String trouble;

  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by the lock.
  private final ArrayDeque<Staged> staged = new ArrayDeque<>();
  private Data head;
  private volatile boolean closed;
  private volatile Data visible;

  // The keeper's alone.
  private @Nullable FileTime schemaTime;
  private Instant swept;
  private Instant compactAfter = Instant.MIN;

  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  private volatile List<Context> contexts = List.of();

  @Activate
  public Store(BundleContext context, Config config) {
    this(
        Settings.of(
            config,
            models(Path.of(config.schema()), context),
            !"true".equals(context.getProperty("ioto.nosave"))),
        InstantSource.system(),
        context,
        replay -> Journal.open(Path.of(config.path()), journal(config), replay));
  }

  Store(
      Settings settings,
      InstantSource clock,
      @Nullable BundleContext context,
      Function<Replay, Journal> open) {
    this.settings = settings;
    this.clock = clock;
    schemaTime = modified(settings.schema());
    var restoring = new Codec.Restoring(schema(settings.schema()), settings.limits().removed());
    journal = open.apply(restoring);
    head = restoring.data(journal.durable());
    visible = head;
    stamps = new StampClock(clock, ids.uid(10));
    stamps.see(restoring.clock());
    var damage = journal.recovery().damage();
    trouble =
        damage == null
            ? ""
            : "data were damaged and the rest of them is in %s: %s"
                .formatted(damage.file(), damage.reason());
    swept = clock.instant();
    announcer = new Announcer(context, settings.limits().triggers());
    announcer.start();
    if (settings.writable() && head.sequence() == 0 && Files.exists(settings.seed())) {
      sow(settings.seed());
    }
    keeper = Thread.ofVirtual().name("db-keeper").start(this::keep);
    log.info("{} items, commit {}", head.items().size(), head.sequence());
  }

  /// Makes the items of a file, all of them or none.
  private void sow(Path file) {
    try {
      var seeds = Seeds.read(file);
      var commit = change(rules -> seeds.forEach(rules::apply), Origin.SYSTEM);
      log.info("{} items from {}", commit.changes().size(), file.getFileName());
    } catch (JsonException | DbException | IOException e) {
      log.error("{} is not used: {}", file.getFileName(), e.getMessage());
    }
  }

  private static io.ioto.journal.Limits journal(Config config) {
    return new io.ioto.journal.Limits(
        (int) config.limits_record(),
        config.limits_journal(),
        config.limits_waiting(),
        (int) config.ahead(),
        Duration.ofMillis(config.retry()));
  }

  /// A folder of configuration need not repeat what the distribution says.
  private static Path models(Path file, BundleContext context) {
    var home = context.getProperty("ioto.home");
    return Files.exists(file) || home == null
        ? file
        : Path.of(home, "runtime-config", "schema.json5");
  }

  private static Schema schema(Path file) {
    try {
      return Schema.read(file);
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read the schema: " + e, e);
    }
  }

  private static @Nullable FileTime modified(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException _) {
      return null;
    }
  }

  private Map<String, Object> context() {
    var present = contexts;
    if (present.isEmpty()) {
      return Map.of();
    }
    var values = new LinkedHashMap<String, Object>();
    present.forEach(each -> values.putAll(each.values()));
    return values;
  }

  private Data data() {
    if (closed) {
      throw new DbException(Reason.CLOSED, "the database is closed");
    }
    return visible;
  }

  private View view() {
    return new View(data(), this::context, clock.instant(), settings.limits().page());
  }

  @Override
  public Optional<Item> get(String model, String key) {
    var item = data().items().get(key);
    return item != null && item.expires() == null && item.model().equals(model)
        ? Optional.of(item)
        : view().get(model, key);
  }

  @Override
  public Page find(Query query) {
    return view().find(query);
  }

  @Override
  public long count(Query query) {
    return view().count(query);
  }

  @Override
  public String key(String model, Map<String, ?> values) {
    return view().key(model, values);
  }

  @Override
  public long sequence() {
    return data().sequence();
  }

  @Override
  public io.ioto.api.db.Snapshot snapshot() {
    return view();
  }

  @Override
  public List<Model> models() {
    return data().schema().models();
  }

  @Override
  public Status status() {
    var data = data();
    var refused = journal.trouble();
    return new Status(
        settings.writable() && refused.isEmpty(),
        refused.map(e -> Objects.requireNonNullElse(e.getMessage(), "")).orElse(trouble),
        data.items().size(),
        data.bytes(),
        journal.size(),
        data.sequence());
  }

  @Override
  public List<Change> changes(long after, int limit) {
    var data = data();
    if (after > 0 && after < data.floor()) {
      throw new DbException(
          Reason.FEED_LOST,
          "removals up to commit %d are not kept, asked for those after %d"
              .formatted(data.floor(), after));
    }
    var changes = new ArrayList<Change>();
    var last = after;
    for (var cursor = data.feed().from(Data.place(after + 1, "")); cursor.next(); ) {
      var change =
          switch (cursor.value()) {
            case Item item -> new Change.Put(item, null);
            case Change removal -> removal;
            default -> throw new IllegalStateException();
          };
      if (changes.size() >= limit && change.sequence() != last) {
        break;
      }
      last = change.sequence();
      changes.add(change);
    }
    return changes;
  }

  @Override
  public Commit commit(List<Write> writes, Origin origin) {
    if (writes.size() > settings.limits().commit()) {
      throw new DbException(
          Reason.TOO_LARGE,
          "a commit of %d writes; expected %d at most"
              .formatted(writes.size(), settings.limits().commit()));
    }
    return change(rules -> writes.forEach(rules::apply), origin);
  }

  private interface Work {
    void on(Rules rules);
  }

  private Commit change(Work work, Origin origin) {
    var context = context();
    Commit commit;
    @Nullable Staged mine;
    lock.lock();
    try {
      checkWritable();
      var draft = new Draft(head);
      var sequence = head.sequence() + 1;
      var rules =
          new Rules(
              draft, settings.limits(), ids, context, clock.instant(), stamps, origin, sequence);
      work.on(rules);
      if (rules.changes().isEmpty()) {
        // It says something of what may not be on the disk yet.
        mine = staged.peekLast();
        commit = new Commit(head.sequence(), origin, List.of());
      } else {
        rules.checkSize(head);
        draft.limit(settings.limits().removed());
        commit = new Commit(sequence, origin, rules.changes());
        var record = encode(origin, rules);
        mine = stage(Codec.COMMIT, record, draft.data(sequence), commit);
      }
    } finally {
      lock.unlock();
    }
    if (mine != null) {
      await(mine);
    }
    announcer.room();
    return commit;
  }

  private static byte[] encode(Origin origin, Rules rules) {
    try {
      return Codec.commit(origin, rules.stamp(), rules.changes());
    } catch (IllegalArgumentException e) {
      throw new DbException(Reason.INVALID, String.valueOf(e.getMessage()), e);
    }
  }

  private void checkWritable() {
    if (closed) {
      throw new DbException(Reason.CLOSED, "the database is closed");
    }
    if (!settings.writable()) {
      throw new DbException(Reason.READ_ONLY, "the gateway was started with --nosave");
    }
  }

  /// Sends a version to the disk.
  private Staged stage(int type, byte[] record, Data data, Commit commit) {
    try {
      var next = new Staged(journal.submit(type, record, head.sequence()), data, commit);
      staged.add(next);
      head = data;
      return next;
    } catch (JournalException e) {
      switch (e.reason()) {
        // Nothing is under way then, so whatever is not on the disk was not kept.
        case NO_SPACE, DISK, LOST -> forgetStaged();
        case TOO_LARGE, FULL, CLOSED, LOCKED -> {}
      }
      throw refused(e);
    }
  }

  private void await(Staged mine) {
    try {
      mine.pending().await();
    } catch (JournalException e) {
      lock.lock();
      try {
        // Otherwise another has done it, and may have gone on since.
        if (staged.contains(mine)) {
          forgetStaged();
        }
      } finally {
        lock.unlock();
      }
      throw refused(e);
    }
    lock.lock();
    try {
      publish();
    } finally {
      lock.unlock();
    }
  }

  /// Lets everybody see what is on the disk.
  private void publish() {
    var durable = journal.durable();
    while (!staged.isEmpty() && staged.getFirst().pending().sequence() <= durable) {
      var next = staged.removeFirst();
      visible = next.data();
      if (!next.commit().changes().isEmpty()) {
        announcer.add(next.commit());
      }
    }
  }

  private void forgetStaged() {
    publish();
    staged.clear();
    head = visible;
  }

  private static DbException refused(JournalException e) {
    var reason =
        switch (e.reason()) {
          case NO_SPACE, DISK, LOST, LOCKED -> Reason.READ_ONLY;
          case TOO_LARGE -> Reason.TOO_LARGE;
          case FULL -> Reason.FULL;
          case CLOSED -> Reason.CLOSED;
        };
    return new DbException(reason, "nothing was written: " + e.getMessage(), e);
  }

  @Override
  public void forget(long through) {
    Staged mine;
    lock.lock();
    try {
      checkWritable();
      var oldest = head.graves().from("");
      if (!oldest.next() || oldest.value().sequence() > through) {
        return;
      }
      var draft = new Draft(head);
      draft.forget(through);
      var sequence = head.sequence() + 1;
      mine =
          stage(
              Codec.FORGET,
              Codec.forget(through),
              draft.data(sequence),
              new Commit(sequence, Origin.SYSTEM, List.of()));
    } finally {
      lock.unlock();
    }
    await(mine);
  }

  private void keep() {
    while (!closed) {
      LockSupport.parkNanos(LOOK.toNanos());
      if (closed) {
        return;
      }
      try {
        lookAtSchema();
        if (!clock.instant().isBefore(swept.plus(settings.sweep()))) {
          swept = clock.instant();
          expire();
        }
        if (due() && !clock.instant().isBefore(compactAfter)) {
          compact();
        }
      } catch (DbException | JournalException e) {
        log.debug("left for later: {}", e.getMessage());
      } catch (RuntimeException e) {
        log.error("the keeper of the database failed", e);
      }
    }
  }

  /// Removes what has expired, and tells triggers and synchronisation.
  void expire() {
    if (!settings.writable()) {
      return;
    }
    var more = true;
    while (more && !closed) {
      var now = clock.instant();
      var gone = new ArrayList<Item>();
      var cursor = data().expiring().from("");
      while (gone.size() < SWEPT && cursor.next() && Rules.expired(cursor.value(), now)) {
        gone.add(cursor.value());
      }
      more = gone.size() == SWEPT;
      if (!gone.isEmpty()) {
        change(
            rules -> {
              for (var item : gone) {
                // It may have been changed, or removed, since.
                var current = head.items().get(item.key());
                if (current != null && current.sequence() == item.sequence()) {
                  rules.expire(item);
                }
              }
            },
            Origin.SYSTEM);
      }
    }
  }

  private boolean due() {
    var grown = journal.grown();
    return settings.writable() && grown > Math.max(settings.grown(), journal.size() - grown);
  }

  /// Folds all changes into a new file.
  void compact() {
    try {
      journal.compact(this::frozen);
    } catch (JournalException e) {
      compactAfter = clock.instant().plus(AGAIN);
      if (e.reason() != JournalException.Reason.CLOSED) {
        log.warn("The journal could not be compacted: {}", e.getMessage());
      }
    }
  }

  private Snapshot frozen() {
    lock.lock();
    try {
      publish();
      return new Frozen(visible, stamps.last());
    } finally {
      lock.unlock();
    }
  }

  /// A version as the beginning of a new file.
  private record Frozen(Data data, io.ioto.api.db.Stamp clock) implements Snapshot {
    @Override
    public long sequence() {
      return data.sequence();
    }

    @Override
    public void write(Sink sink) {
      sink.add(Codec.META, Codec.meta(data.floor(), clock));
      for (var cursor = data.items().from(""); cursor.next(); ) {
        sink.add(Codec.ITEM, Codec.item(cursor.value()));
      }
      for (var cursor = data.graves().from(""); cursor.next(); ) {
        sink.add(Codec.REMOVAL, Codec.removal(cursor.value()));
      }
    }
  }

  /// Puts a changed schema in force; a bad one is refused and the old one stays.
  private void lookAtSchema() {
    var time = modified(settings.schema());
    if (Objects.equals(time, schemaTime)) {
      return;
    }
    schemaTime = time;
    try {
      use(Schema.read(settings.schema()));
      log.info("{} is in force", settings.schema().getFileName());
    } catch (JsonException | IOException e) {
      log.error("The schema stays as it was: {}", e.getMessage());
    }
  }

  void use(Schema schema) {
    lock.lock();
    try {
      if (!staged.isEmpty()) {
        await(staged.getLast());
      }
      head = visible.under(schema);
      visible = head;
    } finally {
      lock.unlock();
    }
  }

  Announcer announcer() {
    return announcer;
  }

  /// Writes what waits, lets triggers hear of it, and closes the files.
  @Deactivate
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    LockSupport.unpark(keeper);
    journal.close();
    try {
      keeper.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    announcer.close();
  }
}
