// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import java.io.PrintStream;

/// Writes lines to standard output or standard error.
///
/// @param name `stdout` or `stderr`
record LogConsole(String name, PrintStream stream) implements LogSink {
  @Override
  public void write(byte[] lines) {
    stream.write(lines, 0, lines.length);
    stream.flush();
  }

  @Override
  public void close() {
    stream.flush();
  }
}
