// SPDX-License-Identifier: Apache-2.0
package io.ioto.journal;

/// Takes what a journal holds while it is opened: first the snapshot its generation began with,
/// then the records since, in order. Called by the thread that opens; what it throws ends the
/// opening.
public interface Replay {
  void snapshot(int type, byte[] payload);

  void record(int type, long sequence, byte[] payload);
}
