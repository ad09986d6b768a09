// SPDX-License-Identifier: Apache-2.0
package io.ioto.journal;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A record that has its place in the order and is on its way to the disk.
public final class Pending {
  private final long sequence;
  final int type;
  final byte[] payload;
  private volatile boolean done;
  private @Nullable JournalException failure;
  private volatile @Nullable Thread waiting;

  Pending(long sequence, int type, byte[] payload) {
    this.sequence = sequence;
    this.type = type;
    this.payload = payload;
  }

  public long sequence() {
    return sequence;
  }

  /// Returns once the record is on the disk; an interrupt does not end the wait and is kept. To be
  /// called by one thread.
  ///
  /// @throws JournalException when it is not, and never will be
  public void await() {
    waiting = Thread.currentThread();
    var interrupted = false;
    while (!done) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure != null) {
      throw failure.again();
    }
  }

  void finish(@Nullable JournalException reason) {
    failure = reason;
    done = true;
    LockSupport.unpark(waiting);
  }
}
