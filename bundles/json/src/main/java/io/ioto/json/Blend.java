// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// Merges one tree into another, as layers of configuration are merged: objects property by
/// property, everything else replaces what was there. With operators, the prefix of a property
/// name in the overlay says otherwise for the property and all below it:
///
/// - `+key` appends: lists are joined, a single value is added to a list, single values are joined
/// by a space.
/// - `-key` removes: elements from a list, a piece of text from a text, an equal value, or
/// whatever is there when the overlay says `null`. Objects are entered, never created.
/// - `?key` sets only what is absent.
/// - `=key`, or no prefix, replaces or merges.
public final class Blend {
  /// Told where each value came from. Pointers are JSON pointers; those of the overlay spell
  /// property names with their prefix.
  @FunctionalInterface
  public interface Observer {
    /// A value was put at a place of the target. It stands for everything below it, except that
    /// objects are reported before the properties put into them.
    void put(String target, String overlay);
  }

  /// Levels below which an overlay is refused.
  public static final int DEPTH = 32;

  private enum Mode {
    MERGE,
    APPEND,
    REMOVE,
    ABSENT
  }

  /// A pair of places during a merge.
  private record Place(String target, String overlay, int depth) {
    Place property(String name, String spelled) {
      return new Place(target + "/" + escape(name), overlay + "/" + escape(spelled), depth + 1);
    }

    private static String escape(String name) {
      return name.replace("~", "~0").replace("/", "~1");
    }
  }

  private final boolean operators;
  private final Observer observer;

  private Blend(boolean operators, Observer observer) {
    this.operators = operators;
    this.observer = observer;
  }

  /// Merges an overlay into an object; prefixes mean nothing.
  ///
  /// @throws BlendException when the overlay nests too deep
  public static void merge(ObjectNode target, ObjectNode overlay, Observer observer) {
    new Blend(false, observer).objects(target, overlay, Mode.MERGE, new Place("", "", 0));
  }

  /// Merges an overlay into an object; prefixes of its property names are operators.
  ///
  /// @throws BlendException when values do not fit an operator, or the overlay nests too deep
  public static void combine(ObjectNode target, ObjectNode overlay, Observer observer) {
    new Blend(true, observer).objects(target, overlay, Mode.MERGE, new Place("", "", 0));
  }

  /// [#merge(ObjectNode, ObjectNode, Observer)] when nobody asks where values came from.
  public static void merge(ObjectNode target, ObjectNode overlay) {
    merge(target, overlay, (_, _) -> {});
  }

  /// [#combine(ObjectNode, ObjectNode, Observer)] when nobody asks where values came from.
  public static void combine(ObjectNode target, ObjectNode overlay) {
    combine(target, overlay, (_, _) -> {});
  }

  private void objects(ObjectNode target, ObjectNode overlay, Mode mode, Place place) {
    if (place.depth > DEPTH) {
      throw new BlendException(place.overlay, "nested deeper than %d levels".formatted(DEPTH));
    }
    for (var property : overlay.properties()) {
      var spelled = property.getKey();
      var own = operators ? mode(spelled, mode) : mode;
      var name = operators && prefixed(spelled) ? spelled.substring(1) : spelled;
      property(target, name, property.getValue(), own, place.property(name, spelled));
    }
  }

  private void property(ObjectNode target, String name, JsonNode value, Mode mode, Place place) {
    var present = target.get(name);
    var old = present == null || present.isNull() ? null : present;
    if (mode == Mode.REMOVE && value.isNull()) {
      target.remove(name);
    } else if (value instanceof ObjectNode overlay) {
      if (old instanceof ObjectNode inner) {
        objects(inner, overlay, mode, place);
      } else if (mode == Mode.MERGE || (old == null && mode != Mode.REMOVE)) {
        var inner = target.putObject(name);
        observer.put(place.target, place.overlay);
        objects(inner, overlay, mode, place);
      } else if (old != null && mode != Mode.ABSENT) {
        throw new BlendException(place.overlay, "an object meets a value that is none");
      }
    } else if (old == null) {
      if (mode != Mode.REMOVE) {
        put(target, name, value, place);
      }
    } else {
      switch (mode) {
        case MERGE -> put(target, name, value, place);
        case APPEND -> append(target, name, old, value, place);
        case REMOVE -> remove(target, name, old, value, place);
        case ABSENT -> {}
      }
    }
  }

  private void put(ObjectNode target, String name, JsonNode value, Place place) {
    target.set(name, value.deepCopy());
    observer.put(place.target, place.overlay);
  }

  private void append(ObjectNode target, String name, JsonNode old, JsonNode value, Place place) {
    if (old instanceof ArrayNode list) {
      boolean many = value.isArray();
      for (int i = 0; i < (many ? value.size() : 1); i++) {
        observer.put(place.target + "/" + list.size(), place.overlay + (many ? "/" + i : ""));
        list.add((many ? value.get(i) : value).deepCopy());
      }
    } else if (old.isValueNode() && value.isValueNode()) {
      target.put(name, old.asText() + " " + value.asText());
      observer.put(place.target, place.overlay);
    } else {
      throw new BlendException(place.overlay, "a list cannot be appended to a single value");
    }
  }

  private void remove(ObjectNode target, String name, JsonNode old, JsonNode value, Place place) {
    if (old instanceof ArrayNode list) {
      for (var unwanted :
          value.isArray() ? value : JsonNodeFactory.instance.arrayNode().add(value)) {
        list.removeIf(unwanted::equals);
      }
    } else if (old.isTextual() && value.isTextual()) {
      target.put(name, old.textValue().replace(value.textValue(), ""));
    } else if (old.isObject()) {
      throw new BlendException(place.overlay, "a value meets an object");
    } else if (old.equals(value)) {
      target.remove(name);
    }
  }

  private static boolean prefixed(String name) {
    return !name.isEmpty() && "+-?=".indexOf(name.charAt(0)) >= 0;
  }

  private static Mode mode(String name, Mode inherited) {
    return switch (name.isEmpty() ? ' ' : name.charAt(0)) {
      case '+' -> Mode.APPEND;
      case '-' -> Mode.REMOVE;
      case '?' -> Mode.ABSENT;
      case '=' -> Mode.MERGE;
      default -> inherited;
    };
  }
}
