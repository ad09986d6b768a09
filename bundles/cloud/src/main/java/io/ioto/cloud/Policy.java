// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/// Who gets a release, as an expression over what is known of a device: `product == 'valve' &&
/// (beta || cohort < 10)`. It can do nothing but compare and calculate; its size is limited, and
/// so is the work of a regular expression. Immutable.
///
/// From weak to strong: `||`, `&&`, comparisons, `+ -`, `* / %`, `^` (power), `! -`. Texts compare
/// by `== != < <= > >=`, `^=` begins, `$=` ends, `><` contains (`^!=`, `$!=` and `<>` say the
/// opposite) and `== =~ !=` with a regular expression between slashes, which has to be found in the
/// text. `semver(a, '<', b)` compares versions. A name that a device does not have is `null`.
final class Policy {
  /// Longest text of a policy.
  static final int LENGTH = 1000;

  /// Most operands of a policy.
  static final int TERMS = 50;

  /// Characters of a value that a regular expression may look at, each time it does.
  private static final int STEPS = 100_000;

  private sealed interface Node {
    record Value(@Nullable Object value) implements Node {}

    record Name(String name) implements Node {}

    record Regex(Pattern pattern) implements Node {}

    record Not(Node of) implements Node {}

    record Minus(Node of, int column) implements Node {}

    record Binary(Operator operator, Node left, Node right, int column) implements Node {}

    record Versions(Node left, Node operator, Node right, int column) implements Node {}
  }

  private enum Operator {
    // Where one begins another, the longer comes first.
    NOT_BEGINS("^!=", 3),
    NOT_ENDS("$!=", 3),
    OR("||", 1),
    AND("&&", 2),
    EQUAL("==", 3),
    UNEQUAL("!=", 3),
    MATCHES("=~", 3),
    BEGINS("^=", 3),
    ENDS("$=", 3),
    CONTAINS("><", 3),
    NOT_CONTAINS("<>", 3),
    LESS_EQUAL("<=", 3),
    GREATER_EQUAL(">=", 3),
    LESS("<", 3),
    GREATER(">", 3),
    PLUS("+", 4),
    MINUS("-", 4),
    TIMES("*", 5),
    DIVIDED("/", 5),
    REST("%", 5),
    POWER("^", 6);

    final String text;
    final int strength;

    Operator(String text, int strength) {
      this.text = text;
      this.strength = strength;
    }
  }

  private static final int COMPARISON = 3;
  private static final int STRONGEST = 6;

  private final Node root;

  private Policy(Node root) {
    this.root = root;
  }

  /// Reads a policy.
  ///
  /// @throws PolicyException with the column of what is wrong
  static Policy of(String text) {
    if (text.length() > LENGTH) {
      throw new PolicyException(
          "a policy has at most %d characters, not %d".formatted(LENGTH, text.length()));
    }
    return new Policy(new Reader(text).read());
  }

  /// Whether a device with these properties is meant.
  ///
  /// @throws PolicyException when its values cannot be combined so
  boolean covers(Map<String, Object> properties) {
    return truth(value(root, properties));
  }

  private static @Nullable Object value(Node node, Map<String, Object> properties) {
    return switch (node) {
      case Node.Value v -> v.value();
      case Node.Name n -> properties.get(n.name());
      case Node.Regex r -> r.pattern();
      case Node.Not not -> !truth(value(not.of(), properties));
      case Node.Minus minus -> -number(value(minus.of(), properties), minus.column());
      case Node.Versions v ->
          versions(
              value(v.left(), properties),
              value(v.operator(), properties),
              value(v.right(), properties),
              v.column());
      case Node.Binary b ->
          switch (b.operator()) {
            case OR -> truth(value(b.left(), properties)) || truth(value(b.right(), properties));
            case AND -> truth(value(b.left(), properties)) && truth(value(b.right(), properties));
            default ->
                combined(
                    b.operator(),
                    value(b.left(), properties),
                    value(b.right(), properties),
                    b.column());
          };
    };
  }

