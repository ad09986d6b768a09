// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ContainerNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Builds a tree from tokens. An own loop, since Jackson's way to a tree begins with an object
/// mapper, which costs more than all configuration files together.
final class Tree {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Tokenizer tokens;
  private final ArrayDeque<ContainerNode<?>> open = new ArrayDeque<>();
  private @Nullable JsonNode root;
  private String name = "";

  private Tree(Tokenizer tokens) {
    this.tokens = tokens;
  }

  static JsonNode read(Tokenizer tokens) {
    return new Tree(tokens).read();
  }

  private JsonNode read() {
    for (var token = tokens.next(); token != null; token = tokens.next()) {
      switch (token) {
        case FIELD_NAME -> name = tokens.string();
        case START_OBJECT -> open(NODES.objectNode());
        case START_ARRAY -> open(NODES.arrayNode());
        case END_OBJECT, END_ARRAY -> open.pop();
        default -> add(scalar(token, tokens));
      }
    }
    return requireNonNull(root);
  }

  private void open(ContainerNode<?> container) {
    add(container);
    open.push(container);
  }

  // Here and below without pattern switches: each costs milliseconds when it is first reached, and
  // that is at start.
  private void add(JsonNode node) {
    var around = open.peek();
    if (around instanceof ObjectNode object) {
      object.set(name, node);
    } else if (around instanceof ArrayNode array) {
      array.add(node);
    } else {
      root = node;
    }
  }

  private static JsonNode scalar(JsonToken token, Tokenizer tokens) {
    return switch (token) {
      case VALUE_STRING -> NODES.textNode(tokens.string());
      case VALUE_TRUE -> NODES.booleanNode(true);
      case VALUE_FALSE -> NODES.booleanNode(false);
      case VALUE_NULL -> NODES.nullNode();
      default -> number(tokens.number());
    };
  }

  private static JsonNode number(Number number) {
    if (number instanceof Integer) {
      return NODES.numberNode(number.intValue());
    } else if (number instanceof Long) {
      return NODES.numberNode(number.longValue());
    } else if (number instanceof Double) {
      return NODES.numberNode(number.doubleValue());
    }
    return NODES.numberNode((BigInteger) number);
  }
}
