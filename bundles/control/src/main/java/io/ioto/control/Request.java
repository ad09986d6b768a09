// SPDX-License-Identifier: Apache-2.0
package io.ioto.control;

import io.ioto.api.control.CommandException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// The head of one HTTP request (RFC 9112): what is asked and how long its body is.
///
/// @param method upper-case
/// @param path decoded
/// @param query variables, decoded; of one that is repeated the last
/// @param length bytes of the body
/// @param expects whether the client waits to be told to send the body (RFC 9110 §10.1.1)
record Request(
    String method, String path, Map<String, String> query, long length, boolean expects) {
  private static final Pattern LINE = Pattern.compile("([A-Z]{1,20}) (/\\S*) HTTP/1\\.[01]");
  private static final Pattern NAME = Pattern.compile("[!#$%&'*+\\-.^_`|~0-9A-Za-z]+");
  private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

  Request {
    query = Map.copyOf(query);
  }

  /// Reads a head.
  ///
  /// @param limit largest head in bytes
  /// @return nothing when the client closed without asking anything
  /// @throws CommandException for what is no request we can answer
  static Optional<Request> read(InputStream in, int limit) throws IOException {
    var line = line(in, limit);
    if (line.isEmpty()) {
      return Optional.empty();
    }
    var start = line.get();
    var left = limit - start.length();
    var request = LINE.matcher(start);
    if (!request.matches()) {
      throw bad(
          "expected a request line such as 'GET /status HTTP/1.1', not '%s'"
              .formatted(shorten(start)));
    }
    var headers = new HashMap<String, String>();
    while (true) {
      var header = line(in, left).orElseThrow(() -> bad("the connection ended in the header"));
      if (header.isEmpty()) {
        break;
      }
      left -= header.length();
      var colon = header.indexOf(':');
      if (colon < 1 || !NAME.matcher(header.substring(0, colon)).matches()) {
        throw bad(
            "expected a header such as 'Content-Length: 7', not '%s'".formatted(shorten(header)));
      }
      var name = header.substring(0, colon).toLowerCase(Locale.ROOT);
      var value = header.substring(colon + 1).strip();
      var before = headers.put(name, value);
      if (name.equals("content-length") && before != null && !before.equals(value)) {
        throw bad(
            "two values of Content-Length, %s and %s".formatted(shorten(before), shorten(value)));
      }
    }
    return Optional.of(of(request.group(1), request.group(2), headers));
  }

  private static Request of(String method, String target, Map<String, String> headers) {
    if (headers.containsKey("transfer-encoding")) {
      throw new CommandException(
          411, "NO_LENGTH", "a body needs a Content-Length; transfer encodings are not taken");
    }
    var length = headers.getOrDefault("content-length", "0");
    if (!LENGTH.matcher(length).matches()) {
      throw bad("expected a number as Content-Length, not '%s'".formatted(shorten(length)));
    }
    var mark = target.indexOf('?');
    return new Request(
        method,
        decode(mark < 0 ? target : target.substring(0, mark)),
        mark < 0 ? Map.of() : query(target.substring(mark + 1)),
        Long.parseLong(length),
        headers.getOrDefault("expect", "").equalsIgnoreCase("100-continue"));
  }

  private static Map<String, String> query(String text) {
    var query = new HashMap<String, String>();
    for (var pair : text.split("&", -1)) {
      var equals = pair.indexOf('=');
      if (!pair.isEmpty()) {
        query.put(
            decode(equals < 0 ? pair : pair.substring(0, equals)),
            equals < 0 ? "" : decode(pair.substring(equals + 1)));
      }
    }
    return query;
  }

  /// Percent-decodes UTF-8; `URLDecoder` would let broken bytes pass and take `+` for a blank.
  private static String decode(String text) {
    var bytes = new ByteArrayOutputStream();
    for (var i = 0; i < text.length(); i++) {
      var c = text.charAt(i);
      if (c != '%') {
        bytes.write(c);
      } else if (i + 2 < text.length()
          && Character.digit(text.charAt(i + 1), 16) >= 0
          && Character.digit(text.charAt(i + 2), 16) >= 0) {
        bytes.write(Integer.parseInt(text, i + 1, i + 3, 16));
        i += 2;
      } else {
        throw bad("expected two hex digits after '%%' in '%s'".formatted(shorten(text)));
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException _) {
      throw bad("'%s' is not UTF-8".formatted(shorten(text)));
    }
  }

  /// One line without its end; nothing at the end of the stream.
  private static Optional<String> line(InputStream in, int limit) throws IOException {
    var line = new ByteArrayOutputStream();
    for (var b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        if (line.size() == 0) {
          return Optional.empty();
        }
        throw bad("the connection ended in the header");
      }
      if (line.size() >= limit) {
        throw new CommandException(
            431, "HEADER_TOO_LARGE", "request line and header are over control.limits.header");
      }
      line.write(b);
    }
    var text = line.toString(StandardCharsets.ISO_8859_1);
    return Optional.of(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text);
  }

  private static String shorten(String text) {
    var clean = text.replaceAll("[^ -~]", "?");
    return clean.length() <= 80 ? clean : clean.substring(0, 80) + "…";
  }

  private static CommandException bad(String message) {
    return new CommandException(400, "BAD_REQUEST", message);
  }
}
