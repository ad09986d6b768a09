// SPDX-License-Identifier: Apache-2.0
package io.ioto.front;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/// Answers what Jetty itself refuses, such as a malformed request line, with one line of text.
final class PlainErrors implements Request.Handler {
  private @Nullable Server server;
  private Request.@Nullable Handler previous;

  /// Makes this the error handler of the server that runs our connectors.
  synchronized void serve(Server server) {
    if (this.server != server) {
      this.server = server;
      previous = server.getErrorHandler();
      server.setErrorHandler(this);
    }
  }

  /// Gives the server its own error handler back.
  synchronized void leave() {
    if (server != null && server.getErrorHandler() == this) {
      server.setErrorHandler(previous);
    }
    server = null;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    var status =
        switch (response.getStatus()) {
          // The specification (§13) knows one status for whatever is over `limits.header`.
          case HttpStatus.URI_TOO_LONG_414, HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE_431 ->
              HttpStatus.PAYLOAD_TOO_LARGE_413;
          default -> response.getStatus();
        };
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain;charset=utf-8");
    response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
    var phrase = HttpStatus.getMessage(status);
    var reason = request.getAttribute(ErrorHandler.ERROR_MESSAGE);
    var text = status < 500 && reason != null ? phrase + ": " + reason : phrase;
    Content.Sink.write(response, true, text + "\n", callback);
    return true;
  }
}
