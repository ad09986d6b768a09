// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.io.IOContext;
import java.io.DataInput;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;

/// Reads JSON5 wherever Jackson wants a factory; writes strict JSON. A text is taken in whole
/// before its first token, so the size limit bounds memory. Bytes are UTF-8.
public final class Json5Factory extends JsonFactory {
  private static final long serialVersionUID = 1;

  private final transient Limits limits;

  public Json5Factory() {
    this(Limits.DEFAULT);
  }

  public Json5Factory(Limits limits) {
    this.limits = limits;
  }

  @Override
  public JsonFactory copy() {
    return new Json5Factory(limits);
  }

  @Override
  public String getFormatName() {
    return "JSON5";
  }

  @Override
  protected Object readResolve() {
    return new Json5Factory();
  }

  @Override
  protected JsonParser _createParser(InputStream in, IOContext context) throws IOException {
    // One byte more than any text within the limit can have shows that it is too long.
    var bytes = in.readNBytes(Math.toIntExact(Math.min(3L * limits.size() + 1, 1 << 30)));
    return parser(bytes, 0, bytes.length, context);
  }

  @Override
  protected JsonParser _createParser(byte[] data, int offset, int length, IOContext context)
      throws IOException {
    return parser(data, offset, length, context);
  }

  @Override
  protected JsonParser _createParser(Reader reader, IOContext context) throws IOException {
    var text = new StringBuilder();
    var buffer = new char[4096];
    while (text.length() <= limits.size()) {
      int count = reader.read(buffer);
      if (count < 0) {
        break;
      }
      text.append(buffer, 0, count);
    }
    return parser(text.toString(), context);
  }

  @Override
  protected JsonParser _createParser(
      char[] data, int offset, int length, IOContext context, boolean recyclable)
      throws IOException {
    return parser(new String(data, offset, length), context);
  }

  @Override
  protected JsonParser _createParser(DataInput in, IOContext context) throws IOException {
    throw new IOException("JSON5 cannot be read from a DataInput, which has no end");
  }

  private JsonParser parser(byte[] data, int offset, int length, IOContext context)
      throws IOException {
    try {
      return parser(Text.decode(ByteBuffer.wrap(data, offset, length), source(context)), context);
    } catch (JsonException e) {
      throw Json5Parser.translate(null, e);
    }
  }

  private JsonParser parser(String text, IOContext context) throws IOException {
    try {
      return new Json5Parser(
          new Tokenizer(text, source(context), limits), context, _parserFeatures, getCodec());
    } catch (JsonException e) {
      throw Json5Parser.translate(null, e);
    }
  }

  private static String source(IOContext context) {
    return switch (context.contentReference().getRawContent()) {
      case java.io.File file -> file.getName();
      case java.net.URL url -> url.getPath();
      case null, default -> "JSON";
    };
  }
}
