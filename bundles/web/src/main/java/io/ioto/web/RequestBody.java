// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import io.ioto.api.web.HttpException;
import java.io.IOException;
import java.io.InputStream;

/// The body of a request, up to a limit.
final class RequestBody extends InputStream {
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
