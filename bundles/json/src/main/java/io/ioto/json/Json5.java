// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/// Reads JSON5 text into trees and prints trees as strict JSON, without an object mapper. JSON5 is
/// read as version 1.0.0 of its specification says; where that leaves a choice, the one that is
/// safest for configuration: a property named twice in one object is refused, integers are exact,
/// other numbers are doubles and refused when out of a double's range.
public final class Json5 {
  private Json5() {}

  /// The tree of a text; the source names it in messages.
  ///
  /// @throws JsonException when it is not JSON5 or exceeds [Limits#DEFAULT]
  public static JsonNode read(String text, String source) {
    return read(text, source, Limits.DEFAULT);
  }

  /// The tree of a text within given limits.
  ///
  /// @throws JsonException when it is not JSON5 or exceeds the limits
  public static JsonNode read(String text, String source, Limits limits) {
    return Tree.read(new Tokenizer(text, source, limits));
  }

  /// The tree of UTF-8 bytes.
  ///
  /// @throws JsonException when they are not JSON5 or exceed the limits
  public static JsonNode read(byte[] utf8, String source, Limits limits) {
    return read(Text.decode(ByteBuffer.wrap(utf8), source), source, limits);
  }

  /// The tree of a text together with the places of its values.
  ///
  /// @throws JsonException when it is not JSON5 or exceeds [Limits#DEFAULT]
  public static Document document(String text, String source) {
    return new Document(text, source, Limits.DEFAULT);
  }

  /// The tree of a UTF-8 file together with the places of its values; messages show the file's
  /// name without its folder.
  ///
  /// @throws JsonException when it is not JSON5 or exceeds [Limits#DEFAULT]
  public static Document document(Path file) throws IOException {
    var name = file.getFileName();
    var source = (name == null ? file : name).toString();
    return new Document(Text.read(file, source, Limits.DEFAULT), source, Limits.DEFAULT);
  }

  /// Strict JSON on one line without spaces.
  ///
  /// @throws IllegalArgumentException when a number is not finite, which strict JSON cannot say
  public static String print(JsonNode node) {
    return new Printer(false).print(node);
  }

  /// Strict JSON, one value a line, indented by two spaces, without a line end after the last.
  ///
  /// @throws IllegalArgumentException when a number is not finite, which strict JSON cannot say
  public static String pretty(JsonNode node) {
    return new Printer(true).print(node);
  }

  /// A text in the double quotes and escapes of strict JSON.
  public static String quote(String text) {
    return Printer.quote(text);
  }
}
