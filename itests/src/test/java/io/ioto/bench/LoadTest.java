// SPDX-License-Identifier: Apache-2.0
package io.ioto.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class LoadTest {
  private static final String GOOD = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood";
  private static final String CHUNKED =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\ngo\r\n2\r\nod\r\n0\r\n\r\n";

  /// Answers the n-th request with what a function says, and hangs up when it says nothing.
  private static final class Server implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final AtomicInteger requests = new AtomicInteger();
    private final IntFunction<String> answers;

    Server(IntFunction<String> answers) throws IOException {
      this.answers = answers;
      Thread.ofVirtual().start(this::accept);
    }

    URI url() {
      return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    private void accept() {
      try {
        while (true) {
          var socket = listener.accept();
          Thread.ofVirtual().start(() -> serve(socket));
        }
      } catch (IOException _) {
        // closed: the test is over
      }
    }

    private void serve(Socket socket) {
      try (socket) {
        socket.setTcpNoDelay(true);
        var in = socket.getInputStream();
        var last = 0;
        for (var c = in.read(); c >= 0; c = in.read()) {
          last = last << 8 | c;
          if (last == 0x0d0a0d0a) {
            var answer = answers.apply(requests.incrementAndGet());
            if (answer.isEmpty()) {
              return;
            }
            // In two parts, as a slow network would.
            var bytes = answer.getBytes(StandardCharsets.US_ASCII);
            socket.getOutputStream().write(bytes, 0, 20);
            socket.getOutputStream().flush();
            socket.getOutputStream().write(bytes, 20, bytes.length - 20);
            socket.getOutputStream().flush();
            if (answer.contains("Connection: close")) {
              return;
            }
          }
        }
      } catch (IOException _) {
        // the client has what it wanted
      }
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }

  private static Load.Result load(IntFunction<String> answers)
      throws IOException, InterruptedException {
    try (var server = new Server(answers);
        var load =
            new Load(
                server.url(),
                List.of(
                    new Load.Target(
                        "/", b -> new String(b, StandardCharsets.UTF_8).equals("good"))),
                4)) {
      load.await(2_000);
      return load.stop();
    }
  }

  @Test
  void goodAnswersAreNoFailures() throws Exception {
    var result = load(n -> n % 2 == 0 ? GOOD : CHUNKED);

    assertThat(result.problems()).isEmpty();
    assertThat(result.failures()).isZero();
    assertThat(result.requests()).isGreaterThanOrEqualTo(2_000);
    assertThat(result.waits().maxMs()).isPositive();
    assertThat(result.waits().ms(0.99)).isPositive().isLessThanOrEqualTo(result.waits().maxMs());
  }

  @Test
  void connectionThatTheServerClosesBetweenRequestsIsNoFailure() throws Exception {
    var closing = GOOD.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");

    assertThat(load(n -> n % 5 == 0 ? closing : GOOD).problems()).isEmpty();
  }

  @Test
  void anotherStatusIsFailure() throws Exception {
    var result = load(n -> n % 1_000 == 0 ? GOOD.replace("200 OK", "503 No") : GOOD);

    assertThat(result.failures()).isEqualTo(result.requests() / 1_000);
    assertThat(result.problems()).first().isEqualTo("/: status 503: good");
  }

  @Test
  void anotherBodyIsFailure() throws Exception {
    var result = load(n -> n % 1_000 == 0 ? GOOD.replace("good", "evil") : GOOD);

    assertThat(result.failures()).isEqualTo(result.requests() / 1_000);
    assertThat(result.problems()).first().isEqualTo("/: body: evil");
  }

  @Test
  void connectionClosedUnderRequestIsFailure() throws Exception {
    var result = load(n -> n % 1_000 == 0 ? "" : GOOD);

    assertThat(result.failures()).isEqualTo(result.requests() / 1_000);
    assertThat(result.problems()).first().asString().contains("connection closed");
  }

  @Test
  void serversElsewhereAreNotPutUnderLoad() {
    assertThatThrownBy(
            () ->
                new Load(
                    URI.create("http://192.0.2.1:80"), List.of(new Load.Target("/", _ -> true)), 1))
        .hasMessage("http://192.0.2.1:80 is not on this machine");
  }
}
