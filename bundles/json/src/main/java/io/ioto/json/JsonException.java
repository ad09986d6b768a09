// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

/// Text that is not JSON5, or exceeds a limit. The message begins with the place: `web.json5:3:7:
/// expected ',' or '}', found 'b'`.
public final class JsonException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Location location;
  private final String reason;

  public JsonException(Location location, String reason) {
    super(location + ": " + reason);
    this.location = location;
    this.reason = reason;
  }

  /// Where the text went wrong.
  public Location location() {
    return location;
  }

  /// What was found and what was expected, without the place.
  public String reason() {
    return reason;
  }
}
