// SPDX-License-Identifier: Apache-2.0
package io.ioto.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ioto.api.db.Db;
import io.ioto.api.db.Item;
import io.ioto.api.db.Origin;
import io.ioto.api.db.Query;
import io.ioto.api.db.Write;
import io.ioto.db.Store;
import io.ioto.json.Mapper;
import io.ioto.testing.Sections;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.osgi.framework.BundleContext;

/// A database as the bench uses it: documents under keys, taken and given as maps, and on the disk
/// when a write returns. May be shared between threads.
interface Documents extends AutoCloseable {
  /// One document.
  record Document(String id, Map<String, Object> fields) {}

  String name();

  void insert(Document document);

  /// All or none.
  void insertAll(List<Document> documents);

  Optional<Map<String, Object>> get(String id);

  /// The next documents from a key on.
  List<Map<String, Object>> find(String from, int count);

  /// Changes one field.
  void update(String id, long count);

  @Override
  void close();

  /// Our own, as the gateway runs it, outside of a framework.
  final class Ioto implements Documents {
    private static final String MODEL = "Doc";
    private static final String PREFIX = "doc#";
    private static final String SCHEMA =
        """
        {
          format: 'onetable:1.1.0', version: '1.0.0',
          indexes: { primary: { hash: 'pk', sort: 'sk' } },
          models: { Doc: {
            sk: { type: 'string', value: 'doc#${id}' },
            id: { type: 'string', required: true },
            name: { type: 'string', required: true },
            description: { type: 'string' },
            enable: { type: 'boolean' },
            count: { type: 'number' },
            tags: { type: 'array' },
            place: { type: 'object' },
          } },
        }
        """;

    private final Store store;
    private final Db db;

    Ioto(Path folder) throws IOException {
      Files.writeString(
          Files.createDirectories(folder.resolve("config")).resolve("schema.json5"), SCHEMA);
      var limits = "{limits: {memory: '1gb'}}";
      store =
          new Store(nobody(), Sections.config(Store.Config.class, "io.ioto.db", folder, limits));
      db = store;
    }

    /// A framework in which nobody else is.
    private static BundleContext nobody() {
      var type = BundleContext.class;
      return type.cast(
          Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (_, _, _) -> null));
    }

    @Override
    public String name() {
      return "ioto";
    }

    @Override
    public void insert(Document document) {
      db.create(MODEL, document.fields());
    }

    @Override
    public void insertAll(List<Document> documents) {
      db.commit(
          documents.stream().map(d -> Write.create(MODEL, d.fields())).toList(), Origin.LOCAL);
    }

    @Override
    public Optional<Map<String, Object>> get(String id) {
      return db.get(MODEL, PREFIX + id).map(Item::values);
    }

    @Override
    public List<Map<String, Object>> find(String from, int count) {
      var range = new Query.Range("", PREFIX + from, null);
      return db.find(Query.of(MODEL).range(range).limit(count)).items().stream()
          .map(Item::values)
          .toList();
    }

    @Override
    public void update(String id, long count) {
      db.update(MODEL, Map.of("id", id, "count", count));
    }

