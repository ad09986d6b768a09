// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.http;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A whole answer. Its bytes are not copied: they belong to the caller.
public final class Answer {
  private final int status;
  private final Map<String, List<String>> headers;
  private final byte[] body;

  /// @param headers names in lower case
  public Answer(int status, Map<String, List<String>> headers, byte[] body) {
    this.status = status;
    this.headers = Map.copyOf(headers);
    this.body = body;
  }

  public int status() {
    return status;
  }

  /// True for 200 to 299.
  public boolean ok() {
    return status / 100 == 2;
  }

  /// First value of a header.
  ///
  /// @param name in lower case
  public Optional<String> header(String name) {
    return headers.getOrDefault(name, List.of()).stream().findFirst();
  }

  public byte[] body() {
    return body;
  }

  /// The body as UTF-8 text.
  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  /// The status and the beginning of the body, for messages.
  @Override
  public String toString() {
    var text = text().strip();
    return "%d %s".formatted(status, text.length() <= 200 ? text : text.substring(0, 200) + "…");
  }
}