  private static @Nullable Object combined(
      Operator operator, @Nullable Object left, @Nullable Object right, int column) {
    return switch (operator) {
      case OR, AND -> throw new IllegalArgumentException(operator.text);
      case EQUAL -> equal(left, right);
      case UNEQUAL -> !equal(left, right);
      case MATCHES -> {
        if (!(right instanceof Pattern)) {
          throw PolicyException.at(column, "'=~' needs a regular expression on its right");
        }
        yield equal(left, right);
      }
      case BEGINS -> left != null && right != null && text(left).startsWith(text(right));
      case NOT_BEGINS -> left == null || right == null || !text(left).startsWith(text(right));
      case ENDS -> left != null && right != null && text(left).endsWith(text(right));
      case NOT_ENDS -> left == null || right == null || !text(left).endsWith(text(right));
      case CONTAINS -> left != null && right != null && text(left).contains(text(right));
      case NOT_CONTAINS -> left == null || right == null || !text(left).contains(text(right));
      case LESS -> ordered(left, right, column) && compared(left, right) < 0;
      case LESS_EQUAL -> ordered(left, right, column) && compared(left, right) <= 0;
      case GREATER -> ordered(left, right, column) && compared(left, right) > 0;
      case GREATER_EQUAL -> ordered(left, right, column) && compared(left, right) >= 0;
      case PLUS ->
          left instanceof String || right instanceof String
              ? text(left) + text(right)
              : (Object) (number(left, column) + number(right, column));
      case MINUS -> number(left, column) - number(right, column);
      case TIMES -> number(left, column) * number(right, column);
      case DIVIDED -> number(left, column) / number(right, column);
      case REST -> number(left, column) % number(right, column);
      case POWER -> Math.pow(number(left, column), number(right, column));
    };
  }

  /// Nothing, zero and the empty text are false, as in JavaScript.
  private static boolean truth(@Nullable Object value) {
    return switch (value) {
      case null -> false;
      case Boolean b -> b;
      case Number n -> n.doubleValue() != 0 && !Double.isNaN(n.doubleValue());
      case String s -> !s.isEmpty();
      default -> true;
    };
  }

  private static boolean equal(@Nullable Object left, @Nullable Object right) {
    if (right instanceof Pattern pattern) {
      return left != null && found(pattern, text(left));
    }
    if (left instanceof Pattern pattern) {
      return right != null && found(pattern, text(right));
    }
    var one = numeric(left);
    var other = numeric(right);
    // '10' is 10 where the other one is a number.
    if (one != null && other != null && (left instanceof Number || right instanceof Number)) {
      return one.equals(other);
    }
    return left == null ? right == null : left.equals(right);
  }

  private static boolean found(Pattern pattern, String text) {
    if (text.length() > LENGTH) {
      throw new PolicyException(
          "a regular expression is for at most %d characters, not %d"
              .formatted(LENGTH, text.length()));
    }
    return pattern.matcher(new Watched(text, 0, text.length(), new AtomicInteger())).find();
  }

  /// Numbers, or texts of numbers beside a number, by their value; texts by their characters;
  /// what is missing is neither more nor less than anything.
  private static boolean ordered(@Nullable Object left, @Nullable Object right, int column) {
    if (left == null || right == null) {
      return false;
    }
    if (numeric(left) != null && numeric(right) != null) {
      return true;
    }
    if (left instanceof String && right instanceof String) {
      return true;
    }
    throw PolicyException.at(
        column, "%s and %s cannot be compared so".formatted(shown(left), shown(right)));
  }

  private static int compared(@Nullable Object left, @Nullable Object right) {
    var one = numeric(left);
    var other = numeric(right);
    return one != null && other != null && !(left instanceof String && right instanceof String)
        ? Double.compare(one, other)
        : text(left).compareTo(text(right));
  }

