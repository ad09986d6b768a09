// SPDX-License-Identifier: Apache-2.0
package io.ioto.trust;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ioto.json.Json5;
import io.ioto.json.JsonException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/// A device cloud as its publisher sees it; see `docs/cloud-protocol.md`. Everything sent there is
/// in the repository, signed: the cloud gets no keys. Each call can be repeated, and is when it
/// fails.
final class CloudSite implements AutoCloseable {
  private static final int ATTEMPTS = 4;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final URI base;
  private final String token;
  private final HttpClient client;

  /// @param address as devices are given it: without a path it is `/api`; the SHA-256 of the
  ///     server's certificate may stand behind a `#`
  CloudSite(String address, String token) {
    var uri = URI.create(address);
    if (uri.getHost() == null || !String.valueOf(uri.getScheme()).matches("https?")) {
      throw new ToolException(
          "--cloud: '%s' is no address; expected https://HOST[:PORT][/PATH][#SHA256]"
              .formatted(address));
    }
    if (uri.getScheme().equals("http") && !local(uri.getHost())) {
      throw new ToolException(
          "--cloud: '%s': expected https; without it the token could be read on the way"
              .formatted(address));
    }
    var path = uri.getRawPath().replaceFirst("/+$", "");
    base =
        URI.create(
            "%s://%s%s"
                .formatted(uri.getScheme(), uri.getRawAuthority(), path.isEmpty() ? "/api" : path));
    this.token = token;
    var builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10));
    if (uri.getFragment() != null) {
      builder.sslContext(pinned(uri.getFragment()));
    }
    client = builder.build();
  }

  private static boolean local(String host) {
    return host.equals("localhost") || host.equals("127.0.0.1") || host.equals("[::1]");
  }

  private static SSLContext pinned(String fragment) {
    var sha256 = fragment.replaceFirst("^sha256=", "").replace(":", "").toLowerCase(Locale.ROOT);
    if (!Hash.looksRight(sha256)) {
      throw new ToolException("--cloud: '%s' is no SHA-256".formatted(fragment));
    }
    try {
      var context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new PinnedServer(sha256)}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Makes the cloud serve what a repository has.
  ///
  /// @param number release that the terms are for; 0 for none
  /// @return how many files the cloud did not have
  int push(Repository repository, long number, ObjectNode terms) throws IOException {
    var files = new LinkedHashMap<String, Path>();
    var names = JsonNodeFactory.instance.objectNode();
    for (var file : repository.metadata()) {
      var hash = Hash.of(file);
      names.put(String.valueOf(file.getFileName()), hash);
      files.put(hash, file);
    }
    files.putAll(repository.signed());
    var question = JsonNodeFactory.instance.objectNode();
    files.keySet().forEach(question.putArray("files")::add);
    var sent = 0;
    for (var missing : call("POST", "missing", json(question)).path("missing")) {
      var file = files.get(missing.asText());
      if (file != null) {
        call("PUT", "object/" + missing.asText(), BodyPublishers.ofFile(file));
        sent++;
      }
    }
    var order = JsonNodeFactory.instance.objectNode();
    order.set("metadata", names);
    if (number > 0) {
      order.set("terms", terms.deepCopy().put("release", number));
    }
    call("POST", "publish", json(order));
    return sent;
  }

  private static BodyPublisher json(JsonNode node) {
    return BodyPublishers.ofString(Json5.print(node));
  }

  private JsonNode call(String method, String path, BodyPublisher body) throws IOException {
    var request =
        HttpRequest.newBuilder(URI.create("%s/tok/release/%s".formatted(base, path)))
            .timeout(PATIENCE)
            .header("Authorization", "Bearer " + token)
            .header(
                "Content-Type",
                method.equals("PUT") ? "application/octet-stream" : "application/json")
            .method(method, body)
            .build();
    for (var attempt = 1; ; attempt++) {
      try {
        var answer = client.send(request, BodyHandlers.ofString());
        if (answer.statusCode() < 500 || attempt == ATTEMPTS) {
          return object(answer);
        }
      } catch (IOException e) {
        if (attempt == ATTEMPTS) {
          throw new IOException("%s cannot be reached: %s".formatted(this, e.getMessage()), e);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
      pause(PAUSE.multipliedBy(1L << attempt));
    }
  }

  private JsonNode object(HttpResponse<String> answer) {
    if (answer.statusCode() != 200) {
      throw new ToolException(
          "%s refuses (%d): %s".formatted(this, answer.statusCode(), answer.body().strip()));
    }
    try {
      return Json5.read(answer.body(), "answer");
    } catch (JsonException e) {
      throw new ToolException("%s answers what is no JSON".formatted(this), e);
    }
  }

  private static void pause(Duration pause) throws IOException {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() {
    client.close();
  }

  @Override
  public String toString() {
    return base.toString();
  }
}
