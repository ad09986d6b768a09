// SPDX-License-Identifier: Apache-2.0
package io.ioto.provision;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.ioto.api.tls.Authorities;
import io.ioto.api.tls.Authorities.Grant;
import io.ioto.json.Json5;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// A device cloud for one device, as `docs/cloud-protocol.md` has it, with troubles that can be
/// switched on.
final class FakeCloud implements AutoCloseable {
  /// What may go wrong with one answer.
  enum Trouble {
    ERROR,
    UNAUTHORISED,
    RESET,
    SILENCE,
    CUT,
    HTML,
    GARBAGE,
    LIST,
    EMPTY,
    NOTHING_OF_USE,
    ANOTHERS_CERTIFICATE,
    BANNED
  }

  private final Authorities authorities;
  private final HttpServer server;
  private final ExecutorService fibers = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Queue<Trouble>> troubles = new ConcurrentHashMap<>();
  private final CountDownLatch over = new CountDownLatch(1);

  /// Paths in the order in which they were called.
  final List<String> calls = Collections.synchronizedList(new ArrayList<>());

  /// Bodies of the requests, as they came.
  final List<String> bodies = Collections.synchronizedList(new ArrayList<>());

  volatile boolean claimed;
  volatile boolean released;
  volatile Duration validity = Duration.ofDays(365);

  FakeCloud(Authorities authorities) throws IOException {
    this.authorities = authorities;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(fibers);
    server.createContext("/", this::serve);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:%d".formatted(server.getAddress().getPort());
  }

  /// The next answer on this path goes wrong.
  void trouble(String path, Trouble trouble) {
    troubles.computeIfAbsent(path, _ -> new ConcurrentLinkedQueue<>()).add(trouble);
  }

  private void serve(HttpExchange exchange) throws IOException {
    var path = exchange.getRequestURI().getPath();
    var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    bodies.add(body);
    calls.add(path);
    var queue = troubles.get(path);
    var trouble = queue == null ? null : queue.poll();
    var token = exchange.getRequestHeaders().getFirst("Authorization");
    if (trouble != null) {
      spoil(exchange, trouble);
    } else if (path.equals("/api/device/register")) {
      send(exchange, token.equals("Bearer P1") ? 200 : 401, register());
    } else if (!token.equals("Bearer T1")) {
      send(exchange, 401, object());
    } else {
      send(
          exchange,
          200,
          switch (path) {
            case "/api/tok/device/provision" -> provision(Json5.read(body, "request"));
            case "/api/tok/device/status" ->
                object().put("state", released ? "released" : "provisioned");
            case "/api/tok/device/release" -> release();
            default -> throw new AssertionError(path);
          });
    }
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  private ObjectNode register() {
    var answer = object().put("registered", true);
    return claimed
        ? answer
            .put("api", url() + "/api")
            .put("token", "T1")
            .put("cloudType", "dedicated")
            .put("cloudName", "home")
            .put("cloudRegion", "here")
        : answer;
  }

  private ObjectNode provision(JsonNode request) {
    var csr = request.path("csr").asText();
    return object()
        .put("certificate", authorities.issue("fleet", csr, new Grant("it", Set.of(), validity)))
        .put("authority", authorities.certificate("fleet"))
        .put("endpoint", "broker.example")
        .put("port", 8883)
        .put("alpn", "x-amzn-mqtt-ca")
        .put("accountId", "acme");
  }

  private ObjectNode release() {
    claimed = false;
    released = false;
    return object();
  }

  private void spoil(HttpExchange exchange, Trouble trouble) throws IOException {
    switch (trouble) {
      case ERROR -> send(exchange, 500, object().put("error", "out of order"));
      case UNAUTHORISED -> send(exchange, 401, object());
      case RESET -> exchange.close();
      case SILENCE -> silence();
      case CUT -> {
        exchange.sendResponseHeaders(200, 1000);
        exchange.getResponseBody().write("{\"registered\":".getBytes(StandardCharsets.UTF_8));
        exchange.close();
      }
      case HTML -> send(exchange, 200, "<html><body>Log in to the hotel</body></html>");
      case GARBAGE -> send(exchange, 200, "\0\1\2{{{");
      case LIST -> send(exchange, 200, "[]");
      case EMPTY -> send(exchange, 200, "");
      case NOTHING_OF_USE -> send(exchange, 200, object().put("registered", false));
      case ANOTHERS_CERTIFICATE ->
          send(
              exchange,
              200,
              object()
                  .put("certificate", authorities.certificate("fleet"))
                  .put("endpoint", "broker.example"));
      case BANNED -> send(exchange, 200, object().put("error", "slow down").put("delay", 3600));
    }
  }

  private void silence() {
    try {
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void send(HttpExchange exchange, int status, Object body) throws IOException {
    var bytes = body.toString().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  /// Nobody answers any more.
  @Override
  public void close() {
    over.countDown();
    server.stop(0);
    fibers.shutdownNow();
  }
}
