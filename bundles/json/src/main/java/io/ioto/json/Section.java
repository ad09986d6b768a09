// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// What a component takes from the configuration: the names, types, defaults and limits of its
/// properties. A bundle describes its sections in the resource [#RESOURCE], one object or a list
/// of them:
///
/// ```
/// {
///   pid: 'io.ioto.web', section: 'web',
///   service: 'web', enabled: true,
///   properties: {
///     'limits.body': { type: 'size', default: '100k', min: 1, max: '1gb', doc: 'Largest body' },
///   },
/// }
/// ```
///
/// A property without default is empty when absent; a number has to have one. The types and what
/// arrives in the dictionary: `string`, `url`, `enum` (with `values`), `secret` and `path`
/// (absolute) as String; `json`, any value, as String of strict JSON; `boolean`; `int`; `long`;
/// `size` as long of bytes; `time` as long of milliseconds; and `TYPE[]`, an array of them.
public final class Section {
  /// Where a bundle keeps the description.
  public static final String RESOURCE = "OSGI-INF/ioto/settings.json5";

  /// Takes what is wrong with a configuration. Pointers are JSON pointers into it.
  public interface Findings {
    /// Something that makes the configuration unusable.
    void error(String pointer, String reason);

    /// Something that has no effect and was probably meant otherwise.
    void warning(String pointer, String reason);
  }

  private static final Set<String> WORDS =
      Set.of("pid", "section", "service", "enabled", "properties");
  private static final Set<String> PROPERTY_WORDS =
      Set.of("type", "default", "min", "max", "values", "doc", "later");

  private final String pid;
  private final String name;
  private final @Nullable String service;
  private final boolean enabled;
  private final Map<String, Property> properties;

  private Section(
      String pid,
      String name,
      @Nullable String service,
      boolean enabled,
      Map<String, Property> properties) {
    this.pid = pid;
    this.name = name;
    this.service = service;
    this.enabled = enabled;
    this.properties = Collections.unmodifiableMap(properties);
  }

  /// The sections that a description holds.
  ///
  /// @throws JsonException when the description itself is wrong
  public static List<Section> read(Document description) {
    var root = description.root();
    if (!root.isArray()) {
      return List.of(section(description, root, ""));
    }
    var sections = new ArrayList<Section>();
    for (int i = 0; i < root.size(); i++) {
      sections.add(section(description, root.get(i), "/" + i));
    }
    return List.copyOf(sections);
  }

  /// The pid of the component that takes the section.
  public String pid() {
    return pid;
  }

  /// The path of the section in the configuration, such as `web`; empty for the whole of it. Many
  /// sections may share one.
  public String name() {
    return name;
  }

  /// The key below `services` that switches the section on and off.
  public Optional<String> service() {
    return Optional.ofNullable(service);
  }

  /// Whether the section is on when `services` does not say.
  public boolean enabled() {
    return enabled;
  }

  /// The names of all properties, relative to the section, with dots.
  public Set<String> names() {
    return properties.keySet();
  }

  /// Whether a property takes a whole subtree, so that whatever is below it is known.
  public boolean open(String property) {
    var found = properties.get(property);
    return found != null && found.type() == Type.JSON;
  }

  /// The complete dictionary for the component when the configuration says nothing.
  ///
  /// @param paths makes a path absolute and replaces its directory tokens, or refuses it with an
  ///     IllegalArgumentException
  public Map<String, Object> defaults(UnaryOperator<String> paths) {
    var values = new LinkedHashMap<String, Object>();
    properties.forEach(
        (property, description) -> {
          if (!description.later()) {
            values.put(property, description.preset(paths));
          }
        });
    return values;
  }

  /// The complete dictionary for the component. Where a value is wrong the findings hear of it and
  /// the default stands.
  ///
  /// @param configuration the whole merged configuration
  /// @param paths makes a path absolute and replaces its directory tokens, or refuses it with an
  ///     IllegalArgumentException
  public Map<String, Object> values(
      JsonNode configuration, UnaryOperator<String> paths, Findings findings) {
    var values = new LinkedHashMap<String, Object>();
    properties.forEach(
        (property, description) -> {
          var pointer = pointer(path(property));
          var node = enter(configuration, pointer, findings);
          boolean absent = node.isMissingNode() || node.isNull();
          if (description.later()) {
            if (!absent) {
              findings.warning(pointer, "has no effect yet");
            }
            return;
          }
          try {
            if (!absent) {
              values.put(property, description.value(node, paths));
              return;
            }
          } catch (Misfit e) {
            findings.error(pointer + e.below, e.reason);
          }
          values.put(property, description.preset(paths));
        });
    return values;
  }

