// SPDX-License-Identifier: Apache-2.0
package io.ioto.empty;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ioto.api.web.Events;
import io.ioto.api.web.Exchange;
import io.ioto.api.web.Form;
import io.ioto.api.web.Handler;
import io.ioto.api.web.Router;
import io.ioto.api.web.Routes;
import io.ioto.api.web.Session;
import io.ioto.api.web.User;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One call of a handler: takes the place of the web server in front of [Routes].
final class Called implements Exchange {
  private static final ObjectMapper JSON = new ObjectMapper();

  final Map<String, String> headers = new HashMap<>();
  int status = 200;
  String answer = "";

  private final String method;
  private final String path;
  private final String body;

  private Called(String method, String path, String body) {
    this.method = method;
    this.path = path;
    this.body = body;
  }

  /// Calls what the routes name for exactly this method and path.
  static Called on(Routes routes, String method, String path, String body) throws Exception {
    var named = new Named();
    routes.register(named);
    var handler = named.handlers.get(method + " " + path);
    if (handler == null) {
      throw new AssertionError(method + " " + path + " is not among " + named.handlers.keySet());
    }
    var call = new Called(method, path, body);
    handler.handle(call);
    return call;
  }

  /// What routes name.
  static final class Named implements Router {
    final Map<String, Handler> handlers = new HashMap<>();
    final Map<String, String> folders = new HashMap<>();

    @Override
    public Router route(String method, String path, Handler handler) {
      handlers.put(method + " " + path, handler);
      return this;
    }

    @Override
    public Router role(String role) {
      throw new AssertionError("everything here is public");
    }

    @Override
    public Router files(String prefix, String folder) {
      folders.put(prefix, folder);
      return this;
    }
  }

  @Override
  public String method() {
    return method;
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public String param(String name) {
    throw new IllegalArgumentException(name);
  }

  @Override
  public Optional<String> query(String name) {
    return Optional.empty();
  }

  @Override
  public Map<String, List<String>> query() {
    return Map.of();
  }

  @Override
  public Optional<String> header(String name) {
    return Optional.empty();
  }

  @Override
  public boolean secure() {
    return false;
  }

  @Override
  public String remote() {
    return "127.0.0.1";
  }

  @Override
  public InputStream body() {
    return new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String text() {
    return body;
  }

  @Override
  public JsonNode json() {
    return json(JsonNode.class);
  }

  @Override
  public <T> T json(Class<T> type) {
    try {
      return JSON.readValue(body, type);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @Override
  public Form form() {
    throw new UnsupportedOperationException("the empty app takes no forms");
  }

  @Override
  public Optional<User> user() {
    return Optional.empty();
  }

  @Override
  public boolean can(String role) {
    return role.equals("public");
  }

  @Override
  public Session session() {
    throw new UnsupportedOperationException("the empty app has no sessions");
  }

  @Override
  public Events events() {
    throw new UnsupportedOperationException("the empty app sends no events");
  }

  @Override
  public Exchange status(int status) {
    this.status = status;
    return this;
  }

  @Override
  public Exchange header(String name, String value) {
    headers.put(name, value);
    return this;
  }

  @Override
  public void send(String text) {
    answer = text;
  }

  @Override
  public void send(byte[] bytes) {
    answer = new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public void json(Object value) {
    try {
      answer = JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @Override
  public void redirect(int status, String location) {
    status(status).header("Location", location);
  }

  @Override
  public OutputStream output() {
    throw new UnsupportedOperationException("the empty app streams nothing");
  }
}
