// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import java.io.IOException;

/// Where lines end up. Belongs to one thread.
interface LogSink {
  /// Writes lines. Either all of them are written or none.
  ///
  /// @throws IOException when they are lost
  void write(byte[] lines) throws IOException;

  /// Lets go of what the sink holds.
  void close();

  /// What is said about it in messages.
  String name();
}
