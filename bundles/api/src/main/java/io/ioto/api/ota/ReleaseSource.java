// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.ota;

import java.io.IOException;
import java.io.InputStream;
import org.osgi.annotation.versioning.ConsumerType;

/// Where releases come from: a TUF repository, by any transport. Nothing it delivers is trusted. A
/// source published as a service is asked instead of the one that is configured; that of the
/// highest ranking where there are more.
@ConsumerType
public interface ReleaseSource {
  /// An open file of the repository.
  ///
  /// @param in its bytes; the reader closes it
  /// @param from offset of the first of them: what was asked for, or 0 where the source cannot
  ///     begin in the middle
  record Content(InputStream in, long from) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  /// Opens a file.
  ///
  /// @param path below the repository, such as `metadata/timestamp.json`
  /// @param from offset from which it is wanted, 0 for the whole
  /// @throws java.nio.file.NoSuchFileException when there is none
  /// @throws IOException when the source cannot be reached
  Content open(String path, long from) throws IOException;
}
