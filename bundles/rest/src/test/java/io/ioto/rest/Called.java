// SPDX-License-Identifier: Apache-2.0
package io.ioto.rest;

import io.ioto.api.web.Exchange;
import io.ioto.api.web.Handler;
import io.ioto.api.web.Router;
import io.ioto.api.web.Routes;
import io.ioto.json.Mapper;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One call of an operation: takes the place of the web server in front of [Routes].
final class Called {
  final Map<String, String> headers = new HashMap<>();
  int status = 200;
  @Nullable Object answer;

  private final String model;
  private final String body;
  private final Map<String, String> sent;

  private Called(String model, String body, Map<String, String> sent) {
    this.model = model;
    this.body = body;
    this.sent = sent;
  }

  static Called on(Routes routes, String model, String operation, String body) throws Exception {
    return on(routes, model, operation, body, Map.of());
  }

  /// @param sent headers of the request
  static Called on(
      Routes routes, String model, String operation, String body, Map<String, String> sent)
      throws Exception {
    var call = new Called(model, body, sent);
    handler(routes, "POST /api/{model}/" + operation).handle(call.exchange());
    return call;
  }

  static Called get(Routes routes, String path) throws Exception {
    var call = new Called("", "", Map.of());
    handler(routes, "GET " + path).handle(call.exchange());
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
