// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.control;

import java.io.Serial;

/// Ends a command with an error: `{error: {code, message}}`.
public final class CommandException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final int status;
  private final String code;

  /// @param status HTTP status, 400 to 599
  /// @param code stable word for programs, such as `UNRESOLVABLE`
  /// @param message for people
  public CommandException(int status, String code, String message) {
    super(message);
    this.status = status;
    this.code = code;
  }

  public int status() {
    return status;
  }

  public String code() {
    return code;
  }
}
