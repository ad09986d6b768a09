// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

import com.fasterxml.jackson.core.Base64Variant;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.ObjectCodec;
import com.fasterxml.jackson.core.Version;
import com.fasterxml.jackson.core.base.ParserMinimalBase;
import com.fasterxml.jackson.core.io.ContentReference;
import com.fasterxml.jackson.core.io.IOContext;
import com.fasterxml.jackson.core.json.JsonReadContext;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/// Shows the tokens of [Tokenizer] to Jackson.
final class Json5Parser extends ParserMinimalBase {
  private static final Version VERSION = new Version(1, 0, 0, null, "io.ioto", "json");

  private final Tokenizer tokens;
  private final IOContext resources;
  private @Nullable ObjectCodec codec;
  private JsonReadContext context = JsonReadContext.createRootContext(null);
  private boolean closed;

  Json5Parser(Tokenizer tokens, IOContext resources, int features, @Nullable ObjectCodec codec) {
    super(features, resources.streamReadConstraints());
    this.tokens = tokens;
    this.resources = resources;
    this.codec = codec;
  }

  static JsonParseException translate(@Nullable JsonParser parser, JsonException e) {
    return new JsonParseException(parser, e.reason(), jackson(e.location()), e);
  }

  private static JsonLocation jackson(Location location) {
    var source = ContentReference.rawReference(true, location.source());
    return new JsonLocation(source, -1, location.line(), location.column());
  }

  @Override
  public @Nullable JsonToken nextToken() throws IOException {
    if (closed) {
      return null;
    }
    @Nullable JsonToken token;
    try {
      token = tokens.next();
    } catch (JsonException e) {
      throw translate(this, e);
    }
    if (token == null) {
      close();
    } else {
      follow(token);
    }
    _currToken = token;
    return token;
  }

  private void follow(JsonToken token) throws IOException {
    if (token == JsonToken.FIELD_NAME) {
      context.setCurrentName(tokens.string());
    } else if (!token.isStructEnd()) {
      context.expectComma(); // counts the value
    }
    if (token == JsonToken.START_OBJECT) {
      context = context.createChildObjectContext(-1, -1);
    } else if (token == JsonToken.START_ARRAY) {
      context = context.createChildArrayContext(-1, -1);
    } else if (token.isStructEnd()) {
      context = context.getParent();
    }
  }

  @Override
  protected void _handleEOF() {
    // Only tokenizers of Jackson's own come here.
    throw new AssertionError();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      resources.close();
    }
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  @Override
  public @Nullable ObjectCodec getCodec() {
    return codec;
  }

  @Override
  public void setCodec(@Nullable ObjectCodec codec) {
    this.codec = codec;
  }

  @Override
  public Version version() {
    return VERSION;
  }

  @Override
  public JsonStreamContext getParsingContext() {
    return context;
  }

  @Override
  public JsonLocation currentLocation() {
    return jackson(tokens.here());
  }

  @Override
  public JsonLocation currentTokenLocation() {
    return jackson(tokens.start());
  }

  @Override
  @SuppressWarnings("deprecation")
  public JsonLocation getCurrentLocation() {
    return currentLocation();
  }

  @Override
  @SuppressWarnings("deprecation")
  public JsonLocation getTokenLocation() {
    return currentTokenLocation();
  }

  @Override
  public @Nullable String currentName() {
    return named().getCurrentName();
  }

  @Override
  @SuppressWarnings("deprecation")
  public @Nullable String getCurrentName() {
    return currentName();
  }

  @Override
  public void overrideCurrentName(String name) {
    try {
      named().setCurrentName(name);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The context that knows the name of the current token: at the start of a container, the one
  /// around it.
  private JsonReadContext named() {
    return _currToken != null && _currToken.isStructStart() ? context.getParent() : context;
  }

  @Override
  public @Nullable String getText() {
    return switch (_currToken) {
      case null -> null;
      case FIELD_NAME -> context.getCurrentName();
      case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> tokens.string();
      default -> _currToken.asString();
    };
  }

  @Override
  public char[] getTextCharacters() {
    return text().toCharArray();
  }

  @Override
  public boolean hasTextCharacters() {
    return false;
  }

  @Override
  public int getTextLength() {
    return text().length();
  }

  @Override
  public int getTextOffset() {
    return 0;
  }

  private String text() {
    var text = getText();
    return text == null ? "" : text;
  }

  @Override
  public byte[] getBinaryValue(Base64Variant variant) throws IOException {
    try {
      return variant.decode(text());
    } catch (IllegalArgumentException e) {
      throw new JsonParseException(this, e.getMessage(), e);
    }
  }

  @Override
  public Number getNumberValue() throws IOException {
    if (_currToken == null || !_currToken.isNumeric()) {
      throw new JsonParseException(this, "expected a number, the token is " + _currToken);
    }
    return tokens.number();
  }

  @Override
  public NumberType getNumberType() throws IOException {
    return switch (getNumberValue()) {
      case Integer _ -> NumberType.INT;
      case Long _ -> NumberType.LONG;
      case BigInteger _ -> NumberType.BIG_INTEGER;
      default -> NumberType.DOUBLE;
    };
  }

  @Override
  public boolean isNaN() {
    return _currToken == JsonToken.VALUE_NUMBER_FLOAT
        && !Double.isFinite(tokens.number().doubleValue());
  }

  @Override
  public int getIntValue() throws IOException {
    long value = getLongValue();
    if (value != (int) value) {
      reportOverflowInt(text());
    }
    return (int) value;
  }

  @Override
  public long getLongValue() throws IOException {
    var value = getNumberValue();
    boolean fits =
        switch (value) {
          case Double d -> d >= Long.MIN_VALUE && d < 0x1p63;
          case BigInteger _ -> false;
          default -> true;
        };
    if (!fits) {
      reportOverflowLong(text());
    }
    return value.longValue();
  }

  @Override
  public float getFloatValue() throws IOException {
    return getNumberValue().floatValue();
  }

  @Override
  public double getDoubleValue() throws IOException {
    return getNumberValue().doubleValue();
  }

  @Override
  public BigInteger getBigIntegerValue() throws IOException {
    return switch (getNumberValue()) {
      case BigInteger big -> big;
      case Double _ -> getDecimalValue().toBigInteger();
      case Number whole -> BigInteger.valueOf(whole.longValue());
    };
  }

  @Override
  public BigDecimal getDecimalValue() throws IOException {
    getNumberValue();
    if (isNaN()) {
      throw new JsonParseException(this, text() + " is not a finite number");
    }
    return new BigDecimal(text());
  }
}
