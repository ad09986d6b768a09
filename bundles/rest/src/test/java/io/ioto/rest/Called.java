// SPDX-License-Identifier: Apache-2.0
package io.ioto.rest;

import io.ioto.api.web.Exchange;
import io.ioto.api.web.Handler;
import io.ioto.api.web.Router;
import io.ioto.api.web.Routes;
import io.ioto.api.web.User;
import io.ioto.json.Mapper;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One call of an operation: takes the place of the web server in front of [Routes].
final class Called {
  final Map<String, String> headers = new HashMap<>();
  int status = 200;
  @Nullable Object answer;

  private static final Stream NONE = new Stream();

  private final Stream stream;
  private final String role;
  private final String model;
  private final String body;
  private final Map<String, String> sent;

  private Called(String model, String body, String role, Map<String, String> sent, Stream stream) {
    this.model = model;
    this.body = body;
    this.role = role;
    this.sent = sent;
    this.stream = stream;
  }

  /// Calls an operation as somebody who may do everything.
  static Called on(Routes routes, String model, String operation, String body) throws Exception {
    return on(routes, model, operation, body, Map.of());
  }

  /// @param sent headers of the request
  static Called on(
      Routes routes, String model, String operation, String body, Map<String, String> sent)
      throws Exception {
    return call(
        routes, "POST /api/{model}/" + operation, new Called(model, body, "super", sent, NONE));
  }

  /// Calls an operation as somebody of that role; nobody when it is empty.
  static Called as(String role, Routes routes, String model, String operation, String body)
      throws Exception {
    return call(
        routes, "POST /api/{model}/" + operation, new Called(model, body, role, Map.of(), NONE));
  }

  static Called get(Routes routes, String path) throws Exception {
    return get("super", routes, path);
  }

  static Called get(String role, Routes routes, String path) throws Exception {
    return call(routes, "GET " + path, new Called("", "", role, Map.of(), NONE));
  }

  /// Watches until the stream ends.
  static void watch(Routes routes, String model, String query, Stream stream) throws Exception {
    call(routes, "GET /api/{model}/watch", new Called(model, query, "super", Map.of(), stream));
  }

  private static Called call(Routes routes, String route, Called call) throws Exception {
    handler(routes, route).handle(call.exchange());
    return call;
  }

  private static Handler handler(Routes routes, String route) {
    var handlers = new HashMap<String, Handler>();
    routes.register(
        proxy(
            Router.class,
            (router, method, arguments) ->
                switch (method.getName()) {
                  case "route" -> {
                    handlers.put(arguments[0] + " " + arguments[1], (Handler) arguments[2]);
                    yield router;
                  }
                  default -> InvocationHandler.invokeDefault(router, method, arguments);
                }));
    var handler = handlers.get(route);
    if (handler == null) {
      throw new AssertionError(route + " is not among " + handlers.keySet());
    }
    return handler;
  }

  private Exchange exchange() {
    return proxy(
        Exchange.class,
        (exchange, method, arguments) ->
            switch (method.getName()) {
              case "param" -> model;
              case "can" -> role.equals("super") || arguments[0].equals(role);
              case "user" ->
                  role.isEmpty()
                      ? Optional.empty()
                      : Optional.of(new User("somebody", Set.of(role)));
              case "query" -> Optional.ofNullable(body.isEmpty() ? null : body);
              case "events" -> stream;
              case "header" -> header(exchange, arguments);
              case "status" -> {
                status = (int) arguments[0];
                yield exchange;
              }
              case "json" -> {
                if (method.getReturnType() == void.class) {
                  answer = Mapper.create().valueToTree(arguments[0]);
                  yield null;
                }
                yield Mapper.create().readValue(body, (Class<?>) arguments[0]);
              }
              default -> throw new UnsupportedOperationException(method.getName());
            });
  }

  private Object header(Object exchange, Object[] arguments) {
    if (arguments.length == 2) {
      headers.put((String) arguments[0], (String) arguments[1]);
      return exchange;
    }
    return arguments[0].equals("Content-Length")
        ? Optional.of(Integer.toString(body.length()))
        : Optional.ofNullable(sent.get((String) arguments[0]));
  }

  /// A part of the answer, as plain values.
  Object data(String name) {
    var content = Mapper.create().convertValue(answer, Map.class);
    var data = content == null ? null : content.get(name);
    if (data == null) {
      throw new AssertionError("no '%s' in %s".formatted(name, content));
    }
    return data;
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
