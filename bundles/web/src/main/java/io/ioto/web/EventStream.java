// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import io.ioto.api.web.Events;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A stream of server-sent events (WHATWG HTML §9.2). Belongs to the thread of the handler; [#end]
/// may be called by any, and interrupts it only while it waits here, so that whatever else the
/// handler does is never torn.
final class EventStream implements Events {
  private static final byte[] HEARTBEAT = {':', '\n', '\n'};

  /// How often [#end] is called until it breaks off what is being sent; by a gate, each 100 ms.
  private static final int URGENT = 10;

  private final Streams.Limits limits;
  private final Binder publisher;
  private final OutputStream out;
  private final Optional<String> lastId;
  private final BooleanSupplier welcome;
  private long checked = System.nanoTime();
  private @Nullable Thread waiting;
  private @Nullable Thread writing;
  private int urged;
  private boolean ended;

  /// @param publisher whose handler it is
  /// @param welcome asked now and then whether the client may go on
  EventStream(
      Streams.Limits limits,
      Binder publisher,
      OutputStream out,
      Optional<String> lastId,
      BooleanSupplier welcome) {
    this.limits = limits;
    this.publisher = publisher;
    this.out = out;
    this.lastId = lastId;
    this.welcome = welcome;
  }

  Binder publisher() {
    return publisher;
  }

  /// Ends the stream as soon as its thread looks. When called again and again it breaks off what a
  /// client does not take.
  synchronized void end() {
    ended = true;
    urged++;
    if (waiting != null) {
      waiting.interrupt();
    } else if (writing != null && urged > URGENT) {
      writing.interrupt();
    }
  }

  synchronized boolean ended() {
    return ended;
  }

  @Override
  public Optional<String> lastId() {
    return lastId;
  }

  @Override
  public void send(String id, String event, String data) {
    var text = new StringBuilder(data.length() + 64);
    field(text, "id", id);
    field(text, "event", event);
    // All three line ends that there are.
    for (var line : data.replace("\r\n", "\n").replace('\r', '\n').split("\n", -1)) {
      text.append("data: ").append(line).append('\n');
    }
    write(text.append('\n').toString().getBytes(StandardCharsets.UTF_8));
  }

  private static void field(StringBuilder text, String name, String value) {
    if (value.chars().anyMatch(c -> c == '\n' || c == '\r' || c == 0)) {
      throw new IllegalArgumentException(
          "the %s of an event may not hold a line end or a zero".formatted(name));
    }
    if (!value.isEmpty()) {
      text.append(name).append(": ").append(value).append('\n');
    }
  }

  @Override
  public void retry(Duration delay) {
    write("retry: %d\n\n".formatted(delay.toMillis()).getBytes(StandardCharsets.UTF_8));
  }

  private void write(byte[] bytes) {
    begin(false);
    try {
      out.write(bytes);
      out.flush();
    } catch (IOException e) {
      end();
      var cancelled = cancelled();
      cancelled.initCause(e);
      throw cancelled;
    } finally {
      done();
    }
  }

  private static CancellationException cancelled() {
    return new CancellationException("the stream of events has ended");
  }

  @Override
  public <T> T next(BlockingQueue<T> queue) {
    while (true) {
      var next = poll(queue, limits.heartbeat().toNanos());
      if (next != null) {
        return next;
      }
    }
  }

  @Override
  public void pause(Duration time) {
    var nothing = new ArrayBlockingQueue<Boolean>(1);
    var deadline = System.nanoTime() + time.toNanos();
    for (var left = time.toNanos(); left > 0; left = deadline - System.nanoTime()) {
      var _ = poll(nothing, Math.min(left, limits.heartbeat().toNanos()));
    }
  }

  private <T> @Nullable T poll(BlockingQueue<T> queue, long nanos) {
    var beat = System.nanoTime() - checked;
    if (beat >= limits.heartbeat().toNanos()) {
      checked = System.nanoTime();
      if (!welcome.getAsBoolean()) {
        end();
      }
      write(HEARTBEAT);
    }
    begin(true);
    try {
      return queue.poll(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException _) {
      if (!ended()) {
        Thread.currentThread().interrupt();
        end();
      }
      throw cancelled();
    } finally {
      done();
    }
  }

  private synchronized void begin(boolean wait) {
    if (ended) {
      throw cancelled();
    }
    waiting = wait ? Thread.currentThread() : null;
    writing = wait ? null : Thread.currentThread();
  }

  /// An interrupt that came too late to be noticed must not hit what the handler does next.
  private synchronized void done() {
    waiting = null;
    writing = null;
    if (ended) {
      var _ = Thread.interrupted();
    }
  }
}
