// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ioto.api.web.Exchange;
import io.ioto.api.web.HttpException;
import io.ioto.json.Json5;
import io.ioto.json.JsonException;
import io.ioto.json.Limits;
import io.ioto.web.RouteList.Route;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An exchange on top of the servlet container. It notes when reading from or writing to the client
/// fails, so that this is not taken for a fault of the handler.
final class ServletExchange implements Exchange {
  private final HttpServletRequest request;
  private final HttpServletResponse response;
  private final Settings settings;
  private final String method;
  private String path = "";
  private @Nullable PathPattern pattern;
  private @Nullable Binder binder;
  private @Nullable Map<String, List<String>> query;
  private @Nullable Body body;
  private boolean sent;
  private boolean clientFailed;

  ServletExchange(HttpServletRequest request, HttpServletResponse response, Settings settings) {
    this.request = request;
    this.response = response;
    this.settings = settings;
    method = request.getMethod().toUpperCase(Locale.ROOT);
  }

  HttpServletRequest request() {
    return request;
  }

  HttpServletResponse response() {
    return response;
  }

  void path(String path) {
    this.path = path;
  }

  /// Hands the exchange to the handler of a route.
  boolean visit(Route route) throws Exception {
    pattern = route.pattern();
    binder = route.binder();
    route.handler().handle(this);
    return true;
  }

  @Override
  public String method() {
    return method;
  }

