// SPDX-License-Identifier: Apache-2.0
package io.ioto.front;

import io.ioto.api.runtime.ServiceSeat;
import io.ioto.api.runtime.VacantException;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The servlet behind every socket: hands each request to the servlet service that has the seat,
/// waits for its successor while it is being swapped, and answers 503 when none comes.
final class Dispatch implements Servlet {
  private final ServiceSeat<Servlet> seat;
  private @Nullable ServletConfig config;

  Dispatch(ServiceSeat<Servlet> seat) {
    this.seat = seat;
  }

  @Override
  public void service(ServletRequest request, ServletResponse response)
      throws ServletException, IOException {
    try {
      seat.<Boolean, IOException>call(
          servlet -> {
            pass(servlet, request, response);
            return true;
          });
    } catch (VacantException e) {
      refuse((HttpServletResponse) response, Math.max(1, e.retryAfter().toSeconds()));
    }
  }

  private static void pass(Servlet servlet, ServletRequest request, ServletResponse response)
      throws IOException {
    try {
      servlet.service(request, response);
    } catch (ServletException e) {
      throw new IOException(e);
    }
  }

  private static void refuse(HttpServletResponse response, long seconds) throws IOException {
    var text = "The web server is being replaced; try again in %d s.%n".formatted(seconds);
    var body = text.getBytes(StandardCharsets.UTF_8);
    response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
    response.setHeader("Retry-After", Long.toString(seconds));
    response.setHeader("Cache-Control", "no-store");
    response.setContentType("text/plain;charset=utf-8");
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }

  @Override
  public void init(ServletConfig config) {
    this.config = config;
  }

  @Override
  public ServletConfig getServletConfig() {
    return Objects.requireNonNull(config);
  }

  @Override
  public String getServletInfo() {
    return "io.ioto.front";
  }

  @Override
  public void destroy() {
    // The seat is closed by whoever made it.
  }
}
