// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import io.ioto.api.web.HttpException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;

/// The body of a request, up to a limit.
final class RequestBody extends InputStream {
  private static final int BUFFER = 8 * 1024;

  private final ServletExchange exchange;
  private final long limit;
  private final String property;
  private long left;

  /// @param property that sets the limit
  /// @throws HttpException 413 when the client announces more
  RequestBody(ServletExchange exchange, long limit, String property) {
    this.exchange = exchange;
    this.limit = limit;
    this.property = property;
    left = limit;
    if (exchange.request().getContentLengthLong() > limit) {
      throw tooLarge(limit, property);
    }
  }

  static HttpException tooLarge(long limit, String property) {
    return new HttpException(
        413, "The body is larger than %d bytes (%s)".formatted(limit, property));
  }

  /// Reads what is left of a body that nobody wanted. Otherwise the connection could not be used
  /// again, which the client would learn too late: with its next request.
  ///
  /// @return false when it is longer than the limit
  static boolean drain(HttpServletRequest request, long limit) throws IOException {
    var in = request.getInputStream();
    if (in.isFinished()) {
      return true;
    }
    // Who waits for "100 Continue" has not sent anything yet.
    var left = request.getHeader("Expect") == null ? limit : 0;
    var buffer = new byte[(int) Math.min(limit, BUFFER)];
    while (left > 0) {
      left -= Math.max(0, in.read(buffer));
      if (in.isFinished()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int count;
    try {
      count = exchange.request().getInputStream().read(buffer, offset, length);
    } catch (IOException | RuntimeException e) {
      exchange.lostClient();
      throw e;
    }
    left -= Math.max(0, count);
    if (left < 0) {
      throw tooLarge(limit, property);
    }
    return count;
  }

  @Override
  public int available() throws IOException {
    return exchange.request().getInputStream().available();
  }
}
