// SPDX-License-Identifier: Apache-2.0
package io.ioto.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/// A web server of one folder which counts what it sends, and can be told to stop in the middle.
final class Depot implements AutoCloseable {
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-");

  private final Path folder;
  private final HttpServer server;
  private final AtomicLong sent = new AtomicLong();
  private volatile long most = Long.MAX_VALUE;

  Depot(Path folder) throws IOException {
    this.folder = folder;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.start();
  }

  URI url() {
    return URI.create("http://127.0.0.1:%d/".formatted(server.getAddress().getPort()));
  }

  /// Bytes of files so far.
  long sent() {
    return sent.get();
  }

  /// Breaks every answer off once that many more bytes have been sent in all.
  void breakAfter(long bytes) {
    most = sent.get() + bytes;
  }

  /// Serves as it should again.
  void mend() {
    most = Long.MAX_VALUE;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var file = folder.resolve(exchange.getRequestURI().getPath().substring(1)).normalize();
      if (!file.startsWith(folder) || !Files.isRegularFile(file)) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      var range = RANGE.matcher(exchange.getRequestHeaders().getFirst("Range") + "");
      var from = range.matches() ? Long.parseLong(range.group(1)) : 0;
      try (var channel = FileChannel.open(file)) {
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, channel.size() - from);
        send(channel.position(from), exchange);
      }
    }
  }

  private void send(FileChannel file, HttpExchange exchange) throws IOException {
    var buffer = ByteBuffer.allocate(64 << 10);
    while (file.read(buffer) >= 0) {
      if (sent.get() >= most) {
        throw new IOException("broken off");
      }
      exchange.getResponseBody().write(buffer.array(), 0, buffer.position());
      sent.addAndGet(buffer.position());
      buffer.clear();
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
