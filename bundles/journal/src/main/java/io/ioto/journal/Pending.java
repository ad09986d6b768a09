// SPDX-License-Identifier: Apache-2.0
package io.ioto.journal;

import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// A record that has its place in the order and is on its way to the disk. May be shared between
/// threads.
public final class Pending {
  private final long sequence;
  final int type;
  final byte[] payload;
  private final CountDownLatch done = new CountDownLatch(1);
  private @Nullable JournalException failure;

  Pending(long sequence, int type, byte[] payload) {
    this.sequence = sequence;
    this.type = type;
    this.payload = payload;
  }

  public long sequence() {
    return sequence;
  }

  /// Returns once the record is on the disk; an interrupt does not end the wait and is kept.
  ///
  /// @throws JournalException when it is not, and never will be
  public void await() {
    var interrupted = false;
    while (true) {
      try {
        done.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure != null) {
      throw failure.again();
    }
  }

  /// Ends the wait; the first time counts.
  void finish(@Nullable JournalException reason) {
    if (done.getCount() > 0) {
      failure = reason;
      done.countDown();
    }
  }
}