  private static @Nullable Double numeric(@Nullable Object value) {
    return switch (value) {
      case Number n -> n.doubleValue();
      case String s when s.length() <= 20 && s.matches("-?\\d+(\\.\\d+)?") -> Double.valueOf(s);
      case null, default -> null;
    };
  }

  private static double number(@Nullable Object value, int column) {
    var number = numeric(value);
    if (number == null) {
      throw PolicyException.at(column, "expected a number, not " + shown(value));
    }
    return number;
  }

  private static String text(@Nullable Object value) {
    return value instanceof Double d && d == Math.rint(d) && Math.abs(d) < 1e15
        ? Long.toString(d.longValue())
        : String.valueOf(value);
  }

  private static String shown(@Nullable Object value) {
    return value instanceof String s ? "'%s'".formatted(s) : text(value);
  }

  private static boolean versions(
      @Nullable Object left, @Nullable Object operator, @Nullable Object right, int column) {
    if (left == null || right == null) {
      return false;
    }
    var order = version(left, column).compareTo(version(right, column));
    return switch (text(operator)) {
      case "==", "=" -> order == 0;
      case "!=" -> order != 0;
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      case ">=" -> order >= 0;
      default ->
          throw PolicyException.at(column, "semver takes == != < <= > >=, not " + shown(operator));
    };
  }

  private static SemVer version(Object value, int column) {
    return SemVer.parse(text(value))
        .orElseThrow(
            () ->
                PolicyException.at(
                    column, "%s is no version such as 1.2.3".formatted(shown(value))));
  }

