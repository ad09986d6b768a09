// SPDX-License-Identifier: Apache-2.0
package io.ioto.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ioto.api.db.Field;
import io.ioto.api.db.Model;
import io.ioto.json.JsonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaTest {
  @Test
  void shippedSchemaIsRight() throws IOException {
    var schema = Schema.read(Path.of("../../runtime-config/schema.json5"));
    assertThat(schema.models())
        .extracting(Model::name)
        .containsExactly("Command", "Device", "Event", "Port", "Store", "SyncState", "User");
    assertThat(schema.kind("User").model().field("password").orElseThrow())
        .matches(f -> f.hidden() && !f.synced());
    assertThat(schema.kind("SyncState").wholeKey(Map.of())).isEqualTo("state#");
  }

  @Test
  void modelTellsWhatTheFileSays() {
    var model = Schema.of(Fixture.SCHEMA).kind("User").model();
    assertThat(model.sync()).isEqualTo(Model.Sync.NONE);
    assertThat(model.fields()).extracting(Field::name).startsWith("sk", "id", "username");
    assertThat(model.field("pk")).isEmpty();
    var role = model.field("role").orElseThrow();
    assertThat(role.options()).containsExactly("user", "admin", "super");
    assertThat(role.fallback()).isEqualTo("user");
    assertThat(model.field("sk").orElseThrow())
        .matches(f -> f.hidden() && "user#${id}".equals(f.template()));
    assertThat(Schema.of(Fixture.SCHEMA).kind("Loose").wholeKey(Map.of("id", "7")))
        .isEqualTo("loose#7");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {models: {}}                                            | schema.json5:1:10: expected at least one model
          {models: {A: {b: {}}}}                                  | schema.json5:1:14: expected the key field 'sk'
          {models: {A: {id: {type: 'text'}}}}                     | schema.json5:1:26: 'text' is no type; expected one of array
          {models: {A: {id: 'string'}}}                           | schema.json5:1:19: expected an object
          {models: {A: {id: {}, sk: {value: 'a', type: 'number'}}}} | schema.json5:1:46: a key or unique field is text
          {models: {A: {sk: {type: 'string', value: '${x}'}}}}    | schema.json5:1:19: '${x}' is no field of A
          {models: {A: {id: {value: 'a${'}}}}                     | schema.json5:1:27: 'a${' has a '${' without
          {models: {A: {id: {required: 1}}}}                      | schema.json5:1:30: expected true or false
          {models: {A: {id: {enum: 'a'}}}}                        | schema.json5:1:26: expected a list of texts
          {models: {A: {id: {generate: 'uuid'}}}}                 | schema.json5:1:30: 'uuid' is no way to make an id
          {models: {A: {id: {type: 'number', default: 'x'}}}}     | schema.json5:1:45: A.id is 'x'; expected a number
          {models: {A: {id: {ttl: true, type: 'string'}}}}        | schema.json5:1:37: a ttl field is a date
          {models: {A: {id: {}}}, process: {A: {sync: 'left'}}}   | schema.json5:1:45: 'left' is no direction
          {indexes: {x: {}}, models: {A: {id: {}}}}               | schema.json5:1:15: expected 'hash'
          {models: {A: {id: {}}                                   | schema.json5:1
          """)
  void whatIsWrongIsToldWithItsPlace(String text, String message) {
    assertThatThrownBy(() -> Schema.of(text))
        .isInstanceOf(JsonException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void otherFilesAreBlendedIn(@TempDir Path folder) throws IOException {
    Files.writeString(
        folder.resolve("schema.json5"),
        "{ blend: ['more.json5'], models: { A: { id: {}, b: { type: 'string' } } } }");
    Files.writeString(
        folder.resolve("more.json5"),
        "{ models: { A: { b: { required: true } }, C: { id: { type: 'string' } } } }");
    var schema = Schema.read(folder.resolve("schema.json5"));
    assertThat(schema.kind("A").model().field("b").orElseThrow().required()).isTrue();
    assertThat(schema.models()).extracting(Model::name).containsExactly("A", "C");
    Files.writeString(folder.resolve("more.json5"), "{ models: {\n C: { id: { type: 'x' } } } }");
    assertThatThrownBy(() -> Schema.read(folder.resolve("schema.json5")))
        .hasMessageStartingWith("more.json5:2:");
  }

  @Test
  void templateIsFilledAsFarAsItGoes() {
    var template = new Template("c#${a}#${b.c}!");
    assertThat(template.resolve(Map.of("a", 1L, "b", Map.of("c", true))))
        .isEqualTo(new Template.Result("c#1#true!", null));
    assertThat(template.resolve(Map.of("a", "x"))).isEqualTo(new Template.Result("c#x#", "b.c"));
    assertThat(template.fields()).isEqualTo(List.of("a", "b"));
  }

  @Test
  void idsAscendWithinAMillisecondToo() {
    var ids = new Ids();
    var made = IntStream.range(0, 10_000).mapToObj(i -> ids.ulid(1_000_000L + i / 5_000)).toList();
    assertThat(made).isSorted().doesNotHaveDuplicates().allMatch(id -> id.length() == 26);
    assertThat(ids.ulid(0)).isGreaterThan(made.getLast());
    assertThat(ids.make("uid", 0)).hasSize(10);
    assertThat(ids.make("uid(4)", 0)).hasSize(4);
  }
}