  /// The path of a property in the configuration, such as `web.limits.body`.
  public String path(String property) {
    return name.isEmpty() ? property : name + "." + property;
  }

  /// The JSON pointer of a dotted path.
  public static String pointer(String path) {
    return "/" + path.replace("~", "~0").replace("/", "~1").replace('.', '/');
  }

  /// Finds a value, and complains when something that cannot hold it stands in its way.
  private static JsonNode enter(JsonNode from, String pointer, Findings findings) {
    var node = from;
    for (var rest = JsonPointer.compile(pointer); !rest.matches(); rest = rest.tail()) {
      if (!node.isObject() && !node.isNull()) {
        var here = pointer.substring(0, pointer.length() - rest.toString().length());
        findings.error(here, "expected an object, found " + Type.STRING.found(node));
        return JsonNodeFactory.instance.missingNode();
      }
      node = node.path(rest.getMatchingProperty());
      if (node.isMissingNode()) {
        return node;
      }
    }
    return node;
  }

  private static Section section(Document document, JsonNode node, String at) {
    known(document, node, at, WORDS);
    var properties = new LinkedHashMap<String, Property>();
    for (var entry : node.path("properties").properties()) {
      var place = at + "/properties" + "/" + entry.getKey().replace("~", "~0").replace("/", "~1");
      properties.put(entry.getKey(), property(document, entry.getValue(), place));
    }
    var service = node.has("service") ? text(document, node, at, "service") : null;
    return new Section(
        text(document, node, at, "pid"),
        text(document, node, at, "section"),
        service,
        flag(document, node, at, "enabled", true),
        properties);
  }

  private static Property property(Document document, JsonNode node, String at) {
    known(document, node, at, PROPERTY_WORDS);
    var word = text(document, node, at, "type");
    boolean list = word.endsWith("[]");
    var single = list ? word.substring(0, word.length() - 2) : word;
    var type =
        Arrays.stream(Type.values())
            .filter(each -> each.word().equals(single))
            .findFirst()
            .orElseThrow(() -> wrong(document, at + "/type", "unknown type '%s'".formatted(word)));
    var words = new ArrayList<String>();
    node.path("values").forEach(value -> words.add(value.asText()));
    var property =
        new Property(
            type,
            list,
            node.get("default"),
            node.get("min"),
            node.get("max"),
            List.copyOf(words),
            node.path("doc").asText(),
            flag(document, node, at, "later", false));
    if (!type.isNumber() && (node.has("min") || node.has("max"))) {
      throw wrong(document, at, "only a number has min and max");
    }
    if (words.isEmpty() == (type == Type.ENUM)) {
      throw wrong(document, at, "an enum, and nothing else, has values");
    }
    try {
      if (!property.later()) {
        property.preset(UnaryOperator.identity());
      }
    } catch (Misfit e) {
      throw wrong(document, at, e.reason);
    }
    return property;
  }

  private static void known(Document document, JsonNode node, String at, Set<String> words) {
    if (!node.isObject()) {
      throw wrong(document, at, "expected an object");
    }
    for (var property : node.properties()) {
      if (!words.contains(property.getKey())) {
        throw wrong(
            document,
            at + "/" + property.getKey(),
            "unknown word '%s'".formatted(property.getKey()));
      }
    }
  }

  private static String text(Document document, JsonNode node, String at, String key) {
    if (!node.path(key).isTextual()) {
      throw wrong(document, at + "/" + key, "expected a string '%s'".formatted(key));
    }
    return node.path(key).textValue();
  }

  private static boolean flag(
      Document document, JsonNode node, String at, String key, boolean otherwise) {
    if (!node.path(key).isMissingNode() && !node.path(key).isBoolean()) {
      throw wrong(document, at + "/" + key, "expected true or false");
    }
    return node.path(key).asBoolean(otherwise);
  }

  private static JsonException wrong(Document document, String pointer, String reason) {
    return new JsonException(document.at(pointer), reason);
  }
}
