// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// A tree of files to be served. Paths are relative, normalised, and without a leading slash.
interface Folder {
  /// A file as it is now.
  ///
  /// @param size bytes
  /// @param modified seconds since 1970
  /// @param tag changes with the content; without quotes
  /// @param data its bytes
  record File(long size, long modified, String tag, Data data) {}

  /// Opens the bytes of a file.
  @FunctionalInterface
  interface Data {
    /// The bytes from an offset on.
    InputStream from(long offset) throws IOException;
  }

  /// The file at a path; empty when there is none, or it may not be served.
  Optional<File> file(String path) throws IOException;

  /// True when there is a folder at a path that does not end in a slash.
  boolean folder(String path) throws IOException;

  /// How long what [#file] said may be believed.
  long believeNanos();
}
