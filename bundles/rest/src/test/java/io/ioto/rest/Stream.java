// SPDX-License-Identifier: Apache-2.0
package io.ioto.rest;

import io.ioto.api.web.Events;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;

/// A stream of events that keeps what is sent.
final class Stream implements Events {
  final List<String> sent = new CopyOnWriteArrayList<>();

  @Override
  public Optional<String> lastId() {
    return Optional.empty();
  }

  @Override
  public void send(String id, String event, String data) {
    sent.add(event + " " + data);
  }

  @Override
  public void retry(Duration delay) {}

  @Override
  public <T> T next(BlockingQueue<T> queue) {
    try {
      return queue.take();
    } catch (InterruptedException e) {
      var ended = new CancellationException("the client has gone");
      ended.initCause(e);
      throw ended;
    }
  }

  @Override
  public void pause(Duration time) {}
}
