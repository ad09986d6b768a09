// SPDX-License-Identifier: Apache-2.0
package io.ioto.db;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.api.db.Change;
import io.ioto.api.db.Commit;
import io.ioto.api.db.DbException;
import io.ioto.api.db.DbException.Reason;
import io.ioto.api.db.Filter;
import io.ioto.api.db.Item;
import io.ioto.api.db.Origin;
import io.ioto.api.db.Query;
import io.ioto.api.db.Stamp;
import io.ioto.api.db.Write;
import io.ioto.api.db.Write.Condition;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoreTest {
  @TempDir Path folder;
  private Fixture fixture;
  private Store db;

  @BeforeEach
  void open() {
    fixture = new Fixture(folder);
    db = fixture.open(folder.resolve("db"));
  }

  @AfterEach
  void close() {
    db.close();
  }

  private void reopen() {
    db.close();
    db = fixture.open(folder.resolve("db"));
  }

  private static void assertRefused(Reason reason, String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(DbException.class)
        .hasMessageContaining(message)
        .extracting(e -> ((DbException) e).reason())
        .isEqualTo(reason);
  }

  private Item user(String name) {
    return db.create("User", Map.of("username", name));
  }

  @Test
  void newItemHasDefaultsGeneratedValuesTemplatesAndDates() {
    var item = db.create("User", Map.of("username", "ann", "nobody", "knows this"));

    assertThat(item.key()).matches("user#[0-9A-HJKMNP-TV-Z]{10}");
    assertThat(item.text("id")).isEqualTo(item.key().substring(5));
    assertThat(item.values())
        .containsEntry("role", "user")
        .containsEntry("label", "user:ann")
        .containsEntry("settings", Map.of("theme", "dark", "sizes", List.of(1L, 2L)))
        .containsEntry("created", "2026-11-22T12:00:00.000Z")
        .containsEntry("updated", "2026-11-22T12:00:00.000Z")
        .doesNotContainKeys("nobody", "sk", "pk", "logins");
    assertThat(item.origin()).isEqualTo(Origin.LOCAL);
    assertThat(item.stamp().instant()).isEqualTo(Fixture.NOON);
    assertThat(db.get("User", item.key())).contains(item);
    assertThat(db.get("User", Map.of("id", item.text("id")))).contains(item);
    assertThat(db.get("User", "user#other")).isEmpty();
    assertThat(db.get("Port", item.key())).isEmpty();
  }

  @Test
  void whatWasReturnedIsThereAfterOpeningAgain() {
    var ann = user("ann");
    var bob = user("bob");
    db.update("User", Map.of("id", ann.text("id"), "role", "admin", "logins", 3));
    db.remove("User", Map.of("id", bob.text("id")));
    var port = db.put("Port", Map.of("name", "eth0", "speed", 1.5));
    var before = db.get("User", ann.key());

    reopen();

    assertThat(db.get("User", ann.key())).isEqualTo(before);
    assertThat(db.get("User", bob.key())).isEmpty();
    assertThat(db.get("Port", port.key())).contains(port);
    assertThat(db.sequence()).isEqualTo(port.sequence());
    assertThat(db.create("Port", Map.of("name", "eth1")).stamp()).isGreaterThan(port.stamp());
  }

  @Test
  void compactionKeepsEverything() {
    for (var i = 0; i < 50; i++) {
      db.put("Port", Map.of("name", "p" + i % 20, "speed", i));
    }
    db.remove("Port", Map.of("name", "p3"));
    db.remove("Port", Map.of("name", "p4"));
    var items = db.find(Query.of("Port")).items();
    var changes = db.changes(0, 1000);
    var size = db.status().journal();

    db.compact();
    assertThat(db.status().journal()).isLessThan(size);
    db.put("Port", Map.of("name", "last"));
    reopen();

    assertThat(db.find(Query.of("Port")).items()).hasSize(19).containsAll(items);
    assertThat(db.changes(0, 1000)).hasSize(21).startsWith(changes.toArray(Change[]::new));
    assertThat(db.sequence()).isEqualTo(53);
  }

  @Test
  void itemCannotBeMadeTwice() {
    db.create("Port", Map.of("name", "eth0"));
    assertRefused(
        Reason.EXISTS,
        "there is Port 'port#eth0' already",
        () -> db.create("Port", Map.of("name", "eth0")));
    user("ann");
    assertRefused(Reason.EXISTS, "there is User with username 'ann' already", () -> user("ann"));
    var bob = user("bob");
    assertRefused(
        Reason.EXISTS,
        "username 'ann'",
        () -> db.update("User", Map.of("id", bob.text("id"), "username", "ann")));
    db.update("User", Map.of("id", bob.text("id"), "username", "bob", "role", "admin"));
    db.remove("User", Map.of("id", bob.text("id")));
    user("bob");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          username | 5                        | 5
          logins   | 12                       | 12
          logins   | -1.5e3                   | -1500
          logins   | 0.1                      | 0.1
          active   | 1                        | true
          active   | false                    | false
          since    | 2025-01-02T03:04:05Z     | 2025-01-02T03:04:05.000Z
          since    | 2025-01-02T03:04:05+01:00| 2025-01-02T02:04:05.000Z
          since    | 2025-01-02T03:04:05.6789Z| 2025-01-02T03:04:05.678Z
          """)
  void valuesTakeTheTypeOfTheirField(String field, String given, String kept) {
    var values = new HashMap<String, Object>(Map.of("username", "x"));
    values.put(field, given);
    var item = db.create("User", values);
    assertThat(item.text(field)).isEqualTo(kept);
    reopen();
    assertThat(db.get("User", item.key())).contains(item);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          logins   | twelve     | User.logins is 'twelve'; expected a number
          logins   | 1e999      | expected a number
          active   | yes        | expected true or false
          since    | 2025-01-02 | expected a date such as
          role     | owner      | User.role is 'owner'; expected one of user, admin, super
          settings | dark       | expected an object
          tags     | one        | expected a list
          password | x          |
          """)
  void valuesThatDoNotFitAreRefusedWithTheirField(String field, String given, String message) {
    var values = new HashMap<String, Object>(Map.of("username", "x"));
    values.put(field, given);
    if (message == null) {
      assertThat(db.create("User", values).text(field)).isEqualTo(given);
      return;
    }
    assertThatThrownBy(() -> db.create("User", values))
        .hasMessageContaining(message)
        .extracting(e -> ((DbException) e).field())
        .isEqualTo(field);
    assertThat(db.count(Query.of("User"))).isZero();
  }

  @Test
  void whatIsRequiredMustBeThere() {
    assertRefused(
        Reason.INVALID,
        "User.username is missing",
        () -> db.create("User", Map.of("role", "user")));
    var ann = user("ann");
    var nothing = new HashMap<String, Object>(Map.of("id", ann.text("id")));
    nothing.put("username", null);
    assertRefused(
        Reason.INVALID, "User.username is missing", () -> db.commit(Write.update("User", nothing)));
  }

  @Test
  void unknownNamesAreRefused() {
    assertRefused(
        Reason.UNKNOWN_MODEL,
        "there is no model 'Prot'; there are Command, Event, Loose, Port, User",
        () -> db.create("Prot", Map.of()));
    assertRefused(Reason.UNKNOWN_MODEL, "'Cloudy'", () -> db.get("Cloudy", "x"));
    assertRefused(Reason.UNKNOWN_INDEX, "'by'", () -> db.find(Query.of("User").by("by")));
    assertRefused(
        Reason.INVALID,
        "User has no field 'rolle'",
        () -> db.find(Query.of("User").match("rolle", "user")));
    assertRefused(
        Reason.INCOMPLETE_KEY,
        "the key of User is 'user#${id}' and 'id' is missing",
        () -> db.update("User", Map.of("role", "admin")));
  }

  @Test
  void updateMergesObjectsAndReplacesTheRest() {
    var ann =
        db.create(
            "User",
            Map.of(
                "username",
                "ann",
                "logins",
                1,
                "settings",
                Map.of("a", 1, "in", Map.of("x", 1, "y", 2), "list", List.of(1, 2))));
    fixture.clock.advance(Duration.ofMinutes(1));
    var id = ann.text("id");

    var changed =
        db.commit(
                new Write.Update(
                    "User",
                    Map.of(
                        "id",
                        id,
                        "role",
                        "admin",
                        "settings",
                        Map.of("in", Map.of("y", 3), "list", List.of(9))),
                    Set.of("logins", "settings.a"),
                    new Condition.Any(),
                    false))
            .item();

    assertThat(changed.values())
        .containsEntry("settings", Map.of("in", Map.of("x", 1L, "y", 3L), "list", List.of(9L)))
        .containsEntry("label", "admin:ann")
        .containsEntry("created", "2026-11-22T12:00:00.000Z")
        .containsEntry("updated", "2026-11-22T12:01:00.000Z")
        .doesNotContainKey("logins");
    reopen();
    assertThat(db.get("User", ann.key())).contains(changed);
    assertRefused(
        Reason.MISSING, "there is no Port 'port#x'", () -> db.update("Port", Map.of("name", "x")));
    var made =
        db.commit(
            new Write.Update("Port", Map.of("name", "x"), Set.of(), new Condition.Any(), true));
    assertThat(made.item().text("name")).isEqualTo("x");
  }

  @Test
  void putReplacesTheWholeItemAndKeepsWhenItWasMade() {
    var ann = db.create("User", Map.of("username", "ann", "logins", 3));
    fixture.clock.advance(Duration.ofMinutes(1));
    var replaced = db.put("User", Map.of("id", ann.text("id"), "username", "ann"));
    assertThat(replaced.values())
        .doesNotContainKey("logins")
        .containsEntry("created", "2026-11-22T12:00:00.000Z")
        .containsEntry("updated", "2026-11-22T12:01:00.000Z");
    assertThat(db.count(Query.of("User"))).isEqualTo(1);
  }

  @Test
  void conditionsAreCheckedInTheCommit() {
    var first = db.create("Port", Map.of("name", "a", "speed", 1));
    var second = db.update("Port", Map.of("name", "a", "speed", 2));
    Map<String, Object> values = Map.of("name", "a", "speed", 3L);
    for (var condition :
        List.of(
            new Condition.Version(first.sequence()),
            new Condition.Absent(),
            new Condition.Fits(Filter.equal("speed", 1)))) {
      assertRefused(
          Reason.CONFLICT,
          "Port 'port#a' is version " + second.sequence(),
          () -> db.commit(new Write.Update("Port", values, Set.of(), condition, false)));
    }
    assertRefused(
        Reason.CONFLICT,
        "Port 'port#b' is missing",
        () -> db.commit(new Write.Remove("Port", Map.of("name", "b"), new Condition.Present())));
    db.commit(
        new Write.Update(
            "Port", values, Set.of(), new Condition.Version(second.sequence()), false));
    assertThat(db.get("Port", "port#a").orElseThrow().integer("speed")).isEqualTo(3);
  }

  @Test
  void commitIsDoneAsAWholeOrNotAtAll() {
    db.create("Port", Map.of("name", "old"));
    var sequence = db.sequence();
    assertRefused(
        Reason.MISSING,
        "port#nowhere",
        () ->
            db.commit(
                List.of(
                    Write.create("Port", Map.of("name", "new")),
                    Write.remove("Port", Map.of("name", "old")),
                    Write.update("Port", Map.of("name", "nowhere"))),
                Origin.LOCAL));
    assertThat(db.sequence()).isEqualTo(sequence);
    assertThat(db.find(Query.of("Port")).items()).extracting(Item::key).containsExactly("port#old");

    var commit =
        db.commit(
            List.of(
                Write.create("Port", Map.of("name", "new")),
                Write.update("Port", Map.of("name", "new", "speed", 2)),
                Write.remove("Port", Map.of("name", "old"))),
            Origin.SYSTEM);

    assertThat(commit.changes()).hasSize(3).allMatch(c -> c.sequence() == sequence + 1);
    reopen();
    assertThat(db.find(Query.of("Port")).items())
        .singleElement()
        .matches(i -> i.integer("speed") == 2 && i.origin() == Origin.SYSTEM);
  }

  @Test
  void snapshotStaysAsItWas() {
    db.create("Port", Map.of("name", "a"));
    var snapshot = db.snapshot();
    db.create("Port", Map.of("name", "b"));
    db.remove("Port", Map.of("name", "a"));

    assertThat(snapshot.find(Query.of("Port")).items())
        .extracting(Item::key)
        .containsExactly("port#a");
    assertThat(snapshot.sequence()).isEqualTo(1);
    assertThat(db.find(Query.of("Port")).items()).extracting(Item::key).containsExactly("port#b");
  }

  @Test
  void pagesCoverEverythingOnceWhateverIsRemovedMeanwhile() {
    for (var i = 0; i < 120; i++) {
      db.create("Port", Map.of("name", "%03d".formatted(i), "speed", i % 4));
      db.create("Event", Map.of("text", "e" + i));
    }
    for (var reverse : List.of(false, true)) {
      var query = Query.of("Port").match("speed", 2).limit(7);
      query = reverse ? query.reversed() : query;
      var found = new ArrayList<String>();
      for (var page = db.find(query); ; page = db.find(query.next(page.next()))) {
        page.items().forEach(i -> found.add(i.text("name")));
        if (page.next() == null) {
          break;
        }
        assertThat(page.items()).hasSize(7);
      }
      assertThat(found).hasSize(30).doesNotHaveDuplicates();
      assertThat(found)
          .isSortedAccordingTo(reverse ? Collections.reverseOrder() : (a, b) -> a.compareTo(b));
    }
    var page = db.find(Query.of("Port").limit(10));
    db.remove("Port", Map.of("name", "009"));
    assertThat(db.find(Query.of("Port").limit(2).next(page.next())).items())
        .extracting(i -> i.text("name"))
        .containsExactly("010", "011");
    assertThat(db.find(Query.of("Port")).items()).hasSize(50); // limits.page
    assertRefused(
        Reason.INVALID, "'?' is no token of a page", () -> db.find(Query.of("Port").next("?")));
  }

  @Test
  void findsByKeyPrefixRangeIndexAndFilter() {
    for (var name : List.of("eth0", "eth1", "eth10", "wlan0")) {
      db.create("Port", Map.of("name", name, "speed", name.length()));
    }
    for (var name : List.of("dan", "ann", "bob")) {
      db.create("User", Map.of("username", name, "role", name.equals("bob") ? "user" : "admin"));
    }
    assertThat(names(Query.of("Port").match("name", "eth1"))).containsExactly("eth1");
    assertThat(names(Query.of("Port").prefix("port#eth1"))).containsExactly("eth1", "eth10");
    assertThat(names(Query.of("Port").prefix("port#eth1").reversed()))
        .containsExactly("eth10", "eth1");
    assertThat(names(Query.of("Port").prefix("p"))).hasSize(4);
    assertThat(names(Query.of("Port").prefix("q"))).isEmpty();
    assertThat(names(Query.of("Port").range(new Query.Range("", "port#eth1", "port#wlan0"))))
        .containsExactly("eth1", "eth10");
    assertThat(
            names(
                Query.of("Port").range(new Query.Range("", "port#eth1", "port#wlan0")).reversed()))
        .containsExactly("eth10", "eth1");
    assertThat(
            names(
                Query.of("Port")
                    .where(new Filter.Compare("speed", Filter.Operator.GREATER, 4))
                    .where(new Filter.Not(Filter.equal("name", "wlan0")))))
        .containsExactly("eth10");
    assertThat(names(Query.of("Port").match("sk", "port#eth0"))).containsExactly("eth0");

    var admins = Query.of("User").by("byRole").match("role", "admin");
    assertThat(db.find(admins).items())
        .extracting(i -> i.text("username"))
        .containsExactly("ann", "dan");
    assertThat(db.find(admins.limit(1).reversed()).items())
        .extracting(i -> i.text("username"))
        .containsExactly("dan");
    var next = db.find(admins.limit(1)).next();
    assertThat(db.find(admins.limit(1).next(next)).items())
        .extracting(i -> i.text("username"))
        .containsExactly("dan");
    assertThat(db.find(admins.prefix("d")).items()).hasSize(1);
    assertRefused(
        Reason.INVALID,
        "index 'byRole' needs 'role' to be matched",
        () -> db.find(Query.of("User").by("byRole")));
    assertThat(db.count(Query.of("Port").limit(1))).isEqualTo(4);
  }

  private List<String> names(Query query) {
    return db.find(query).items().stream().map(i -> i.text("name")).toList();
  }

  @Test
  void expiredItemsAreNotSeenAndThenRemoved() {
    var soon = Fixture.NOON.plusSeconds(60);
    var event = db.create("Event", Map.of("text", "x", "expires", soon));
    var forever = db.create("Event", Map.of("text", "y"));
    var commits = commits();
    assertThat(db.get("Event", event.key())).isPresent();

    fixture.clock.advance(Duration.ofSeconds(60));
    assertThat(db.get("Event", event.key())).isEmpty();
    assertThat(db.find(Query.of("Event")).items()).containsExactly(forever);
    assertThat(db.status().items()).isEqualTo(2);
    assertThat(db.remove("Event", Map.of("id", event.text("id")))).isFalse();

    db.expire();
    assertThat(db.status().items()).isEqualTo(1);
    eventually(() -> assertThat(commits).hasSize(1));
    assertThat(commits.getFirst().changes().getFirst())
        .isInstanceOfSatisfying(
            Change.Removed.class,
            removed -> {
              assertThat(removed.origin()).isEqualTo(Origin.SYSTEM);
              assertThat(removed.before()).isEqualTo(event);
            });
    reopen();
    assertThat(db.status().items()).isEqualTo(1);
  }

  private List<Commit> commits(String... models) {
    var commits = Collections.synchronizedList(new ArrayList<Commit>());
    db.announcer().add(commits::add, Set.of(models));
    return commits;
  }

  @Test
  void triggersHearOfCommitsInOrderWithTheirOrigin() {
    var all = commits();
    var ports = commits("Port");
    db.announcer()
        .add(
            commit -> {
              // One that fails, and one that writes, must not disturb the others.
              if (commit.changes().getFirst().model().equals("User")) {
                db.put("Port", Map.of("name", "of " + commit.sequence()));
              }
              throw new IllegalStateException("for the log");
            },
            Set.of());
    user("ann");
    db.commit(List.of(Write.put("Port", Map.of("name", "a"))), Origin.REMOTE);
    db.remove("Port", Map.of("name", "a"));
    db.remove("Port", Map.of("name", "a")); // nothing to do, nothing to tell

    eventually(() -> assertThat(all).hasSize(4));
    assertThat(all).extracting(Commit::sequence).containsExactly(1L, 2L, 3L, 4L);
    eventually(() -> assertThat(ports).hasSize(3));
    assertThat(all.stream().filter(c -> c.origin() == Origin.REMOTE)).hasSize(1);
  }

  @Test
  void feedHasTheLatestChangeOfEachSynchronisedItem() {
    db.create("Port", Map.of("name", "a"));
    user("not synchronised");
    for (var i = 0; i < 10; i++) {
      db.put("Port", Map.of("name", "b", "speed", i));
    }
    db.update("Port", Map.of("name", "a", "speed", 1));
    var known = db.sequence();
    db.commit(
        List.of(
            Write.put("Port", Map.of("name", "c")),
            Write.put("Port", Map.of("name", "d")),
            Write.remove("Port", Map.of("name", "b"))),
        Origin.LOCAL);

    assertThat(db.changes(0, 100))
        .extracting(Change::key)
        .containsExactly("port#a", "port#b", "port#c", "port#d");
    assertThat(db.changes(0, 100))
        .extracting(c -> c instanceof Change.Removed)
        .containsExactly(false, true, false, false);
    // A commit is not split.
    assertThat(db.changes(known, 1)).hasSize(3);
    assertThat(db.changes(0, 1)).extracting(Change::key).containsExactly("port#a");
    assertThat(db.changes(db.sequence(), 10)).isEmpty();
    reopen();
    assertThat(db.changes(known, 1)).hasSize(3);

    db.forget(db.sequence());
    assertThat(db.changes(db.sequence() - 1, 100)).isEmpty();
    assertThat(db.changes(0, 100)).hasSize(3);
    assertRefused(Reason.FEED_LOST, "asked for those after 1", () -> db.changes(1, 100));
    reopen();
    assertRefused(Reason.FEED_LOST, "asked for those after 1", () -> db.changes(1, 100));
  }

  @Test
  void removalsBeyondTheirLimitAreLostToTheFeed() {
    for (var i = 0; i < 110; i++) {
      db.put("Port", Map.of("name", "p" + i));
    }
    var known = db.sequence();
    for (var i = 0; i < 101; i++) {
      db.remove("Port", Map.of("name", "p" + i));
    }
    assertRefused(Reason.FEED_LOST, "", () -> db.changes(known, 10));
    assertThat(db.changes(known + 1, 1000)).hasSize(100);
  }

  @Test
  void newerVersionFromElsewhereWins() {
    var port = db.create("Port", Map.of("name", "a", "speed", 1));
    var older = new Stamp(port.stamp().millis() - 1, 0, "cloud");
    var newer = new Stamp(port.stamp().millis() + 60_000, 7, "cloud");
    assertThat(accept(older, 2).changes()).isEmpty();
    assertThat(accept(newer, 3).item())
        .matches(i -> i.stamp().equals(newer) && i.origin() == Origin.REMOTE)
        .matches(i -> i.values().equals(Map.of("name", "a", "speed", 3L, "extra", "kept")));
    assertThat(accept(newer, 4).changes()).isEmpty();
    // What is written here now is newer still, although the clock here is behind.
    var here = db.update("Port", Map.of("name", "a", "speed", 5));
    assertThat(here.stamp()).isGreaterThan(newer);
    assertThat(here.values()).containsEntry("extra", "kept");
    reopen();
    assertThat(db.update("Port", Map.of("name", "a", "speed", 6)).stamp())
        .isGreaterThan(here.stamp());

    assertThat(removal(newer).changes()).isEmpty();
    var last = new Stamp(newer.millis() + 60_000, 0, "cloud");
    assertThat(removal(last).changes()).hasSize(1);
    assertThat(accept(newer, 9).changes()).isEmpty(); // removed since
    assertThat(db.get("Port", "port#a")).isEmpty();
  }

  private Commit accept(Stamp stamp, long speed) {
    return db.commit(
        List.of(
            new Write.Accept(
                "Port",
                "port#a",
                stamp,
                Map.of("name", "a", "speed", speed, "extra", "kept", "sk", "port#a", "pk", "x"))),
        Origin.REMOTE);
  }

  private Commit removal(Stamp stamp) {
    return db.commit(List.of(new Write.AcceptRemoval("Port", "port#a", stamp)), Origin.REMOTE);
  }

  @Test
  void whatIsTooLargeIsRefused() {
    assertRefused(Reason.TOO_LARGE, "expected 4096 at most", () -> user("x".repeat(5000)));
    assertRefused(
        Reason.TOO_LARGE,
        "more than 1024 bytes",
        () -> db.create("Port", Map.of("name", "ä".repeat(600))));
    assertRefused(
        Reason.TOO_LARGE,
        "a commit of 101 writes",
        () ->
            db.commit(
                Collections.nCopies(101, Write.put("Port", Map.of("name", "a"))), Origin.LOCAL));
    assertRefused(
        Reason.INVALID, "is no Unicode text", () -> db.put("Port", Map.of("name", "\ud800")));
    assertThat(db.put("Port", Map.of("name", "😀")).key()).isEqualTo("port#😀");
  }

  @Test
  void databaseOverItsLimitStillShrinks() {
    var small =
        fixture.open(
            folder.resolve("small"), new Limits(1024, 4096, 3, 1 << 20, 100, 50, 100, 1000));
    for (var i = 0; i < 3; i++) {
      small.create("Port", Map.of("name", "p" + i));
    }
    assertRefused(
        Reason.FULL, "there are 3 items", () -> small.create("Port", Map.of("name", "p3")));
    small.remove("Port", Map.of("name", "p0"));
    small.create("Port", Map.of("name", "p3"));
    small.close();
  }

  @Test
  void changedSchemaIsPutInForceAndABadOneIsNot() throws Exception {
    var port = db.create("Port", Map.of("name", "a"));
    user("ann");
    fixture.write(Fixture.SCHEMA.replace("speed: { type: 'number' }", "speed: { type: 'numb' }"));
    Files.setLastModifiedTime(fixture.schema, FileTime.fromMillis(1_000_000));
    eventually(() -> assertThat(db.model("Port").orElseThrow().field("speed")).isPresent());

    // Ports are gone from the schema, users have a field more.
    fixture.write(
        Fixture.SCHEMA
            .replaceFirst("(?s)Port: \\{\\s+sk.*?\\n    \\},", "")
            .replace("active: {", "level: { type: 'number', default: 3 }, active: {"));
    Files.setLastModifiedTime(fixture.schema, FileTime.fromMillis(2_000_000));
    eventually(() -> assertThat(db.model("Port")).isEmpty());
    assertThat(user("bob").integer("level")).isEqualTo(3);

    fixture.write(Fixture.SCHEMA);
    reopen();
    assertThat(db.get("Port", port.key())).contains(port);
    assertThat(db.count(Query.of("User"))).isEqualTo(2);
  }

  @Test
  void emptyDatabaseBeginsWithTheSeed() throws Exception {
    Files.writeString(fixture.seed, "{Port: [{name: 'a'}, {name: 'b'}], User: [{username: 'x'}]}");
    reopen();
    assertThat(db.find(Query.of("Port")).items())
        .allMatch(i -> i.origin() == Origin.SYSTEM)
        .hasSize(2);
    user("ann");
    reopen();
    assertThat(db.status().items()).isEqualTo(4);
    reopen();
    assertThat(db.status().items()).isEqualTo(4);

    for (var bad : List.of("{Port: {}}", "{Port: [{}]}", "{Prot: [{}]}", "{")) {
      Files.writeString(fixture.seed, bad);
      var other = fixture.open(folder.resolve("other"));
      assertThat(other.status().items()).isZero();
      other.close();
    }
  }

  @Test
  void closedDatabaseSaysSo() {
    db.close();
    assertRefused(Reason.CLOSED, "is closed", () -> db.get("Port", "x"));
    assertRefused(Reason.CLOSED, "is closed", () -> db.create("Port", Map.of("name", "a")));
    db = fixture.open(folder.resolve("db"));
  }
}
