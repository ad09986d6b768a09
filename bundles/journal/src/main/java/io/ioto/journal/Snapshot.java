// SPDX-License-Identifier: Apache-2.0
package io.ioto.journal;

/// The owner's whole state after one record, from which a new generation begins.
public interface Snapshot {
  /// The last record that the state contains.
  long sequence();

  /// Writes the state as records; called once, by the thread that compacts, while appends go on.
  void write(Sink sink);

  /// Where a snapshot is written to.
  interface Sink {
    /// Adds a record; its type, 0 to 127, is the owner's.
    void add(int type, byte[] payload);
  }
}
