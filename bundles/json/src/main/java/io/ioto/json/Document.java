// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/// A text that was read, with its tree and the place of every value. The tree may be changed; the
/// places stay those of the text. Places are looked up by reading the text again, which costs
/// nothing until an error has to be explained.
public final class Document {
  private final String text;
  private final String source;
  private final Limits limits;
  private final JsonNode root;

  Document(String text, String source, Limits limits) {
    this.text = text;
    this.source = source;
    this.limits = limits;
    root = Tree.read(new Tokenizer(text, source, limits));
  }

  /// The value that the text stands for.
  public JsonNode root() {
    return root;
  }

  /// What names the text in messages.
  public String source() {
    return source;
  }

  /// Where the value of a JSON pointer begins, or the nearest value around it that there is.
  public Location at(String jsonPointer) {
    return find(jsonPointer, false);
  }

  /// Where the name of the property begins that a JSON pointer ends in; for an array element, the
  /// element.
  public Location nameAt(String jsonPointer) {
    return find(jsonPointer, true);
  }

  private Location find(String jsonPointer, boolean wantName) {
    var tokens = new Tokenizer(text, source, limits);
    var wanted = JsonPointer.compile(jsonPointer);
    var token = tokens.next();
    var nearest = tokens.start();
    var name = nearest;
    while (!wanted.matches()) {
      boolean object = token == JsonToken.START_OBJECT;
      if (!object && token != JsonToken.START_ARRAY) {
        return nearest;
      }
      int index = 0;
      for (token = tokens.next(); ; token = tokens.next()) {
        if (token == JsonToken.END_OBJECT || token == JsonToken.END_ARRAY || token == null) {
          return nearest;
        }
        name = tokens.start();
        boolean hit =
            object
                ? wanted.getMatchingProperty().equals(tokens.string())
                : wanted.getMatchingIndex() == index++;
        if (object) {
          token = tokens.next();
        }
        if (hit) {
          break;
        }
        skip(token, tokens);
      }
      nearest = tokens.start();
      wanted = wanted.tail();
    }
    return wantName ? name : nearest;
  }

  private static void skip(@Nullable JsonToken token, Tokenizer tokens) {
    int depth = 0;
    for (; token != null; token = tokens.next()) {
      if (token.isStructStart()) {
        depth++;
      } else if (token.isStructEnd()) {
        depth--;
      }
      if (depth == 0) {
        return;
      }
    }
  }
}
