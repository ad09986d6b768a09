// SPDX-License-Identifier: Apache-2.0
package io.ioto.ota;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.ioto.api.http.Answer;
import io.ioto.api.http.Call;
import io.ioto.api.http.CallException;
import io.ioto.api.provision.CloudApi;
import io.ioto.api.tls.Trust;
import io.ioto.json.Json5;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A cloud that serves a folder, says which release is whose, and takes reports.
final class FakeCloud implements CloudApi {
  final Path repository;
  final List<JsonNode> questions = new ArrayList<>();
  final List<JsonNode> reports = new ArrayList<>();
  volatile long assigned;
  volatile boolean away;

  /// Takes a report, and breaks off before it says so.
  volatile boolean losesAnswers;

  FakeCloud(Path repository) {
    this.repository = repository;
  }

  synchronized List<String> states() {
    return reports.stream().map(r -> r.path("state").asText()).toList();
  }

  @Override
  public String device() {
    return "D1";
  }

  @Override
  public Call call(String method, String path) {
    return new FakeCall(method, path);
  }

  private synchronized Answer answer(
      String method, String path, String body, Map<String, String> headers, long limit)
      throws IOException {
    if (away) {
      throw new CallException(
          CallException.Reason.UNREACHABLE, "nobody answers there", new IOException());
    }
    if (path.equals("/tok/provision/update")) {
      questions.add(Json5.read(body, path));
      return json(
          assigned == 0
              ? JsonNodeFactory.instance.objectNode()
              : JsonNodeFactory.instance.objectNode().put("release", assigned));
    }
    if (path.equals("/tok/provision/updateReport")) {
      reports.add(Json5.read(body, path));
      if (losesAnswers) {
        losesAnswers = false;
        throw new CallException(CallException.Reason.BROKEN, "broken", new IOException());
      }
      return json(JsonNodeFactory.instance.objectNode());
    }
    var name = path.replaceFirst("^/tok/release/file/", "").replaceFirst("\\?id=D1$", "");
    var file = repository.resolve(name);
    if (!method.equals("GET") || !Files.isRegularFile(file)) {
      return new Answer(404, Map.of(), new byte[0]);
    }
    var bytes = Files.readAllBytes(file);
    var range = headers.getOrDefault("Range", "").replace("bytes=", "").split("-", 2);
    var from = Integer.parseInt(range[0]);
    var to = Math.min(bytes.length, Integer.parseInt(range[1]) + 1);
    if (from >= to) {
      return new Answer(416, Map.of(), new byte[0]);
    }
    var part = java.util.Arrays.copyOfRange(bytes, from, to);
    if (part.length > limit) {
      throw new CallException(CallException.Reason.TOO_LARGE, "too large", new IOException());
    }
    return new Answer(
        206,
        Map.of("content-range", List.of("bytes %d-%d/%d".formatted(from, to - 1, bytes.length))),
        part);
  }

  private static Answer json(JsonNode node) {
    return new Answer(200, Map.of(), Json5.print(node).getBytes(StandardCharsets.UTF_8));
  }

  private final class FakeCall implements Call {
    private final String method;
    private final String path;
    private final Map<String, String> headers = new HashMap<>();
    private String body = "";
    private long most = Long.MAX_VALUE;

    FakeCall(String method, String path) {
      this.method = method;
      this.path = path;
    }

    @Override
    public Call header(String name, String value) {
      headers.put(name, value);
      return this;
    }

    @Override
    public Call body(byte[] content, String type) {
      body = new String(content, StandardCharsets.UTF_8);
      return this;
    }

    @Override
    public Call json(String text) {
      body = text;
      return this;
    }

    @Override
    public Call trust(Trust trust) {
      return this;
    }

    @Override
    public Call credentials(String name) {
      return this;
    }

    @Override
    public Call timeout(Duration timeout) {
      return this;
    }

    @Override
    public Call limit(long bytes) {
      most = bytes;
      return this;
    }

    @Override
    public Call retries(int most) {
      return this;
    }

    @Override
    public Call repeatable() {
      return this;
    }

    @Override
    public Answer send() {
      try {
        return answer(method, path, body, headers, most);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