    @Override
    public void close() {
      store.close();
    }
  }

  /// JSON text, for engines that keep no documents by themselves.
  final class Text {
    private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};

    private final ObjectMapper mapper = Mapper.create();

    String print(Map<String, Object> fields) {
      try {
        return mapper.writeValueAsString(fields);
      } catch (JsonProcessingException e) {
        throw new UncheckedIOException(e);
      }
    }

    Map<String, Object> read(String text) {
      try {
        return mapper.readValue(text, MAP);
      } catch (JsonProcessingException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /// SQLite with JSON text in a table: write-ahead log, forced with each commit; one connection
  /// with prepared statements, which is the fastest way to use it from many threads.
  final class Sqlite implements Documents {
    private final Text text = new Text();
    private final Connection connection;
    private final PreparedStatement insert;
    private final PreparedStatement get;
    private final PreparedStatement find;
    private final PreparedStatement update;

    Sqlite(Path folder) throws SQLException {
      connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("peer.sqlite"));
      try (var statement = connection.createStatement()) {
        statement.execute("PRAGMA journal_mode=WAL");
        statement.execute("PRAGMA synchronous=FULL");
        statement.execute("CREATE TABLE doc (id TEXT PRIMARY KEY, body TEXT) WITHOUT ROWID");
      }
      insert = connection.prepareStatement("INSERT INTO doc VALUES (?, ?)");
      get = connection.prepareStatement("SELECT body FROM doc WHERE id = ?");
      find = connection.prepareStatement("SELECT body FROM doc WHERE id >= ? ORDER BY id LIMIT ?");
      update =
          connection.prepareStatement(
              "UPDATE doc SET body = json_set(body, '$.count', ?) WHERE id = ?");
    }

    @Override
    public String name() {
      return "sqlite";
    }

    @Override
    public void insert(Document document) {
      var body = text.print(document.fields());
      synchronized (this) {
        try {
          insertOne(document.id(), body);
        } catch (SQLException e) {
          throw new IllegalStateException(e);
        }
      }
    }

    private void insertOne(String id, String body) throws SQLException {
      insert.setString(1, id);
      insert.setString(2, body);
      insert.executeUpdate();
    }

    @Override
    public synchronized void insertAll(List<Document> documents) {
      try {
        connection.setAutoCommit(false);
        for (var document : documents) {
          insertOne(document.id(), text.print(document.fields()));
        }
        connection.commit();
        connection.setAutoCommit(true);
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public synchronized Optional<Map<String, Object>> get(String id) {
      try {
        get.setString(1, id);
        return bodies(get).stream().findFirst();
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public synchronized List<Map<String, Object>> find(String from, int count) {
      try {
        find.setString(1, from);
        find.setInt(2, count);
        return bodies(find);
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    private List<Map<String, Object>> bodies(PreparedStatement statement) throws SQLException {
      var bodies = new ArrayList<Map<String, Object>>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          bodies.add(text.read(rows.getString(1)));
        }
      }
      return bodies;
    }

    @Override
    public synchronized void update(String id, long count) {
      try {
        update.setLong(1, count);
        update.setString(2, id);
        update.executeUpdate();
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() {
      try {
        connection.close();
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /// The storage engine of H2 with JSON text in a map, committed and forced with each write.
  final class Mv implements Documents {
    private final Text text = new Text();
    private final MVStore store;
    private final MVMap<String, String> map;

    Mv(Path folder) {
      store =
          new MVStore.Builder()
              .fileName(folder.resolve("peer.mv").toString())
              .autoCommitDisabled()
              .open();
      map = store.openMap("doc");
    }

    @Override
    public String name() {
      return "mvstore";
    }

    /// A commit alone writes, and forces nothing.
    private void force() {
      store.commit();
      store.sync();
    }

    @Override
    public void insert(Document document) {
      map.put(document.id(), text.print(document.fields()));
      force();
    }

    @Override
    public void insertAll(List<Document> documents) {
      for (var document : documents) {
        map.put(document.id(), text.print(document.fields()));
      }
      force();
    }

    @Override
    public Optional<Map<String, Object>> get(String id) {
      return Optional.ofNullable(map.get(id)).map(text::read);
    }

    @Override
    public List<Map<String, Object>> find(String from, int count) {
      var found = new ArrayList<Map<String, Object>>();
      for (var cursor = map.cursor(from); found.size() < count && cursor.hasNext(); ) {
        cursor.next();
        found.add(text.read(cursor.getValue()));
      }
      return found;
    }

    @Override
    public void update(String id, long count) {
      var fields = get(id).orElseThrow();
      fields.put("count", count);
      map.put(id, text.print(fields));
      force();
    }

    @Override
    public void close() {
      store.close();
    }
  }
}
