// SPDX-License-Identifier: Apache-2.0
package io.ioto.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.ioto.json.Json5;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The least that a device needs of a cloud to get to a broker of somebody else: it is claimed at
/// once and gets a certificate, made by `openssl`. `docs/cloud-protocol.md` is the protocol.
public final class PlainCloud implements AutoCloseable {
  private final Path folder;
  private final HttpServer server;
  private volatile int brokerPort;
  private int issued;

  /// @param folder for keys and certificates
  public PlainCloud(Path folder) throws IOException, InterruptedException {
    this.folder = folder;
    openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.pem");
    Files.writeString(folder.resolve("server.ext"), "subjectAltName=IP:127.0.0.1\n");
    Files.writeString(folder.resolve("client.ext"), "extendedKeyUsage=clientAuth\n");
    certificate("server", "127.0.0.1");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    answer("/api/device/register", _ -> "{\"registered\": true, \"token\": \"t\"}");
    answer("/api/tok/device/provision", this::provision);
    answer("/api/tok/device/status", _ -> "{\"state\": \"provisioned\"}");
    answer("/api/tok/device/release", _ -> "{}");
    server.start();
  }

  private interface Reply {
    String to(String body) throws IOException, InterruptedException;
  }

  private void answer(String path, Reply reply) {
    server.createContext(path, exchange -> answer(exchange, reply));
  }

  private static void answer(HttpExchange exchange, Reply reply) throws IOException {
    try (exchange) {
      var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      var answer = reply.to(body).getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Where devices register: `--cloud`.
  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /// Devices are sent to the broker on this port from now on.
  public void broker(int port) {
    brokerPort = port;
  }

  /// How many certificates devices were given.
  public synchronized int issued() {
    return issued;
  }

  /// What makes a listener of Mosquitto one for these devices.
  public List<String> listener() {
    return List.of(
        "cafile " + folder.resolve("ca.pem"),
        "certfile " + folder.resolve("server.pem"),
        "keyfile " + folder.resolve("server.key"),
        "require_certificate true",
        "use_identity_as_username true");
  }

  /// Makes `NAME.key` and `NAME.pem` in the folder.
  public void certificate(String name, String subject) throws IOException, InterruptedException {
    openssl(
        "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=%s -keyout %s.key -out %s.csr"
            .formatted(subject, name, name));
    sign(name, name.equals("server") ? "server.ext" : "client.ext");
  }

  private void sign(String name, String extensions) throws IOException, InterruptedException {
    openssl(
        "x509 -req -in %s.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile %s -out %s.pem"
            .formatted(name, extensions, name));
  }

  private synchronized String provision(String body) throws IOException, InterruptedException {
    var name = "device" + ++issued;
    Files.writeString(
        folder.resolve(name + ".csr"), Json5.read(body, "provision").path("csr").asText());
    sign(name, "client.ext");
    return "{\"certificate\": %s, \"endpoint\": \"127.0.0.1\", \"port\": %d, \"authority\": %s, \"accountId\": \"main\"}"
        .formatted(
            Json5.quote(Files.readString(folder.resolve(name + ".pem"))),
            brokerPort,
            Json5.quote(Files.readString(folder.resolve("ca.pem"))));
  }

  private void openssl(String arguments) throws IOException, InterruptedException {
    var command = new ArrayList<String>(List.of("openssl"));
    command.addAll(List.of(arguments.split(" ")));
    var process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException("openssl %s: %s".formatted(arguments, output));
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
