// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Answers with an error: one line of text, and whatever headers belong to it.
final class ErrorResponse {
  private ErrorResponse() {}

  /// Sends it in place of what has been prepared; where a part of the response has been sent
  /// already, the client can only be told by cutting it off.
  static void send(ServletExchange exchange, int status, String text, Map<String, String> headers)
      throws IOException {
    var response = exchange.response();
    if (response.isCommitted()) {
      abort(response);
      return;
    }
    // What is left of a body that is too large is not worth reading.
    var reusable = status != 413 && exchange.drain();
    response.reset();
    exchange.begin();
    if (!reusable) {
      response.setHeader("Connection", "close");
    }
    headers.forEach(response::setHeader);
    response.setHeader("Cache-Control", "no-store");
    response.setStatus(status);
    response.setContentType("text/plain;charset=utf-8");
    var bytes = (text + "\n").getBytes(StandardCharsets.UTF_8);
    response.setContentLength(bytes.length);
    if (!exchange.head()) {
      response.getOutputStream().write(bytes);
    }
  }

  /// Closes the connection, whatever has been sent so far. Jetty offers it within the servlet API,
  /// beneath the wrappers of the HTTP service.
  private static void abort(HttpServletResponse response) throws IOException {
    var innermost = response;
    while (innermost instanceof HttpServletResponseWrapper wrapper
        && wrapper.getResponse() instanceof HttpServletResponse wrapped) {
      innermost = wrapped;
    }
    innermost.sendError(-1);
  }
}
