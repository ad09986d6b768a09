// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class Json5Test {
  static Stream<Arguments> values() {
    return Stream.of(
        // white space and comments
        Arguments.of("\uFEFF1", 1),
        Arguments.of("\t\u000B\f \u00A0\u2003\u3000\uFEFF\u2028\u2029\n\r1\r\n", 1),
        Arguments.of("// one\n1// two", 1),
        Arguments.of("// one\u20281", 1),
        Arguments.of("/* one\n * two **/1/**/", 1),
        Arguments.of("1//", 1),
        // words
        Arguments.of("true", true),
        Arguments.of("false", false),
        // strings
        Arguments.of("'a\"b'", "a\"b"),
        Arguments.of("\"a'b\"", "a'b"),
        Arguments.of("'\\'\\\"\\\\\\b\\f\\n\\r\\t\\v\\0'", "'\"\\\b\f\n\r\t\u000B\0"),
        Arguments.of("'\\x41\\u0042\\xe9'", "AB\u00e9"),
        Arguments.of("'\\ud83d\\ude00'", "\ud83d\ude00"),
        Arguments.of("'\ud83d\ude00\\ud800'", "\ud83d\ude00\ud800"),
        Arguments.of("'a\\\nb\\\rc\\\r\nd\\\u2028e\\\u2029f'", "abcdef"),
        Arguments.of("'\\a\\q\\/\\\ud83d\ude00'", "aq/\ud83d\ude00"),
        Arguments.of("'\u2028\u2029\t\u0001'", "\u2028\u2029\t\u0001"),
        Arguments.of("''", ""),
        Arguments.of("'\\0a'", "\0a"),
        // numbers
        Arguments.of("0", 0),
        Arguments.of("-0", 0),
        Arguments.of("+15", 15),
        Arguments.of("-2147483648", Integer.MIN_VALUE),
        Arguments.of("2147483648", 2147483648L),
        Arguments.of("-9223372036854775808", Long.MIN_VALUE),
        Arguments.of("9223372036854775807", Long.MAX_VALUE),
        Arguments.of("9223372036854775808", new BigInteger("9223372036854775808")),
        Arguments.of(
            "-123456789012345678901234567890", new BigInteger("-123456789012345678901234567890")),
        Arguments.of("0xdecaf", 0xdecaf),
        Arguments.of("-0XC8", -200),
        Arguments.of("0xffffffffffffffff", new BigInteger("18446744073709551615")),
        Arguments.of("0x0000000000000000000001", 1),
        Arguments.of(".5", 0.5),
        Arguments.of("5.", 5.0),
        Arguments.of("-.5e-2", -0.005),
        Arguments.of("+5.e3", 5000.0),
        Arguments.of("1e5", 1e5),
        Arguments.of("1E+5", 1e5),
        Arguments.of("0.1", 0.1),
        Arguments.of("0e0", 0.0),
        Arguments.of("-0.0", -0.0),
        Arguments.of("Infinity", Double.POSITIVE_INFINITY),
        Arguments.of("+Infinity", Double.POSITIVE_INFINITY),
        Arguments.of("-Infinity", Double.NEGATIVE_INFINITY),
        Arguments.of("NaN", Double.NaN),
        Arguments.of("-NaN", Double.NaN));
  }

  @ParameterizedTest
  @MethodSource("values")
  void scalarsAreReadAsTheSpecificationSays(String text, Object value) {
    assertThat(Json5.read(text, "x")).isEqualTo(node(value));
  }

  @ParameterizedTest
  @MethodSource("values")
  void jacksonReadsTheSameThroughTheFactory(String text, Object value) throws IOException {
    assertThat(Mapper.create().readTree(text)).isEqualTo(node(value));
  }

  private static JsonNode node(Object value) {
    var nodes = JsonNodeFactory.instance;
    return switch (value) {
      case Boolean b -> nodes.booleanNode(b);
      case Integer i -> nodes.numberNode((int) i);
      case Long l -> nodes.numberNode((long) l);
      case Double d -> nodes.numberNode((double) d);
      case BigInteger big -> nodes.numberNode(big);
      default -> nodes.textNode((String) value);
    };
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|{}",
        "[]|[]",
        "{a:1,}|{\"a\":1}",
        "[1,2,]|[1,2]",
        "[[],{},null]|[[],{},null]",
        "{a:1,'b':2,\"c\":3}|{\"a\":1,\"b\":2,\"c\":3}",
        "{$_:1,_$:2,a\u200C\u200D:3}|{\"$_\":1,\"_$\":2,\"a\u200C\u200D\":3}",
        "{ùńîċõďë:9}|{\"ùńîċõďë\":9}",
        "{\\u0061b\\u0063:1}|{\"abc\":1}",
        "{null:1,true:2,Infinity:3,while:4}|{\"null\":1,\"true\":2,\"Infinity\":3,\"while\":4}",
        "{'':1}|{\"\":1}",
        "{a:{b:[{c:'d'}]}}|{\"a\":{\"b\":[{\"c\":\"d\"}]}}",
        "/**/{/**/a/**/:/**/1/**/,/**/}/**/|{\"a\":1}",
      })
  void structuresAreReadAsTheSpecificationSays(String text, String strict) {
    assertThat(Json5.print(Json5.read(text, "x"))).isEqualTo(strict);
  }

  static Stream<Arguments> errors() {
    return Stream.of(
        Arguments.of("", "1:1: expected a value, found the end of the input"),
        Arguments.of("// only", "1:8: expected a value, found the end of the input"),
        Arguments.of("[1,,2]", "1:4: expected a value or ']', found ','"),
        Arguments.of("[,]", "1:2: expected a value or ']', found ','"),
        Arguments.of("{,}", "1:2: expected a property name or '}', found ','"),
        Arguments.of("{a:1,,}", "1:6: expected a property name or '}', found ','"),
        Arguments.of("[1 2]", "1:4: expected ',' or ']', found '2'"),
        Arguments.of("{a:1 b:2}", "1:6: expected ',' or '}', found 'b'"),
        Arguments.of("{\n  a: 1\n  bcd: 2}", "3:3: expected ',' or '}', found 'bcd'"),
        Arguments.of("{a 1}", "1:4: expected ':' after the property name 'a', found '1'"),
        Arguments.of("{a}", "1:3: expected ':' after the property name 'a', found '}'"),
        Arguments.of("{a:}", "1:4: expected a value, found '}'"),
        Arguments.of("{:1}", "1:2: expected a property name or '}', found ':'"),
        Arguments.of("{1:1}", "1:2: expected a property name or '}', found '1'"),
        Arguments.of(
            "{a.b:1}",
            "1:3: expected ':' after the property name 'a', found '.' (a name with other"
                + " characters than letters, digits, _ and $ needs quotes)"),
        Arguments.of("[}", "1:2: expected a value or ']', found '}'"),
        Arguments.of("{]", "1:2: expected a property name or '}', found ']'"),
        Arguments.of("[1", "1:3: expected ',' or ']', found the end of the input"),
        Arguments.of("{a:1", "1:5: expected ',' or '}', found the end of the input"),
        Arguments.of("1 2", "1:3: expected the end of the input, found '2'"),
        Arguments.of(
            "# no\n1", "1:1: expected a value, found '#' (a comment begins with // or /*)"),
        Arguments.of("`a`", "1:1: expected a value, found '`' (a string is in ' or \")"),
        Arguments.of("truee", "1:1: expected a value, found 'truee' (a string needs quotes)"),
        Arguments.of("{a:on}", "1:4: expected a value, found 'on' (a string needs quotes)"),
        Arguments.of(
            "undefined", "1:1: expected a value, found 'undefined' (a string needs quotes)"),
        Arguments.of("\u0001", "1:1: expected a value, found the character U+0001"),
        Arguments.of("[\u0085]", "1:2: expected a value or ']', found the character U+0085"),
        Arguments.of("010", "1:1: a number cannot begin with 0 (octal is not allowed)"),
        Arguments.of("-08", "1:1: a number cannot begin with 0 (octal is not allowed)"),
        Arguments.of("0x", "1:3: expected a hexadecimal digit, found the end of the input"),
        Arguments.of("0xfg", "1:4: expected the number to end, found 'g'"),
        Arguments.of("1a", "1:2: expected the number to end, found 'a'"),
        Arguments.of("1\\u0061", "1:2: expected the number to end, found '\\'"),
        Arguments.of(".", "1:2: expected a digit, found the end of the input"),
        Arguments.of("+", "1:2: expected a digit, found the end of the input"),
        Arguments.of("- 1", "1:2: expected a digit, found the character U+0020"),
        Arguments.of("--1", "1:2: expected a digit, found '-'"),
        Arguments.of("-inf", "1:1: expected a number, found 'inf'"),
        Arguments.of("1e", "1:3: expected a digit of the exponent, found the end of the input"),
        Arguments.of("1e+x", "1:4: expected a digit of the exponent, found 'x'"),
        Arguments.of("1.2.3", "1:4: expected the end of the input, found '.'"),
        Arguments.of("1e999", "1:1: the number is too large for a double"),
        Arguments.of("[1e-999]", "1:2: the number is too close to zero for a double"),
        Arguments.of(
            "['a\nb']", "1:4: expected ''' before the end of the line, found the character U+000A"),
        Arguments.of("['abc", "1:2: this string is not closed"),
        Arguments.of("'abc\\", "1:1: this string is not closed"),
        Arguments.of("'\\x4'", "1:5: expected 2 hexadecimal digits, found '''"),
        Arguments.of("'\\u00g0'", "1:6: expected 4 hexadecimal digits, found 'g0'"),
        Arguments.of("'\\1'", "1:3: a digit cannot be escaped, write \\x or \\u, found '1'"),
        Arguments.of("'\\01'", "1:3: octal escapes are not allowed, write \\x or \\u, found '0'"),
        Arguments.of("/* a\n", "1:1: this comment is not closed"),
        Arguments.of(
            "1 /", "1:4: expected '/' or '*' to begin a comment, found the end of the input"),
        Arguments.of("{\\x61:1}", "1:3: expected \\uXXXX in a property name, found 'x61'"),
        Arguments.of("{\\u0030:1}", "1:2: '0' cannot be in an unquoted name"),
        Arguments.of("{a\\u0020:1}", "1:3: the character U+0020 cannot be in an unquoted name"),
        Arguments.of("{a:1,\n 'a':2}", "2:2: the property 'a' is there twice"),
        Arguments.of("\uFEFF[\r\n\r  ?]", "3:3: expected a value or ']', found '?'"),
        Arguments.of(
            "[/* \n\n */ '\ud83d\ude00\ud83d\ude00' ?]", "3:10: expected ',' or ']', found '?'"),
        Arguments.of("['a\\\nb' ?]", "2:4: expected ',' or ']', found '?'"));
  }

  @ParameterizedTest
  @MethodSource("errors")
  void errorsSayWhereWhatWasFoundAndWhatWasExpected(String text, String message) {
    assertThatThrownBy(() -> Json5.read(text, "web.json5"))
        .isInstanceOf(JsonException.class)
        .hasMessage("web.json5:" + message);
  }

  @Test
  void anErrorKnowsItsPlaceAndReason() {
    assertThatThrownBy(() -> Json5.read("\n }", "x"))
        .isInstanceOfSatisfying(
            JsonException.class,
            e -> {
              assertThat(e.location()).isEqualTo(new Location("x", 2, 2));
              assertThat(e.reason()).isEqualTo("expected a value, found '}'");
            });
  }

  @Test
  void limitsOfDepthSizeAndDigitsAreKept() {
    var limits = new Limits(3, 20, 5);
    assertThat(Json5.read("[[[12345]]]", "x", limits)).isNotEmpty();
    assertThatThrownBy(() -> Json5.read("[[[[", "x", limits))
        .hasMessage("x:1:4: nested deeper than 3 levels");
    assertThatThrownBy(() -> Json5.read("[123456]", "x", limits))
        .hasMessage("x:1:2: a number of more than 5 characters");
    assertThatThrownBy(() -> Json5.read(" ".repeat(21), "x", limits))
        .hasMessage("x:1:1: the text has 21 characters, 20 are allowed");
    assertThat(Json5.read("[".repeat(512) + "]".repeat(512), "x")).hasSize(1);
    assertThatThrownBy(() -> Json5.read("[".repeat(100_000), "x"))
        .hasMessage("x:1:513: nested deeper than 512 levels");
  }

  @Test
  void filesAreUtf8AndNamedWithoutTheirFolder(@TempDir Path folder) throws IOException {
    var file = folder.resolve("a.json5");
    Files.writeString(file, "{ä: 'ö'}");
    assertThat(Json5.document(file).root().get("ä").asText()).isEqualTo("ö");
    Files.write(file, "{a:\n 'ö'}".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> Json5.document(file))
        .isInstanceOf(JsonException.class)
        .hasMessage("a.json5:2:3: the byte 0xF6 is not UTF-8");
    Files.write(file, new byte[] {'\'', (byte) 0xC3});
    assertThatThrownBy(() -> Json5.document(file))
        .hasMessage("a.json5:1:2: the byte 0xC3 is not UTF-8");
  }

  @Test
  void aDocumentKnowsThePlaceOfEveryValue() {
    var document =
        Json5.document("{\n  a: [1,\n    {b: 2, 'c/d': {}, c: 3}],\n  e: 'x', // e\n}", "x");
    var places =
        Map.of(
            "", "1:1",
            "/a", "2:6",
            "/a/0", "2:7",
            "/a/1", "3:5",
            "/a/1/b", "3:9",
            "/a/1/c~1d", "3:19",
            "/a/1/c", "3:26",
            "/e", "4:6",
            "/a/7", "2:6",
            "/e/f", "4:6");
    places.forEach(
        (pointer, place) -> assertThat(document.at(pointer)).as(pointer).hasToString("x:" + place));
    assertThat(document.nameAt("/e")).hasToString("x:4:3");
    assertThat(document.nameAt("/a/1/c")).hasToString("x:3:23");
    assertThat(document.nameAt("/a/0")).hasToString("x:2:7");
  }

  @Test
  void prettyPrintingIndentsByTwoSpaces() {
    assertThat(Json5.pretty(Json5.read("{a:[1,{}],b:{c:[]}}", "x")))
        .isEqualTo(
            """
            {
              "a": [
                1,
                {}
              ],
              "b": {
                "c": []
              }
            }\
            """);
  }

  @Test
  void printingEscapesWhatCouldBeMisread() {
    assertThat(Json5.quote("\"\\\b\f\n\r\t\u0001\u2028\ud800é\ud83d\ude00/"))
        .isEqualTo("\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u2028\\ud800é\ud83d\ude00/\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Infinity", "NaN", "[-Infinity]"})
  void strictJsonHasNoWordForNumbersThatAreNotFinite(String text) {
    assertThatThrownBy(() -> Json5.print(Json5.read(text, "x")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("strict JSON has no ");
  }

  @Test
  void whatIsPrintedReadsBackEqual() throws IOException {
    var random = new Random(5);
    for (int i = 0; i < 2000; i++) {
      var tree = tree(random, 4);
      assertThat(Json5.read(Json5.print(tree), "x")).isEqualTo(tree);
      assertThat(Json5.read(Json5.pretty(tree), "x")).isEqualTo(tree);
      assertThat(Mapper.create().readTree(Json5.print(tree))).isEqualTo(tree);
    }
  }

  private static JsonNode tree(Random random, int depth) {
    var nodes = JsonNodeFactory.instance;
    return switch (random.nextInt(depth == 0 ? 6 : 8)) {
      case 0 -> nodes.numberNode(random.nextInt());
      case 1 -> nodes.numberNode(random.nextLong() | (1L << 62));
      case 2 -> nodes.numberNode(new BigInteger(200, random).setBit(199));
      case 3 -> {
        double d = Double.longBitsToDouble(random.nextLong());
        yield nodes.numberNode(Double.isFinite(d) ? d : 0.5);
      }
      case 4 ->
          List.of(nodes.nullNode(), nodes.booleanNode(true), nodes.booleanNode(false))
              .get(random.nextInt(3));
      case 5 -> nodes.textNode(text(random));
      case 6 -> {
        var array = nodes.arrayNode();
        random.ints(random.nextInt(4), 0, 2).forEach(_ -> array.add(tree(random, depth - 1)));
        yield array;
      }
      default -> {
        var object = nodes.objectNode();
        random
            .ints(random.nextInt(4), 0, 2)
            .forEach(_ -> object.set(text(random), tree(random, depth - 1)));
        yield object;
      }
    };
  }

  private static String text(Random random) {
    var text = new StringBuilder();
    random
        .ints(random.nextInt(6), 0, 4)
        .forEach(
            kind ->
                text.append((char) (kind == 0 ? random.nextInt(0x10000) : random.nextInt(0x80))));
    return text.toString();
  }

  @Test
  void cuttingATextAnywhereIsAnErrorAndNeverAnythingElse() {
    var text = "{a:[1,-0x1F,{'b\\x41':\"c\\\nd\"}],e:Infinity,/* f */g:{},h:.5e+3,}";
    Json5.read(text, "x");
    for (int end = 0; end < text.length(); end++) {
      var cut = text.substring(0, end);
      assertThatThrownBy(() -> Json5.read(cut, "x")).as(cut).isInstanceOf(JsonException.class);
    }
  }

  @Test
  void junkIsReadOrRefusedButNeverAnythingElse() {
    var random = new Random(7);
    var alphabet = "{}[]:,'\"\\/*-+.0123456789xeEInfinityNaNtruefalsn \n\u2028\ud800$_#`";
    for (int i = 0; i < 20_000; i++) {
      var text = new StringBuilder();
      random
          .ints(1 + random.nextInt(12), 0, alphabet.length())
          .forEach(at -> text.append(alphabet.charAt(at)));
      try {
        assertThat(Json5.read(text.toString(), "x")).isNotNull();
      } catch (JsonException e) {
        assertThat(e.location().line()).isPositive();
        assertThat(e.location().column()).isPositive();
      }
    }
  }
}
