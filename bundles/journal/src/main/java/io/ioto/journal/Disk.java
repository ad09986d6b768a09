// SPDX-License-Identifier: Apache-2.0
package io.ioto.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// A folder, as far as a journal uses it; the seam at which tests let a disk fail.
interface Disk {
  /// An open file. Writes may be lost, reordered and torn until they are forced; when a force
  /// fails, nobody knows which of them will ever be on the disk.
  interface File extends Closeable {
    long size() throws IOException;

    /// Reads from a place on; returns how many bytes, -1 at the end.
    int read(ByteBuffer into, long position) throws IOException;

    /// Writes all that remains in the buffer.
    void write(ByteBuffer from, long position) throws IOException;

    void truncate(long size) throws IOException;

    /// Brings what was written to the disk, and the length too when asked to.
    void force(boolean length) throws IOException;
  }

  List<String> names() throws IOException;

  /// A new, empty file, private to its owner; replaces one of that name.
  File create(String name) throws IOException;

  File open(String name) throws IOException;

  /// Renames at once, replacing what has that name.
  void rename(String from, String to) throws IOException;

  void delete(String name) throws IOException;

  /// Brings created, renamed and deleted names to the disk.
  void force() throws IOException;

  /// Keeps other owners out until closed; throws a [JournalException], `LOCKED`, when one is in.
  Closeable lock() throws IOException;
}
