// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import com.fasterxml.jackson.databind.JsonNode;
import io.ioto.api.web.Events;
import io.ioto.api.web.Exchange;
import io.ioto.api.web.Form;
import io.ioto.api.web.HttpException;
import io.ioto.api.web.Session;
import io.ioto.api.web.User;
import io.ioto.json.Json5;
import io.ioto.web.RouteList.Route;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An exchange on top of the servlet container. It notes when reading from or writing to the
/// client fails, so that this is not taken for a fault of the handler.
final class ServletExchange implements Exchange {
  /// How much of a body nobody wants is read at a time.
  private static final int DRAIN = 8 * 1024;

  private final HttpServletRequest request;
  private final HttpServletResponse response;
  private final Desk desk;
  private final Settings settings;
  private final String method;
  private String path = "";
  private @Nullable Route route;
  private @Nullable Map<String, List<String>> query;
  private @Nullable RequestBody body;
  private @Nullable ReceivedForm form;
  private @Nullable Caller caller;
  private @Nullable EventStream stream;
  private boolean sent;
  private boolean clientFailed;

  ServletExchange(HttpServletRequest request, HttpServletResponse response, Desk desk) {
    this.request = request;
    this.response = response;
    this.desk = desk;
    settings = desk.settings();
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

  /// Hands the exchange to the handler of a route, if the route lets the caller in.
  boolean visit(Route route) throws Exception {
    this.route = route;
    desk.guard().admit(this, route.role(), route.own());
    try {
      route.handler().handle(this);
    } finally {
      if (stream != null) {
        desk.streams().remove(stream);
      }
      if (form != null) {
        form.close();
      }
    }
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
    if (route == null) {
      throw new IllegalArgumentException("there is no {%s}".formatted(name));
    }
    return route.pattern().param(name, path);
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
      query = Query.parse(rawQuery());
    }
    return query;
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
      body = new RequestBody(this, settings.body(), "web.limits.body");
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
    return Binder.read(bytes());
  }

  @Override
  public <T> T json(Class<T> type) {
    return route().binder().read(bytes(), type);
  }

  /// That which was chosen; there is none before, nor anybody who would ask.
  private Route route() {
    return Objects.requireNonNull(route, "no route");
  }

  @Override
  public Form form() {
    if (form == null) {
      form = ReceivedForm.read(this, settings, desk.uploads());
    }
    return form;
  }

  /// The body as a form that may be larger than others.
  InputStream formBody() {
    if (body != null) {
      throw new IllegalStateException("The body of this request has been read already");
    }
    body = new RequestBody(this, desk.uploads().limits().form(), "web.limits.form");
    return body;
  }

  /// Who sent this.
  Caller caller() {
    if (caller == null) {
      caller = new Caller(desk.guard(), request, response);
    }
    return caller;
  }

  @Override
  public Optional<User> user() {
    return Optional.ofNullable(caller().user());
  }

  @Override
  public boolean can(String role) {
    return Roles.open(role) || caller().can(role);
  }

  @Override
  public Session session() {
    return caller();
  }

  @Override
  public Events events() {
    if (sent) {
      throw new IllegalStateException("This request has been answered already");
    }
    var opened =
        new EventStream(
            desk.streams().limits(),
            route().binder(),
            output(),
            header("Last-Event-ID"),
            () -> caller == null || caller.welcome(route().role()));
    desk.streams().add(opened);
    stream = opened;
    sent = true;
    response.setContentType("text/event-stream");
    response.setHeader("Cache-Control", "no-store");
    // Proxies must not collect what is meant to arrive at once.
    response.setHeader("X-Accel-Buffering", "no");
    if (head()) {
      opened.end();
    }
    opened.retry(desk.streams().limits().retry());
    return opened;
  }

  /// True when the handler was inside a stream that has ended, which is what it then says.
  boolean streamEnded() {
    return stream != null && stream.ended();
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
    var bytes =
        value instanceof JsonNode node
            ? Json5.print(node).getBytes(StandardCharsets.UTF_8)
            : route().binder().write(value);
    send(bytes, "application/json");
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
    if (!drain()) {
      response.setHeader("Connection", "close");
    }
  }

  /// Reads what is left of the body before the response is sent, since afterwards the connection
  /// could not be used again, which clients learn too late.
  ///
  /// @return false when it is too long to be read
  private boolean drain() {
    if (clientFailed || method.equals("GET") || head() || response.isCommitted()) {
      return true;
    }
    try {
      var in = request.getInputStream();
      var buffer = new byte[DRAIN];
      // Who waits for "100 Continue" has not sent anything yet.
      for (var left = request.getHeader("Expect") == null ? settings.body() : 0; ; ) {
        if (in.isFinished()) {
          return true;
        }
        if (left <= 0) {
          return false;
        }
        left -= Math.max(0, in.read(buffer));
      }
    } catch (IOException e) {
      lostClient();
      return false;
    }
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
      return new ResponseBody(this, response.getOutputStream());
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
    // What is left of a body that is too large is not worth reading.
    var reusable = status != 413 && drain();
    response.reset();
    begin();
    if (!reusable) {
      response.setHeader("Connection", "close");
    }
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

  /// Notes that the request broke off or the response could not be sent.
  void lostClient() {
    clientFailed = true;
  }

  /// True when only who sent this may see the response.
  boolean restricted() {
    return caller != null && caller.restricted();
  }

  static HttpException notFound() {
    return new HttpException(404, "Not found");
  }
}
