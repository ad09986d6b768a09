// SPDX-License-Identifier: Apache-2.0
package io.ioto.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.ioto.json.Json5;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/// Somebody logged in at a page, calling its actions as the page does.
public final class Person implements AutoCloseable {
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .cookieHandler(new CookieManager())
          .connectTimeout(Duration.ofSeconds(10))
          .build();
  private final URI base;
  private final String user;
  private final String password;
  private String token = "";

  /// Logs in.
  ///
  /// @throws IOException also when the login is refused
  public Person(URI base, String user, String password) throws IOException, InterruptedException {
    this.base = base;
    this.user = user;
    this.password = password;
    login();
  }

  /// Logs in again, as after the end of the process.
  public void login() throws IOException, InterruptedException {
    call("/api/public/login", "{username: '%s', password: '%s'}".formatted(user, password));
  }

  /// Posts JSON.
  ///
  /// @throws IOException when there is no answer, or one that is not 200
  public JsonNode call(String path, String json) throws IOException, InterruptedException {
    var answer = post(path, json);
    if (answer.statusCode() == 400 && !told(answer).equals(token)) {
      token = told(answer);
      answer = post(path, json);
    }
    token = told(answer);
    if (answer.statusCode() != 200) {
      throw new IOException("%s: %d %s".formatted(path, answer.statusCode(), answer.body()));
    }
    return Json5.read(answer.body(), path);
  }

  private HttpResponse<String> post(String path, String json)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(Duration.ofSeconds(30))
            .header("Content-Type", "application/json")
            .header("X-XSRF-TOKEN", token)
            .POST(BodyPublishers.ofString(json))
            .build(),
        BodyHandlers.ofString());
  }

  private String told(HttpResponse<?> answer) {
    return answer.headers().firstValue("X-XSRF-TOKEN").orElse(token);
  }

  @Override
  public void close() {
    client.close();
  }
}
