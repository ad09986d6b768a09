// SPDX-License-Identifier: Apache-2.0
package io.ioto.trust;

import java.io.Serial;

/// Something is wrong with what the tool was asked or given; the message is for people.
final class ToolException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  ToolException(String message) {
    super(message);
  }

  ToolException(String message, Throwable cause) {
    super(message, cause);
  }
}
