// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import java.io.Serial;
import java.util.Map;

/// Ends a request with a status, a message and headers that belong to it.
final class Refused extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final int status;
  private final transient Map<String, String> headers;

  Refused(int status, String message, Map<String, String> headers) {
    super(message, null, false, false);
    this.status = status;
    this.headers = Map.copyOf(headers);
  }

  int status() {
    return status;
  }

  Map<String, String> headers() {
    return headers;
  }
}
