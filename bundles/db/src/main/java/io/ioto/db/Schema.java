// SPDX-License-Identifier: Apache-2.0
package io.ioto.db;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ioto.api.db.DbException;
import io.ioto.api.db.Field;
import io.ioto.api.db.Model;
import io.ioto.json.Blend;
import io.ioto.json.BlendException;
import io.ioto.json.Document;
import io.ioto.json.Json5;
import io.ioto.json.JsonException;
import io.ioto.json.Location;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The models of `schema.json5`. Immutable.
final class Schema {
  /// An index beside the primary one, of the items that have its fields as text.
  ///
  /// @param hash field whose value a query names
  /// @param sort field that orders; null for the key
  record Index(String name, String hash, @Nullable String sort) {}

  private static final Logger log = LoggerFactory.getLogger(Schema.class);
  private static final Set<String> TOP =
      Set.of(
          "format",
          "version",
          "description",
          "blend",
          "indexes",
          "params",
          "process",
          "control",
          "models",
          "queries",
          "items",
          "extensions");
  private static final Set<String> ATTRIBUTES =
      Set.of(
          "type",
          "value",
          "default",
          "generate",
          "required",
          "enum",
          "ttl",
          "hidden",
          "unique",
          "sync",
          "description",
          "notes",
          "validate",
          "crypt",
          "map",
          "items",
          "schema",
          "partial",
          "encode",
          "isoDates",
          "nulls",
          "scope",
          "reference",
          "filter",
          "timestamp",
          "readonly",
          "private",
          "role",
          "drop");
  private static final Map<String, Field.Type> TYPES =
      Map.of(
          "string", Field.Type.STRING,
          "number", Field.Type.NUMBER,
          "boolean", Field.Type.BOOLEAN,
          "date", Field.Type.DATE,
          "object", Field.Type.OBJECT,
          "array", Field.Type.ARRAY,
          "set", Field.Type.ARRAY,
          "binary", Field.Type.BINARY,
          "buffer", Field.Type.BINARY);

  private final List<Document> documents;
  private final Map<String, Kind> kinds = new TreeMap<>();
  private final List<Index> indexes = new ArrayList<>();
  private final String hash;
  private final String sort;
  private final String type;

  /// Reads a file and those it names in `blend`.
  ///
  /// @throws JsonException when one of them is wrong, with its place
  static Schema read(Path file) throws IOException {
    var main = Json5.document(file);
    var documents = new ArrayList<>(List.of(main));
    for (var include : main.root().path("blend")) {
      documents.add(Json5.document(file.resolveSibling(include.asText())));
    }
    return new Schema(documents);
  }

  static Schema of(String text) {
    return new Schema(List.of(Json5.document(text, "schema.json5")));
  }

