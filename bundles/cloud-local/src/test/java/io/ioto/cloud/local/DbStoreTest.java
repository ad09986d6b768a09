// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.api.cloud.Store;
import io.ioto.api.cloud.Store.Step;
import io.ioto.api.cloud.StoreException;
import io.ioto.db.Databases;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DbStoreTest {
  private static final Path SCHEMA = Path.of("../../runtime-config/cloud/schema.json5");

  @TempDir Path folder;
  private io.ioto.db.Store db;
  private Store store;

  @BeforeEach
  void open() {
    db = Databases.open(folder.resolve("db"), SCHEMA);
    store = new DbStore(db);
  }

  @AfterEach
  void close() {
    db.close();
  }

  private long put(String kind, String key, String value, long expected) {
    return store.commit(List.of(new Step.Put(kind, key, Map.of("v", value), expected)));
  }

  @Test
  void whatWasCommittedIsThereAfterReopening() {
    var version = put("device", "D1", "one", Store.ABSENT);
    db.close();
    open();

    assertThat(store.get("device", "D1"))
        .contains(new Store.Entry("device", "D1", version, Map.of("v", "one")));
    assertThat(store.get("product", "D1")).isEmpty();
  }

  @Test
  void recordOfAnotherVersionThanExpectedIsAConflictAndNothingIsDone() {
    var first = put("device", "D1", "one", Store.ABSENT);
    put("device", "D1", "two", first);

    assertThatThrownBy(
            () ->
                store.commit(
                    List.of(
                        new Step.Put("device", "D2", Map.of(), Store.ANY),
                        new Step.Put("device", "D1", Map.of(), first))))
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.CONFLICT));
    assertThatThrownBy(() -> put("device", "D1", "three", Store.ABSENT))
        .isInstanceOf(StoreException.class);
    assertThat(store.get("device", "D2")).isEmpty();
    assertThat(store.get("device", "D1").orElseThrow().text("v")).isEqualTo("two");
  }

  @Test
  void recordsComeInTheOrderOfTheirKeysPageByPage() {
    for (var key : List.of("D1/b", "D1/a", "D10/a", "D2/a", "D1/c")) {
      put("item", key, key, Store.ABSENT);
    }

    assertThat(store.list("item", "D1/", "", 2))
        .extracting(Store.Entry::key)
        .containsExactly("D1/a", "D1/b");
    assertThat(store.list("item", "D1/", "D1/b", 2))
        .extracting(Store.Entry::key)
        .containsExactly("D1/c");
    assertThat(store.list("item", "", "", 10)).hasSize(5);
  }

  @Test
  void changesComeInTheirOrderOnceEachAndCommitsWhole() {
    var known = put("item", "D1/a", "1", Store.ABSENT);
    IntStream.range(0, 700).forEach(i -> put("item", "D2/" + i, "other", Store.ABSENT));
    put("item", "D1/b", "2", Store.ABSENT);
    put("item", "D1/a", "3", Store.ANY);
    store.commit(
        IntStream.range(0, 5)
            .<Step>mapToObj(i -> new Step.Put("item", "D1/x" + i, Map.of(), Store.ABSENT))
            .toList());
    put("item", "D1/gone", "4", Store.ABSENT);
    store.commit(List.of(new Step.Remove("item", "D1/gone", Store.ANY)));

    assertThat(store.changes("item", "D1/", known, 2))
        .extracting(Store.Entry::key)
        .containsExactly("D1/b", "D1/a");
    assertThat(store.changes("item", "D1/", known, 3))
        .extracting(Store.Entry::key)
        .containsExactly("D1/b", "D1/a", "D1/x0", "D1/x1", "D1/x2", "D1/x3", "D1/x4");
    assertThat(
            store.changes("item", "D1/", store.changes("item", "", 0, 1000).getLast().version(), 9))
        .isEmpty();
  }

  @Test
  void schemaWithoutTheModelIsNamed() throws Exception {
    var schema = Files.writeString(folder.resolve("s.json5"), "{ models: { Port: { id: {} } } }");
    var other = Databases.open(folder.resolve("other"), schema);

    assertThatThrownBy(() -> new DbStore(other)).hasMessageContaining("no model 'Record'");
    other.close();
  }
}