  /// A text that gives up when it has been looked at too often: a regular expression may take for
  /// ever.
  private record Watched(String text, int from, int to, AtomicInteger steps)
      implements CharSequence {
    @Override
    public int length() {
      return to - from;
    }

    @Override
    public char charAt(int index) {
      if (steps.incrementAndGet() > STEPS) {
        throw new PolicyException("a regular expression takes more than %d steps".formatted(STEPS));
      }
      return text.charAt(from + index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Watched(text, from + start, from + end, steps);
    }

    @Override
    public String toString() {
      return text.substring(from, to);
    }
  }

  /// Reads the text of a policy, once.
  private static final class Reader {
    private static final int DEPTH = 30;

    private final String text;
    private int at;
    private int terms;
    private int depth;

    Reader(String text) {
      this.text = text;
    }

    Node read() {
      var node = operation(1);
      if (at < text.length()) {
        throw wrong("expected an operator or the end");
      }
      return node;
    }

    private Node operation(int strength) {
      if (strength > STRONGEST) {
        return operand();
      }
      var left = operation(strength + 1);
      while (true) {
        var column = at + 1;
        var operator = operator(strength);
        if (operator == null) {
          return left;
        }
        // Powers bind from the right: 2 ^ 3 ^ 2 is 2 ^ 9.
        var right = operator == Operator.POWER ? operation(strength) : operation(strength + 1);
        left = new Node.Binary(operator, left, right, column);
        if (strength == COMPARISON && operator(COMPARISON) != null) {
          at = column;
          throw wrong("comparisons do not follow one another; combine them by && or ||");
        }
      }
    }

    private @Nullable Operator operator(int strength) {
      for (var operator : Operator.values()) {
        if (text.startsWith(operator.text, at)) {
          if (operator.strength != strength) {
            return null;
          }
          at += operator.text.length();
          blank();
          return operator;
        }
      }
      return null;
    }

    private Node operand() {
      if (++depth > DEPTH) {
        throw wrong("more than %d levels".formatted(DEPTH));
      }
      blank();
      var column = at + 1;
      Node node;
      if (take("!")) {
        node = new Node.Not(operand());
      } else if (take("-")) {
        node = new Node.Minus(operand(), column);
      } else if (take("(")) {
        node = operation(1);
        expect(")");
      } else {
        node = term();
      }
      depth--;
      blank();
      return node;
    }

    private Node term() {
      if (++terms > TERMS) {
        throw wrong("a policy has at most %d operands".formatted(TERMS));
      }
      if (at == text.length()) {
        throw wrong("expected a name, a value or '('");
      }
      var c = text.charAt(at);
      if (c == '\'' || c == '"') {
        return new Node.Value(quoted(c));
      }
      if (c == '/') {
        return regex();
      }
      if (Character.isDigit(c)) {
        return number();
      }
      if (Character.isLetter(c) || c == '_') {
        return name();
      }
      throw wrong("expected a name, a value or '(', not '%c'".formatted(c));
    }

    private String quoted(char quote) {
      var start = at++;
      var value = new StringBuilder();
      while (at < text.length() && text.charAt(at) != quote) {
        if (text.charAt(at) == '\\' && at + 1 < text.length()) {
          at++;
        }
        value.append(text.charAt(at++));
      }
      if (at == text.length()) {
        at = start;
        throw wrong("the text is not closed by " + quote);
      }
      at++;
      return value.toString();
    }

    private Node regex() {
      var start = at++;
      var value = new StringBuilder();
      while (at < text.length() && text.charAt(at) != '/') {
        if (text.startsWith("\\/", at)) {
          at++;
        } else if (text.charAt(at) == '\\' && at + 1 < text.length()) {
          value.append(text.charAt(at++));
        }
        value.append(text.charAt(at++));
      }
      if (at == text.length()) {
        at = start;
        throw wrong("the regular expression is not closed by /");
      }
      at++;
      try {
        return new Node.Regex(Pattern.compile(value.toString()));
      } catch (PatternSyntaxException e) {
        at = start;
        throw wrong("the regular expression is wrong: " + e.getDescription());
      }
    }

    private Node number() {
      var start = at;
      while (at < text.length() && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
        at++;
      }
      try {
        return new Node.Value(Double.valueOf(text.substring(start, at)));
      } catch (NumberFormatException _) {
        var number = text.substring(start, at);
        at = start;
        throw wrong("'%s' is no number; a version is a text, as in '1.2.3'".formatted(number));
      }
    }

    /// Names may have dots, and dashes that are followed by a letter.
    private Node name() {
      var start = at;
      while (at < text.length() && named(at)) {
        at++;
      }
      var name = text.substring(start, at);
      return switch (name) {
        case "true" -> new Node.Value(true);
        case "false" -> new Node.Value(false);
        case "null", "undefined" -> new Node.Value(null);
        case "semver" -> semver(start + 1);
        default -> {
          blank();
          if (text.startsWith("(", at)) {
            at = start;
            throw wrong("there is no function '%s'; semver is the only one".formatted(name));
          }
          yield new Node.Name(name.replaceFirst("^device\\.", ""));
        }
      };
    }

    private boolean named(int index) {
      var c = text.charAt(index);
      return Character.isLetterOrDigit(c)
          || c == '_'
          || ((c == '.' || c == '-')
              && index + 1 < text.length()
              && Character.isLetter(text.charAt(index + 1)));
    }

    private Node semver(int column) {
      blank();
      expect("(");
      var arguments = new ArrayList<Node>(List.of(operation(1)));
      while (take(",")) {
        arguments.add(operation(1));
      }
      expect(")");
      if (arguments.size() != 3) {
        at = column - 1;
        throw wrong(
            "semver takes three arguments, as in semver(version, '<', newVersion), not %d"
                .formatted(arguments.size()));
      }
      return new Node.Versions(arguments.get(0), arguments.get(1), arguments.get(2), column);
    }

    private boolean take(String token) {
      if (!text.startsWith(token, at)) {
        return false;
      }
      at += token.length();
      return true;
    }

    private void expect(String token) {
      if (!take(token)) {
        throw wrong("expected '%s'".formatted(token));
      }
    }

    private void blank() {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
    }

    private PolicyException wrong(String what) {
      return PolicyException.at(at + 1, what);
    }
  }
}
