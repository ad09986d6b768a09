// SPDX-License-Identifier: Apache-2.0
package io.ioto.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/// Requests without pause to a server on this machine, over a fixed number of kept connections,
/// each with one request under way. Every response is checked; whatever is not exactly as expected
/// counts as a failure: another status, another body, a connection that is refused, reset, or
/// closed under a request. One thread does it all, so that the load takes little from the server.
public final class Load implements AutoCloseable {
  /// What is asked for, and what must come back.
  ///
  /// @param path of the request
  /// @param body tells the right body of a 200 from a wrong one
  public record Target(String path, Predicate<byte[]> body) {
    /// A target whose body never changes: exactly what it answers now.
    public static Target fixed(URI base, String path) throws IOException {
      var body = fetch(base, path);
      return new Target(path, b -> java.util.Arrays.equals(body, b));
    }
  }

  /// What came of it.
  ///
  /// @param requests answered or failed
  /// @param problems what went wrong, the first few in words
  public record Result(
      long requests, long failures, List<String> problems, Duration time, Histogram waits) {}

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
  private static final int PROBLEMS = 20;

  private final class Connection {
    private final Answer answer = new Answer();
    private int next;
    private Target target = targets.getFirst();
    private SocketChannel channel;
    private long sent;
    private boolean busy;

    Connection(int number) throws IOException {
      next = number;
      channel = SocketChannel.open(address);
      register();
    }

    private void register() throws IOException {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ, this);
    }

    void send() {
      var number = next++ % targets.size();
      target = targets.get(number);
      answer.clear();
      sent = System.nanoTime();
      busy = true;
      underWay++;
      var request = ByteBuffer.wrap(encoded.get(number));
      try {
        while (request.hasRemaining()) {
          channel.write(request);
        }
      } catch (IOException e) {
        failed(e.toString());
        renew();
      }
    }

    void receive() {
      try {
        var count = channel.read(answer.space());
        if (count < 0 && !busy) {
          channel.close();
          return;
        }
        if (count < 0) {
          throw new IOException("connection closed under a request");
        }
        if (!answer.added(count)) {
          return;
        }
      } catch (IOException e) {
        failed(e.toString());
        renew();
        return;
      }
      if (answer.status() != 200) {
        failed(
            "status %d: %s"
                .formatted(
                    answer.status(), new String(answer.body(), StandardCharsets.UTF_8).strip()));
      } else if (!target.body().test(answer.body())) {
        failed("body: " + new String(answer.body(), StandardCharsets.UTF_8).strip());
      } else {
        done();
      }
      if (answer.closing()) {
        renew();
      } else if (!stopping) {
        send();
      }
    }

    void expire(long now) {
      if (busy && now - sent > LONGEST_WAIT.toNanos()) {
        failed("no response in %d s".formatted(LONGEST_WAIT.toSeconds()));
        renew();
      }
    }

    private void failed(String why) {
      failures.incrementAndGet();
      if (problems.size() < PROBLEMS) {
        problems.add("%s: %s".formatted(target.path(), why));
      }
      done();
    }

    private void done() {
      if (busy) {
        busy = false;
        underWay--;
      }
      waits.add(System.nanoTime() - sent);
      requests.incrementAndGet();
    }

    private void renew() {
      while (!stopping) {
        try {
          channel.close();
          channel = SocketChannel.open(address);
          register();
          send();
          return;
        } catch (IOException e) {
          failed("connect: " + e);
          LockSupport.parkNanos(5_000_000);
        }
      }
    }
  }

  private final List<Target> targets;
  private final List<byte[]> encoded;
  private final InetSocketAddress address;
  private final Selector selector;
  private final List<Connection> connections = new ArrayList<>();
  private final Histogram waits = new Histogram();
  private final List<String> problems = new ArrayList<>();
  private final long began = System.nanoTime();
  private final Thread thread;
  private volatile boolean stopping;
  private final AtomicLong requests = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private int underWay;

  /// Connects and begins.
  ///
  /// @param targets asked for in turn by each connection
  /// @throws IllegalArgumentException when the server is not on this machine
  public Load(URI base, List<Target> targets, int connections) throws IOException {
    this.targets = List.copyOf(targets);
    this.encoded = targets.stream().map(t -> request(base, t.path())).toList();
    this.address = address(base);
    this.selector = Selector.open();
    for (var i = 0; i < connections; i++) {
      this.connections.add(new Connection(i));
    }
    this.thread = Thread.ofPlatform().name("load").start(this::run);
  }

  /// Requests so far.
  public long requests() {
    return requests.get();
  }

  /// Failures so far.
  public long failures() {
    return failures.get();
  }

  /// Waits for a number of requests in all.
  public void await(long count) {
    while (requests() < count && thread.isAlive()) {
      LockSupport.parkNanos(1_000_000);
    }
    if (requests() < count) {
      throw new IllegalStateException(
          "load ended after %d of %d requests".formatted(requests(), count));
    }
  }

  /// Waits for the requests under way, and ends.
  public Result stop() throws IOException, InterruptedException {
    stopping = true;
    selector.wakeup();
    thread.join();
    return new Result(
        requests(),
        failures(),
        List.copyOf(problems),
        Duration.ofNanos(System.nanoTime() - began),
        waits);
  }

  /// Ends at once, if it was not stopped before.
  @Override
  public void close() throws IOException {
    stopping = true;
    // Wakes the thread, which finds its connections closed.
    selector.close();
    for (var connection : connections) {
      connection.channel.close();
    }
  }

  private void run() {
    connections.forEach(Connection::send);
    var checked = System.nanoTime();
    try {
      while (!stopping || underWay > 0) {
        selector.select(key -> ((Connection) key.attachment()).receive(), 100);
        var now = System.nanoTime();
        if (now - checked > 1_000_000_000) {
          checked = now;
          connections.forEach(c -> c.expire(now));
        }
      }
    } catch (ClosedSelectorException _) {
      // closed before it was stopped: nobody wants the result
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /// Fetches a body once.
  ///
  /// @throws IOException when the status is not 200
  static byte[] fetch(URI base, String path) throws IOException {
    try (var channel = SocketChannel.open(address(base))) {
      channel.write(ByteBuffer.wrap(request(base, path)));
      var answer = Answer.read(channel);
      if (answer.status() != 200) {
        throw new IOException("GET %s%s answers %d".formatted(base, path, answer.status()));
      }
      return answer.body();
    }
  }

  static InetSocketAddress address(URI base) {
    var address = new InetSocketAddress(base.getHost(), base.getPort());
    if (!address.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException(base + " is not on this machine");
    }
    return address;
  }

  private static byte[] request(URI base, String path) {
    return "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n"
        .formatted(path, base.getAuthority())
        .getBytes(StandardCharsets.US_ASCII);
  }
}
