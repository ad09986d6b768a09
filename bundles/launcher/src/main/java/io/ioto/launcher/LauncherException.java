// SPDX-License-Identifier: Apache-2.0
package io.ioto.launcher;

import java.io.Serial;

/// Ends the process with one line for the person who started it.
final class LauncherException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final int exit;

  /// @param exit process exit code
  LauncherException(int exit, String message) {
    super(message);
    this.exit = exit;
  }

  int exit() {
    return exit;
  }
}
