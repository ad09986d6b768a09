// SPDX-License-Identifier: Apache-2.0
package io.ioto.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.api.db.Change;
import io.ioto.api.db.Commit;
import io.ioto.api.db.Db;
import io.ioto.api.db.DbException;
import io.ioto.api.db.Field;
import io.ioto.api.db.Item;
import io.ioto.api.db.Model;
import io.ioto.api.db.Origin;
import io.ioto.api.db.Page;
import io.ioto.api.db.Query;
import io.ioto.api.db.Snapshot;
import io.ioto.api.db.Stamp;
import io.ioto.api.db.Status;
import io.ioto.api.db.Write;
import io.ioto.testing.ManualClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DatabasePageTest {
  private static final Status WELL = new Status(true, "", 1234, 56_789, 99_000, 42);

  private final DatabasePage page = new DatabasePage(new ManualClock(Instant.EPOCH));

  @Test
  void saysThatTheDatabaseIsAbsent() {
    assertThat(page.page("/database", Map.of("model", "User")))
        .contains("There is no database in this gateway at present.");
  }

  @Test
  void showsHealthAndModels() {
    page.db = new Users(WELL);

    assertThat(page.page("/database", Map.of()))
        .contains("The database is well.", "1,234", "99,000 bytes", "42")
        .contains("<a href=\"/database?model=User\">User</a>")
        .contains("name, tags")
        .doesNotContain("password");
  }

  @Test
  void saysWhyTheDiskRefusesWrites() {
    page.db = new Users(new Status(false, "No space left on <device>", 1, 1, 1, 1));

    assertThat(page.page("/database", Map.of()))
        .contains("The disk refuses writes")
        .contains("No space left on &lt;device&gt;");
  }

  @Test
  void showsAPageOfItemsWithoutHiddenFields() {
    var db = new Users(WELL);
    page.db = db;

    var first = page.page("/database", Map.of("model", "User"));

    assertThat(first)
        .contains("&lt;b&gt;Ada&lt;/b&gt;", "[&#34;x&#34;]", "1970-01-01T00:00:01Z", "remote")
        .contains("next=place%2B1")
        .doesNotContain("secret")
        .doesNotContain("hush");
    page.page("/database", Map.of("model", "User", "next", "place+1"));
    assertThat(db.asked).extracting(Query::next).containsExactly(null, "place+1");
    assertThat(db.asked).extracting(Query::limit).containsOnly(DatabasePage.ITEMS);
  }

  @Test
  void saysThatThereIsNoSuchModel() {
    page.db = new Users(WELL);

    assertThat(page.page("/database", Map.of("model", "<i>")))
        .contains("There is no model &#39;&lt;i&gt;&#39;.");
  }

  @Test
  void whatTheDatabaseRefusesIsTold() {
    page.db = new Users(WELL);

    assertThat(page.page("/database", Map.of("model", "User", "next", "nonsense")))
        .contains("This cannot be shown at present: no token of a page")
        .doesNotContain("<table");
  }

  /// A database with one user.
  private static final class Users implements Db, Snapshot {
    private static final Model MODEL =
        new Model(
            "User",
            "sk",
            List.of(
                field("sk", true),
                field("name", false),
                field("tags", false),
                field("password", true),
                field("_mark", false)),
            Model.Sync.DOWN);

    final List<Query> asked = new ArrayList<>();
    private final Status status;

    Users(Status status) {
      this.status = status;
    }

    private static Field field(String name, boolean hidden) {
      return new Field(
          name, Field.Type.ANY, false, null, List.of(), null, null, false, hidden, false, true, "");
    }

    @Override
    public Page find(Query query) {
      if ("nonsense".equals(query.next())) {
        throw new DbException(DbException.Reason.INVALID, "no token of a page");
      }
      asked.add(query);
      var item =
          new Item(
              "User",
              "user#1",
              1,
              new Stamp(1_000, 0, "n"),
              Origin.REMOTE,
              null,
              Map.of(
                  "sk",
                  "user#1",
                  "name",
                  "<b>Ada</b>",
                  "tags",
                  List.of("x"),
                  "password",
                  "secret",
                  "_mark",
                  "hush"));
      return new Page(List.of(item), "place+1");
    }

    @Override
    public long count(Query query) {
      return 1;
    }

    @Override
    public List<Model> models() {
      return List.of(MODEL);
    }

    @Override
    public Status status() {
      return status;
    }

    @Override
    public Snapshot snapshot() {
      return this;
    }

    @Override
    public Optional<Item> get(String model, String key) {
      return Optional.empty();
    }

    @Override
    public String key(String model, Map<String, ?> values) {
      return "";
    }

    @Override
    public long sequence() {
      return status.sequence();
    }

    @Override
    public List<Change> changes(long after, int limit) {
      return List.of();
    }

    @Override
    public Commit commit(List<Write> writes, Origin origin) {
      throw new AssertionError("the page writes nothing");
    }

    @Override
    public void forget(long through) {
      throw new AssertionError("the page writes nothing");
    }
  }
}
