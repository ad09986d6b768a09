// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import com.fasterxml.jackson.databind.JsonNode;
import io.ioto.json.Json5;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the operator requires of requests, by path (`web.routes`); the first rule that fits
/// counts. What applications require of their own routes comes on top.
final class Rules {
  /// One rule.
  ///
  /// @param match an exact path, a prefix where it ends in a slash, `/` the root alone, empty
  ///     everything
  /// @param methods that are allowed; empty for all
  /// @param role that is required; empty for none
  /// @param basic whether the password may come with each request
  /// @param redirect where to send whom the role is refused; empty for an error
  record Rule(String match, Set<String> methods, String role, boolean basic, String redirect) {
    Rule {
      methods = Set.copyOf(methods);
    }

    boolean fits(String path) {
      if (match.isEmpty()) {
        return true;
      }
      return (match.length() > 1 && match.endsWith("/"))
          ? path.startsWith(match)
          : path.equals(match);
    }

    /// For the header `Allow`.
    String allow() {
      return String.join(", ", new TreeSet<>(methods));
    }
  }

  private static final Logger log = LoggerFactory.getLogger(Rules.class);
  private static final String PROPERTY = "web.routes";

  /// Known by the specification; their time has not come yet.
  private static final Set<String> LATER =
      Set.of("algorithm", "cache", "compressed", "handler", "stream", "trim", "validate", "xsrf");

  private final List<Rule> rules;

  private Rules(List<Rule> rules) {
    this.rules = List.copyOf(rules);
  }

  /// @throws IllegalArgumentException when it is no list of rules
  static Rules of(String json) {
    var root = Json5.read(json, PROPERTY);
    if (!root.isArray()) {
      throw new IllegalArgumentException(
          PROPERTY + ": expected a list, such as [{match: '/admin/', role: 'admin'}]");
    }
    var rules = new ArrayList<Rule>();
    for (var i = 0; i < root.size(); i++) {
      rules.add(rule("%s[%d]".formatted(PROPERTY, i), root.get(i)));
    }
    return new Rules(rules);
  }

  private static Rule rule(String where, JsonNode node) {
    if (!node.isObject()) {
      throw new IllegalArgumentException(where + ": expected an object");
    }
    String match = "";
    String role = "";
    String redirect = "";
    var basic = false;
    var methods = new TreeSet<String>();
    for (var entry : node.properties()) {
      var at = where + "." + entry.getKey();
      var value = entry.getValue();
      switch (entry.getKey()) {
        case "match" -> match = match(at, value);
        case "role" -> role = text(at, value);
        case "redirect" -> redirect = redirect(at, value);
        case "authType" -> basic = basic(at, value);
        case "methods" -> methods.addAll(methods(at, value));
        default -> {
          if (!LATER.contains(entry.getKey())) {
            throw new IllegalArgumentException(at + ": there is no such property of a route");
          }
          log.warn("{} has no effect: it is not supported yet", at);
        }
      }
    }
    return new Rule(match, methods, role, basic, redirect);
  }

  private static String text(String at, JsonNode value) {
    if (!value.isTextual()) {
      throw new IllegalArgumentException(at + ": expected a text");
    }
    return value.textValue();
  }

  private static String match(String at, JsonNode value) {
    var match = text(at, value);
    if (!match.isEmpty() && !match.startsWith("/")) {
      throw new IllegalArgumentException(at + ": expected a path that begins with a slash");
    }
    return match;
  }

  private static String redirect(String at, JsonNode value) {
    var redirect = text(at, value);
    Headers.check("Location", redirect);
    return redirect;
  }

  private static boolean basic(String at, JsonNode value) {
    return switch (text(at, value)) {
      case "basic" -> true;
      case "session", "" -> false;
      default ->
          throw new IllegalArgumentException(
              "%s: expected 'basic' or 'session'; '%s' is not supported"
                  .formatted(at, value.textValue()));
    };
  }

  private static List<String> methods(String at, JsonNode value) {
    if (!value.isArray() || value.isEmpty()) {
      throw new IllegalArgumentException(at + ": expected a list of methods");
    }
    var methods = new ArrayList<String>();
    for (var method : value) {
      methods.add(text(at, method).toUpperCase(Locale.ROOT));
    }
    if (methods.contains("GET")) {
      methods.add("HEAD");
    }
    return methods;
  }

  /// The rule for a path; null when there is none.
  @Nullable Rule find(String path) {
    for (var i = 0; i < rules.size(); i++) {
      if (rules.get(i).fits(path)) {
        return rules.get(i);
      }
    }
    return null;
  }
}
