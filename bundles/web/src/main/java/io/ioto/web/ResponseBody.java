// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/// The body of a response; notes when the client does not take it.
final class ResponseBody extends FilterOutputStream {
  private final ServletExchange exchange;

  ResponseBody(ServletExchange exchange, OutputStream out) {
    super(out);
    this.exchange = exchange;
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
      exchange.lostClient();
      throw e;
    }
  }

  @Override
  public void flush() throws IOException {
    try {
      out.flush();
    } catch (IOException e) {
      exchange.lostClient();
      throw e;
    }
  }
}
