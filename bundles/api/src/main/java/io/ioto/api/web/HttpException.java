// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.web;

import java.io.Serial;

/// Ends a request with a status and a message for the client.
public final class HttpException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final int status;

  /// @param status 400 to 599
  /// @param message what was wrong and what was expected; the client sees it
  public HttpException(int status, String message) {
    super(message);
    if (status < 400 || status > 599) {
      throw new IllegalArgumentException("status %d is not an error".formatted(status));
    }
    this.status = status;
  }

  public int status() {
    return status;
  }
}
