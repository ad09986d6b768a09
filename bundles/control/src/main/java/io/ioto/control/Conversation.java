// SPDX-License-Identifier: Apache-2.0
package io.ioto.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.ioto.api.control.Command;
import io.ioto.api.control.CommandException;
import io.ioto.api.control.CommandRequest;
import io.ioto.api.runtime.VacantException;
import io.ioto.json.Json5;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection: a request, its answer, the end. The only place that turns exceptions into
/// statuses.
final class Conversation {
  private static final Logger log = LoggerFactory.getLogger(Conversation.class);
  private static final int BUFFER = 64 << 10;

  private record Answer(int status, JsonNode body) {
    static Answer error(int status, String code, String message) {
      var nodes = JsonNodeFactory.instance;
      return new Answer(
          status,
          nodes
              .objectNode()
              .set("error", nodes.objectNode().put("code", code).put("message", message)));
    }
  }

  private final SocketChannel channel;
  private final Switchboard switchboard;
  private final Settings settings;

  /// When the client was last asked for something, as `System.nanoTime()`; 0 while it is not.
  private volatile long waiting;

  private volatile boolean asked;
  private volatile boolean taken;
  private @Nullable Body body;

  Conversation(SocketChannel channel, Switchboard switchboard, Settings settings) {
    this.channel = channel;
    this.switchboard = switchboard;
    this.settings = settings;
  }

  /// Serves the connection to its end.
  void run() {
    try (channel) {
      var in = new BufferedInputStream(new Incoming(), BUFFER);
      var answer = answer(in);
      if (answer != null) {
        send(answer);
        if (body == null || !body.ended()) {
          linger();
        }
      }
    } catch (IOException e) {
      log.debug("control connection ended: {}", e.toString());
    }
  }

  /// Answers whoever comes when there are too many, without reading what they ask.
  void refuse() {
    try (channel) {
      send(
          Answer.error(
              503,
              "BUSY",
              "control.limits.connections: %d connections are open already"
                  .formatted(settings.maxConnections())));
    } catch (IOException e) {
      log.debug("control connection ended: {}", e.toString());
    }
  }

  /// True when the client has kept us waiting for longer than `idle`.
  boolean stalled() {
    var since = waiting;
    return since != 0 && System.nanoTime() - since > TimeUnit.NANOSECONDS.convert(settings.idle());
  }

  /// True once there is something to answer.
  boolean asked() {
    return asked;
  }

  /// True while what was asked for waits for somebody to answer it.
  boolean vacant() {
    return asked && !taken;
  }

  /// Cuts the client off.
  void cut() {
    try {
      channel.close();
    } catch (IOException e) {
      log.debug("control connection does not close: {}", e.toString());
    }
  }

  private @Nullable Answer answer(InputStream in) throws IOException {
    try {
      var request = Request.read(in, settings.maxHeader()).orElse(null);
      if (request == null) {
        return null;
      }
      asked = true;
      var command = switchboard.find(request.method(), request.path());
      if (request.length() > settings.maxBody()) {
        throw new CommandException(
            413,
            "TOO_LARGE",
            "the body has %d bytes; control.limits.body allows %d"
                .formatted(request.length(), settings.maxBody()));
      }
      if (request.expects()) {
        write("HTTP/1.1 100 Continue\r\n\r\n");
      }
      var content = new Body(in, request.length());
      body = content;
      var question = new CommandRequest(request.query(), content, request.length());
      return new Answer(200, Objects.requireNonNull(command.call(c -> run(c, question))));
    } catch (CommandException e) {
      return Answer.error(e.status(), e.code(), String.valueOf(e.getMessage()));
    } catch (VacantException e) {
      // Whoever was told not to wait any longer still answers.
      var _ = Thread.interrupted();
      return Answer.error(503, "VACANT", String.valueOf(e.getMessage()));
    } catch (EOFException e) {
      return Answer.error(400, "BAD_REQUEST", String.valueOf(e.getMessage()));
    } catch (Exception e) {
      if (!channel.isOpen()) {
        throw new IOException("cut off", e);
      }
      var id = Integer.toHexString(ThreadLocalRandom.current().nextInt() | 1 << 31);
      log.error("control command failed, id {}", id, e);
      return Answer.error(
          500, "INTERNAL", "the command failed; the log says why, under id %s".formatted(id));
    }
  }

  private JsonNode run(Command command, CommandRequest request) throws Exception {
    taken = true;
    return command.run(request);
  }

  private void send(Answer answer) throws IOException {
    var body = Json5.print(answer.body()) + "\n";
    write(
        "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
            .formatted(
                answer.status(),
                phrase(answer.status()),
                body.getBytes(StandardCharsets.UTF_8).length,
                body));
  }

  private static String phrase(int status) {
    return switch (status) {
      case 200 -> "OK";
      case 400 -> "Bad Request";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 411 -> "Length Required";
      case 413 -> "Content Too Large";
      case 422 -> "Unprocessable Content";
      case 431 -> "Request Header Fields Too Large";
      case 500 -> "Internal Server Error";
      case 503 -> "Service Unavailable";
      case 507 -> "Insufficient Storage";
      default -> "Status";
    };
  }

  /// Takes what the client still sends, so that it reads the answer before it sees the end: a
  /// socket closed with unread bytes is reset.
  private void linger() throws IOException {
    channel.shutdownOutput();
    var rest = new Incoming();
    var buffer = new byte[BUFFER];
    for (long taken = 0; taken <= settings.maxBody(); ) {
      var n = rest.read(buffer, 0, buffer.length);
      if (n < 0) {
        return;
      }
      taken += n;
    }
  }

  private void write(String text) throws IOException {
    var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      waiting = System.nanoTime() | 1;
      try {
        channel.write(bytes);
      } finally {
        waiting = 0;
      }
    }
  }

  /// The connection as a stream that notes when it waits.
  private final class Incoming extends InputStream {
    @Override
    public int read() throws IOException {
      var one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      waiting = System.nanoTime() | 1;
      try {
        return channel.read(ByteBuffer.wrap(bytes, offset, length));
      } finally {
        waiting = 0;
      }
    }
  }

  /// As many bytes as were announced.
  private static final class Body extends InputStream {
    private final InputStream in;
    private final long length;
    private long left;

    Body(InputStream in, long length) {
      this.in = in;
      this.length = length;
      left = length;
    }

    @Override
    public int read() throws IOException {
      var one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /// True when nothing of it is left to be read.
    boolean ended() {
      return left == 0;
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
      if (left == 0) {
        return -1;
      }
      var n = in.read(bytes, offset, (int) Math.min(count, left));
      if (n < 0) {
        throw new EOFException(
            "the body ended after %d of %d bytes".formatted(length - left, length));
      }
      left -= n;
      return n;
    }
  }
}