  private Schema(List<Document> documents) {
    this.documents = documents;
    var root = merged();
    root.fieldNames()
        .forEachRemaining(
            name -> {
              if (!TOP.contains(name)) {
                log.warn("{}: '{}' means nothing in a schema", at("/" + name), name);
              }
            });
    var primary = root.path("indexes").path("primary");
    hash = primary.path("hash").asText("");
    sort = primary.path("sort").asText("sk");
    type = root.path("params").path("typeField").asText("_type");
    root.path("indexes").properties().forEach(e -> index(e.getKey(), e.getValue()));
    var models = root.path("models");
    if (!models.isObject() || models.isEmpty()) {
      throw wrong("/models", "expected at least one model");
    }
    var process = root.has("process") ? root.path("process") : root.path("control");
    process
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!models.has(name)) {
                log.warn("{}: there is no model '{}'", at("/process/" + name), name);
              }
            });
    models
        .properties()
        .forEach(
            e -> {
              var control = process.path(e.getKey());
              if (!control.path("enable").asText("both").equals("cloud")) {
                kinds.put(e.getKey(), kind(e.getKey(), e.getValue(), control));
              }
            });
  }

  private ObjectNode merged() {
    if (!(documents.getFirst().root().deepCopy() instanceof ObjectNode root)) {
      throw wrong("", "expected an object");
    }
    for (var document : documents.subList(1, documents.size())) {
      if (!(document.root() instanceof ObjectNode overlay)) {
        throw new JsonException(document.at(""), "expected an object");
      }
      try {
        Blend.combine(root, overlay);
      } catch (BlendException e) {
        throw new JsonException(document.at(""), String.valueOf(e.getMessage()));
      }
    }
    return root;
  }

  private void index(String name, JsonNode index) {
    var place = "/indexes/" + name;
    if (name.equals("primary")) {
      return;
    }
    if (!index.path("hash").isTextual()) {
      throw wrong(place, "expected 'hash', the field whose value a query names");
    }
    indexes.add(
        new Index(
            name,
            index.path("hash").asText(),
            index.has("sort") ? index.path("sort").asText() : null));
  }

  private Kind kind(String name, JsonNode fields, JsonNode control) {
    var place = "/models/" + name;
    if (!fields.isObject()) {
      throw wrong(place, "expected an object of fields");
    }
    var columns = new LinkedHashMap<String, Column>();
    fields
        .properties()
        .forEach(
            e -> {
              if (!e.getKey().equals(hash) && !e.getKey().equals(type)) {
                var column = column(name, e.getKey(), e.getValue(), place + "/" + e.getKey());
                columns.put(e.getKey(), column);
              }
            });
    var key = columns.get(sort);
    if (key == null) {
      if (!columns.containsKey("id")) {
        throw wrong(place, "expected the key field '%s', or 'id' to make it from".formatted(sort));
      }
      key = keyColumn(name, new Template(name.toLowerCase(Locale.ROOT) + "#${id}"));
      columns.putFirst(sort, key);
    }
    for (var column : columns.values()) {
      for (var used : column.template() == null ? List.<String>of() : column.template().fields()) {
        if (!columns.containsKey(used)) {
          throw wrong(
              place + "/" + column.name(), "'${%s}' is no field of %s".formatted(used, name));
        }
      }
    }
    var template = key.template() == null ? new Template("${" + sort + "}") : key.template();
    var sync = sync(control.path("sync"), "/process/" + name + "/sync");
    var model =
        new Model(name, key.name(), columns.values().stream().map(Column::field).toList(), sync);
    return new Kind(model, columns, key, template);
  }

  private Column keyColumn(String model, Template template) {
    var field =
        new Field(
            sort,
            Field.Type.STRING,
            false,
            null,
            List.of(),
            template.toString(),
            null,
            false,
            true,
            false,
            true,
            "");
    return new Column(model, field, template);
  }

  private Column column(String model, String name, JsonNode field, String place) {
    if (!field.isObject()) {
      throw wrong(place, "expected an object, such as { type: 'string' }");
    }
    field
        .fieldNames()
        .forEachRemaining(
            attribute -> {
              if (!ATTRIBUTES.contains(attribute)) {
                log.warn(
                    "{}: '{}' means nothing in a field", at(place + "/" + attribute), attribute);
              }
            });
    var typed = field.path("type").asText("");
    var kind = typed.isEmpty() ? Field.Type.ANY : TYPES.get(typed);
    if (kind == null) {
      throw wrong(
          place + "/type",
          "'%s' is no type; expected one of %s"
              .formatted(typed, String.join(", ", new TreeMap<>(TYPES).keySet())));
    }
    var key = name.equals(sort);
    if ((key || flag(field, "unique", place)) && kind != Field.Type.STRING) {
      throw wrong(place + "/type", "a key or unique field is text; expected 'string'");
    }
    if (flag(field, "ttl", place) && kind != Field.Type.DATE) {
      throw wrong(place + "/type", "a ttl field is a date; expected 'date'");
    }
    var made =
        new Field(
            name,
            kind,
            flag(field, "required", place),
            null,
            options(field.path("enum"), place + "/enum"),
            field.has("value") ? field.path("value").asText() : null,
            generate(field.path("generate"), place + "/generate"),
            flag(field, "ttl", place),
            key || flag(field, "hidden", place),
            flag(field, "unique", place),
            !field.path("sync").asText("").equals("none"),
            field.path("description").asText(""));
    var column = new Column(model, made, template(field.path("value"), place + "/value"));
    return field.has("default") ? withDefault(column, field.path("default"), place) : column;
  }

  private Column withDefault(Column column, JsonNode node, String place) {
    var field = column.field();
    try {
      var fallback = Trees.value(node);
      return new Column(
          column.model(),
          new Field(
              field.name(),
              field.type(),
              field.required(),
              fallback == null ? null : column.coerce(fallback),
              field.options(),
              field.template(),
              field.generate(),
              field.ttl(),
              field.hidden(),
              field.unique(),
              field.synced(),
              field.description()),
          column.template());
    } catch (DbException | IllegalArgumentException e) {
      throw wrong(place + "/default", String.valueOf(e.getMessage()));
    }
  }

  private boolean flag(JsonNode field, String name, String place) {
    var flag = field.path(name);
    if (!flag.isMissingNode() && !flag.isBoolean()) {
      throw wrong(place + "/" + name, "expected true or false");
    }
    return flag.asBoolean(false);
  }

  private List<String> options(JsonNode options, String place) {
    var texts = new ArrayList<String>();
    if (!options.isMissingNode() && !options.isArray()) {
      throw wrong(place, "expected a list of texts");
    }
    for (var option : options) {
      texts.add(option.asText());
    }
    return texts;
  }

  private @Nullable Template template(JsonNode value, String place) {
    try {
      return value.isMissingNode() ? null : new Template(value.asText());
    } catch (IllegalArgumentException e) {
      throw wrong(place, String.valueOf(e.getMessage()));
    }
  }

  private @Nullable String generate(JsonNode value, String place) {
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    if (!Ids.FORM.matcher(value.asText()).matches()) {
      throw wrong(
          place,
          "'%s' is no way to make an id; expected ulid, uid or uid(N)".formatted(value.asText()));
    }
    return value.asText();
  }

  private Model.Sync sync(JsonNode value, String place) {
    var text = value.asText("none");
    try {
      return Model.Sync.valueOf(text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw wrong(place, "'%s' is no direction; expected none, up, down or both".formatted(text));
    }
  }

  private JsonException wrong(String pointer, String reason) {
    return new JsonException(at(pointer), reason);
  }

  /// Where something is said: in the last of the files that says it.
  private Location at(String pointer) {
    for (var document : documents.reversed()) {
      if (!document.root().at(pointer).isMissingNode()) {
        return document.at(pointer);
      }
    }
    return documents.getFirst().at(pointer);
  }

  /// The model of that name.
  ///
  /// @throws DbException `UNKNOWN_MODEL`
  Kind kind(String name) {
    var kind = kinds.get(name);
    if (kind == null) {
      throw new DbException(
          DbException.Reason.UNKNOWN_MODEL,
          "there is no model '%s'; there are %s"
              .formatted(name, String.join(", ", kinds.keySet())));
    }
    return kind;
  }

  /// The model of that name; null when this schema does not have it, which does not harm its
  /// items.
  @Nullable Kind find(String name) {
    return kinds.get(name);
  }

  List<Model> models() {
    return kinds.values().stream().map(Kind::model).toList();
  }

  List<Index> indexes() {
    return indexes;
  }

  Index index(String name) {
    return indexes.stream()
        .filter(i -> i.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new DbException(
                    DbException.Reason.UNKNOWN_INDEX, "there is no index '%s'".formatted(name)));
  }

  /// Whether a field is not kept among the values of items: it makes the key, or names the model.
  boolean structural(String field) {
    return field.equals(sort) || field.equals(type) || field.equals(hash);
  }
}
