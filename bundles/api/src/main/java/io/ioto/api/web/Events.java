// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.web;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import org.osgi.annotation.versioning.ProviderType;

/// A stream of server-sent events to one client. The handler keeps its thread for as long as the
/// stream lasts, and does its waiting here:
///
/// ``` var events = exchange.events(); while (true) { events.send(events.next(queue).toString());
/// }
/// ```
///
/// The stream ends when the handler returns, when the client has gone, and when the handler's
/// bundle or the web server is about to be replaced: then every method throws a
/// [CancellationException], which the handler lets pass after cleaning up. Browsers connect again
/// by themselves and tell the id of the last event they got. Belongs to the thread of the handler.
@ProviderType
public interface Events {
  /// The id of the last event the client got before it lost an earlier stream.
  Optional<String> lastId();

  /// Sends an event of the type `message` that has no id.
  ///
  /// @throws CancellationException when the stream has ended
  default void send(String data) {
    send("", "", data);
  }

  /// Sends an event; what it holds is on its way when this returns.
  ///
  /// @param id the client tells it when it comes back; empty to leave it out
  /// @param event type, which the client listens for; empty for `message`
  /// @param data any text, of one or more lines
  /// @throws CancellationException when the stream has ended
  /// @throws IllegalArgumentException when id or event hold a line end
  void send(String id, String event, String data);

  /// Tells the client how long to wait before it connects again; `web.events.retry` unless told.
  ///
  /// @throws CancellationException when the stream has ended
  void retry(Duration delay);

  /// Takes the next element of a queue and waits for it while the queue is empty. Meanwhile the
  /// connection is kept alive every `web.events.heartbeat`, by which the end of a client is
  /// noticed.
  ///
  /// @throws CancellationException when the stream has ended
  <T> T next(BlockingQueue<T> queue);

  /// Waits, and keeps the connection alive.
  ///
  /// @throws CancellationException when the stream has ended
  void pause(Duration time);
}