  /// True when the response must have no body.
  boolean head() {
    return method.equals("HEAD");
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public String param(String name) {
    if (pattern == null) {
      throw new IllegalArgumentException("there is no {%s}".formatted(name));
    }
    return pattern.param(name, path);
  }

  @Nullable String rawQuery() {
    return request.getQueryString();
  }

  @Override
  public Optional<String> query(String name) {
    var values = query().get(name);
    return values == null ? Optional.empty() : Optional.of(values.getFirst());
  }

  @Override
  public Map<String, List<String>> query() {
    if (query == null) {
      query = parse(rawQuery());
    }
    return query;
  }

  private static Map<String, List<String>> parse(@Nullable String raw) {
    var query = new LinkedHashMap<String, List<String>>();
    if (raw != null) {
      for (var pair : raw.split("&", -1)) {
        if (!pair.isEmpty()) {
          var equals = pair.indexOf('=');
          var name = equals < 0 ? pair : pair.substring(0, equals);
          var value = equals < 0 ? "" : pair.substring(equals + 1);
          query
              .computeIfAbsent(UriPath.decode(name, true), _ -> new ArrayList<>())
              .add(UriPath.decode(value, true));
        }
      }
    }
    query.replaceAll((_, values) -> List.copyOf(values));
    return Collections.unmodifiableMap(query);
  }

  @Override
  public Optional<String> header(String name) {
    return Optional.ofNullable(request.getHeader(name));
  }

  @Override
  public boolean secure() {
    return request.isSecure();
  }

  @Override
  public String remote() {
    return request.getRemoteAddr();
  }

  @Override
  public InputStream body() {
    if (body == null) {
      body = new Body();
    }
    return body;
  }

  private byte[] bytes() {
    try {
      return body().readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String text() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  @Override
  public JsonNode json() {
    try {
      return Json5.read(bytes(), "body", Limits.DEFAULT);
    } catch (JsonException e) {
      throw notJson(e);
    }
  }

  @Override
  public <T> T json(Class<T> type) {
    try {
      return mapper().readValue(bytes(), type);
    } catch (JsonException e) {
      throw notJson(e);
    } catch (JsonMappingException e) {
      throw new HttpException(400, "The body does not fit at '%s'".formatted(pointer(e)));
    } catch (JacksonException e) {
      throw new HttpException(400, "The body is no JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// That of the route; there is none before a route has been chosen, nor anybody who would ask.
  private ObjectMapper mapper() {
    return Objects.requireNonNull(binder, "no route").mapper();
  }

  private static HttpException notJson(JsonException e) {
    return new HttpException(400, "The body is no JSON: " + e.getMessage());
  }

  /// Says where without naming classes.
  private static String pointer(JsonMappingException e) {
    var pointer = new StringBuilder();
    for (var step : e.getPath()) {
      var name = step.getFieldName();
      pointer.append('/').append(name == null ? String.valueOf(step.getIndex()) : name);
    }
    return pointer.isEmpty() ? "/" : pointer.toString();
  }

  @Override
  public ServletExchange status(int status) {
    if (status < 200 || status > 599) {
      throw new IllegalArgumentException("%d is no status of a response".formatted(status));
    }
    response.setStatus(status);
    return this;
  }

  @Override
  public ServletExchange header(String name, String value) {
    Headers.check(name, value);
    response.setHeader(name, value);
    return this;
  }

  @Override
  public void send(String text) {
    send(text.getBytes(StandardCharsets.UTF_8), "text/plain;charset=utf-8");
  }

  @Override
  public void send(byte[] bytes) {
    send(bytes, "application/octet-stream");
  }

  @Override
  public void json(Object value) {
    try {
      send(
          value instanceof JsonNode node
              ? Json5.print(node).getBytes(StandardCharsets.UTF_8)
              : mapper().writeValueAsBytes(value),
          "application/json");
    } catch (JacksonException e) {
      throw new IllegalArgumentException("%s is no JSON".formatted(value.getClass()), e);
    }
  }

  private void send(byte[] bytes, String type) {
    answer();
    if (response.getContentType() == null) {
      response.setContentType(type);
    }
    response.setContentLength(bytes.length);
    if (!head()) {
      try {
        output().write(bytes);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void answer() {
    if (sent) {
      throw new IllegalStateException("This request has been answered already");
    }
    sent = true;
  }

  @Override
  public void redirect(int status, String location) {
    switch (status) {
      case 301, 302, 303, 307, 308 -> {}
      default -> throw new IllegalArgumentException("%d is no redirect".formatted(status));
    }
    answer();
    header("Location", location);
    response.setStatus(status);
    response.setContentLength(0);
  }

  @Override
  public OutputStream output() {
    try {
      return new Output(response.getOutputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Adds the configured headers.
  void begin() {
    settings.headers().forEach(response::setHeader);
  }

  /// Answers with an error, unless a part of the response has been sent already: then the client
  /// can only be told by cutting it off.
  void fail(int status, String text, Map<String, String> headers) throws IOException {
    if (response.isCommitted()) {
      abort();
      return;
    }
    response.reset();
    begin();
    headers.forEach(response::setHeader);
    response.setHeader("Cache-Control", "no-store");
    response.setStatus(status);
    response.setContentType("text/plain;charset=utf-8");
    var bytes = (text + "\n").getBytes(StandardCharsets.UTF_8);
    response.setContentLength(bytes.length);
    if (!head()) {
      response.getOutputStream().write(bytes);
    }
  }

  /// Closes the connection, whatever has been sent so far. Jetty offers it within the servlet API,
  /// beneath the wrappers of the HTTP service.
  private void abort() throws IOException {
    var innermost = response;
    while (innermost instanceof HttpServletResponseWrapper wrapper
        && wrapper.getResponse() instanceof HttpServletResponse wrapped) {
      innermost = wrapped;
    }
    innermost.sendError(-1);
  }

  /// True when the request broke off or the response could not be sent.
  boolean clientFailed() {
    return clientFailed;
  }

  static HttpException notFound() {
    return new HttpException(404, "Not found");
  }

  static HttpException tooLarge(long limit) {
    return new HttpException(
        413, "The body is larger than %d bytes (web.limits.body)".formatted(limit));
  }

  /// The request body, up to the limit.
  private final class Body extends InputStream {
    private long left = settings.body();

    @Override
    public int read() throws IOException {
      var one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int count;
      try {
        count = request.getInputStream().read(buffer, offset, length);
      } catch (IOException | RuntimeException e) {
        clientFailed = true;
        throw e;
      }
      left -= Math.max(0, count);
      if (left < 0) {
        throw tooLarge(settings.body());
      }
      return count;
    }

    @Override
    public int available() throws IOException {
      return request.getInputStream().available();
    }
  }

  /// The response body.
  private final class Output extends FilterOutputStream {
    Output(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        clientFailed = true;
        throw e;
      }
    }

    @Override
    public void flush() throws IOException {
      try {
        out.flush();
      } catch (IOException e) {
        clientFailed = true;
        throw e;
      }
    }
  }
}
