// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Takes lines from whoever logs and writes them on a thread of its own, so that nobody waits for
/// a disk or a terminal. What does not fit into the queue, and what cannot be written, is dropped
/// and counted, and the count is logged once that is possible. May be shared between threads.
final class LogWriter {
  /// Lines are joined up to this size, so that many take one call of the operating system.
  private static final int BLOCK = 32 * 1024;

  private sealed interface Work {}

  private static final class Line implements Work {
    final byte[] text;

    Line(byte[] text) {
      this.text = text;
    }
  }

  private record Change(LogSink sink, Function<String, String> warning) implements Work {}

  private final PrintStream complaints;
  private final Deque<Work> queue = new ArrayDeque<>();
  private final Thread thread;
  private long limit;
  private long waiting;
  private long overflown;
  private boolean writing;
  private boolean closed;

  // These belong to the thread.
  private @Nullable LogSink sink;
  private Function<String, String> warning = message -> message + "\n";
  private long lost;
  private @Nullable String trouble;

  /// @param complaints where it is said, once, that the log cannot be written
  LogWriter(PrintStream complaints) {
    this.complaints = complaints;
    // A platform thread: one that is stuck in a full pipe must not hold a carrier.
    thread = Thread.ofPlatform().daemon().name("log").start(this::run);
  }

  /// Has later lines written elsewhere; those before still go to the old place.
  ///
  /// @param warning makes a line of a message
  /// @param bytes how much may wait
  synchronized void change(LogSink next, Function<String, String> warning, long bytes) {
    limit = bytes;
    queue.add(new Change(next, warning));
    notifyAll();
  }

  /// Takes a line; never waits, never fails.
  synchronized void write(String line) {
    var text = line.getBytes(StandardCharsets.UTF_8);
    if (closed || waiting + text.length > limit) {
      overflown++;
      return;
    }
    waiting += text.length;
    queue.add(new Line(text));
    notifyAll();
  }

  /// Waits until everything taken so far is written.
  ///
  /// @return false when that took too long
  synchronized boolean flush(Duration patience) throws InterruptedException {
    var deadline = System.nanoTime() + patience.toNanos();
    while (writing || !queue.isEmpty()) {
      var left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    return true;
  }

  /// Writes what waits, for as long as patience lasts, and ends.
  void close(Duration patience) {
    try {
      flush(patience);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    try {
      if (thread.join(patience)) {
        return;
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    thread.interrupt();
  }

  private void run() {
    try {
      while (true) {
        var work = next();
        if (work == null) {
          break;
        }
        switch (work) {
          case Line first -> put(first);
          case Change change -> {
            if (sink != null) {
              sink.close();
            }
            sink = change.sink();
            warning = change.warning();
            trouble = null;
          }
        }
      }
    } catch (InterruptedException _) {
      // Closed before everything was written.
    } finally {
      if (sink != null) {
        sink.close();
      }
    }
  }

  private synchronized @Nullable Work next() throws InterruptedException {
    writing = false;
    if (queue.isEmpty()) {
      notifyAll();
    }
    while (queue.isEmpty() && !closed) {
      wait();
    }
    var work = queue.poll();
    writing = work != null;
    return work;
  }

  private void put(Line first) {
    var block = new ByteArrayOutputStream();
    var lines = gather(first, block);
    var missed = lost + takeOverflown();
    try {
      if (sink == null) {
        throw new IOException("there is no place to write to");
      }
      if (missed > 0) {
        var why = trouble == null ? "they came faster than they could be written" : trouble;
        var note = warning.apply("%d lines of the log were lost: %s".formatted(missed, why));
        sink.write(note.getBytes(StandardCharsets.UTF_8));
        missed = 0;
        trouble = null;
      }
      sink.write(block.toByteArray());
      lost = 0;
    } catch (IOException | RuntimeException e) {
      // Whatever it was, the log goes on.
      lost = missed + lines;
      if (trouble == null && sink != null) {
        complaints.println(
            "log: cannot write to %s, lines are lost until that is possible: %s"
                .formatted(sink.name(), e));
      }
      trouble = e.toString();
    }
  }

  /// Joins the line with those that wait behind it.
  private synchronized int gather(Line first, ByteArrayOutputStream block) {
    var lines = 0;
    for (Work work = first; work instanceof Line line; work = queue.peek()) {
      if (lines > 0) {
        if (block.size() + line.text.length > BLOCK) {
          break;
        }
        queue.remove();
      }
      block.writeBytes(line.text);
      waiting -= line.text.length;
      lines++;
    }
    return lines;
  }

  private synchronized long takeOverflown() {
    var count = overflown;
    overflown = 0;
    return count;
  }
}
