// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class Json5FactoryTest {
  record Point(int x, double y, String label, List<Long> tags, BigDecimal exact) {}

  @Test
  void recordsAreReadFromJson5AndWrittenAsStrictJson() throws IOException {
    var point =
        Mapper.create()
            .readValue(
                "{x: 0x10, y: .5, label: 'a\\x41', tags: [1, +2,], exact: .12345678901234567890,"
                    + " other: {}}",
                Point.class);
    assertThat(point)
        .isEqualTo(
            new Point(16, 0.5, "aA", List.of(1L, 2L), new BigDecimal(".12345678901234567890")));
    assertThat(Mapper.create().writeValueAsString(point))
        .isEqualTo(
            "{\"x\":16,\"y\":0.5,\"label\":\"aA\",\"tags\":[1,2],"
                + "\"exact\":0.12345678901234567890}");
  }

  @Test
  void everyKindOfInputGivesTheSame() throws IOException {
    var text = "{a: 'ö'}";
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    var mapper = Mapper.create();
    assertThat(
            List.of(
                mapper.readTree(text),
                mapper.readTree(bytes),
                mapper.readTree(new ByteArrayInputStream(bytes)),
                mapper.readTree(new StringReader(text))))
        .containsOnly(Json5.read(text, "x"));
  }

  @Test
  void tokensCarryNamesPathsAndPlaces() throws IOException {
    try (var parser = new Json5Factory().createParser("{a: [1,\n {b: 'c'}]}")) {
      assertThat(parser.nextToken()).isEqualTo(JsonToken.START_OBJECT);
      assertThat(parser.nextToken()).isEqualTo(JsonToken.FIELD_NAME);
      assertThat(parser.getText()).isEqualTo("a");
      assertThat(parser.nextToken()).isEqualTo(JsonToken.START_ARRAY);
      assertThat(parser.currentName()).isEqualTo("a");
      assertThat(parser.nextIntValue(0)).isEqualTo(1);
      assertThat(parser.getParsingContext().pathAsPointer()).hasToString("/a/0");
      assertThat(parser.nextToken()).isEqualTo(JsonToken.START_OBJECT);
      assertThat(parser.nextFieldName()).isEqualTo("b");
      assertThat(parser.nextTextValue()).isEqualTo("c");
      assertThat(parser.getParsingContext().pathAsPointer()).hasToString("/a/1/b");
      assertThat(parser.currentTokenLocation().getLineNr()).isEqualTo(2);
      assertThat(parser.currentTokenLocation().getColumnNr()).isEqualTo(6);
      assertThat(parser.nextToken()).isEqualTo(JsonToken.END_OBJECT);
      assertThat(parser.nextToken()).isEqualTo(JsonToken.END_ARRAY);
      assertThat(parser.nextToken()).isEqualTo(JsonToken.END_OBJECT);
      assertThat(parser.nextToken()).isNull();
      assertThat(parser.isClosed()).isTrue();
    }
  }

  @Test
  void aSyntaxErrorIsJacksonsOwnExceptionWithThePlace() {
    assertThatThrownBy(() -> Mapper.create().readTree("{\n a: }"))
        .isInstanceOfSatisfying(
            JsonParseException.class,
            e -> {
              assertThat(e.getOriginalMessage()).isEqualTo("expected a value, found '}'");
              assertThat(e.getLocation().getLineNr()).isEqualTo(2);
              assertThat(e.getLocation().getColumnNr()).isEqualTo(5);
              assertThat(e).hasCauseInstanceOf(JsonException.class);
            });
    assertThatThrownBy(() -> Mapper.create().readTree(new byte[] {'\'', (byte) 0xFF, '\''}))
        .isInstanceOf(JsonParseException.class)
        .hasMessageContaining("0xFF is not UTF-8");
  }

  @Test
  void numbersThatDoNotFitAreRefused() {
    assertThatThrownBy(() -> Mapper.create().readValue("2147483648", int.class))
        .isInstanceOf(InputCoercionException.class);
    assertThatThrownBy(() -> Mapper.create().readValue("0xffffffffffffffff", long.class))
        .isInstanceOf(InputCoercionException.class);
    assertThatThrownBy(() -> Mapper.create().readValue("NaN", BigDecimal.class))
        .isInstanceOf(JsonProcessingException.class);
    assertThatThrownBy(() -> Mapper.create().readValue("{x: {}}", Point.class))
        .isInstanceOf(MismatchedInputException.class);
  }

  @Test
  void wholeNumbersOfAnySizeSurviveUntypedBinding() throws IOException {
    assertThat(Mapper.create().readValue("{a: 123456789012345678901, b: [true]}", Object.class))
        .hasToString("{a=123456789012345678901, b=[true]}");
  }

  @Test
  void binaryIsBase64() throws IOException {
    assertThat(Mapper.create().readValue("'AQID'", byte[].class)).containsExactly(1, 2, 3);
    assertThatThrownBy(() -> Mapper.create().readValue("'?'", byte[].class))
        .isInstanceOf(JsonProcessingException.class);
  }

  @Test
  void theLimitsOfAFactoryHoldForStreams() {
    var factory = new Json5Factory(new Limits(2, 10, 10));
    var endless =
        new java.io.InputStream() {
          @Override
          public int read() {
            return ' ';
          }
        };
    assertThatThrownBy(() -> factory.createParser(endless))
        .isInstanceOf(JsonParseException.class)
        .hasMessageContaining("10 are allowed");
    assertThatThrownBy(() -> factory.createParser(new StringReader(" ".repeat(9000))))
        .isInstanceOf(JsonParseException.class)
        .hasMessageContaining("10 are allowed");
    assertThat(factory.copy().streamReadConstraints()).isEqualTo(StreamReadConstraints.defaults());
  }
}
