// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/// Answers GET and HEAD for one file: conditional requests, ranges, content coding.
final class FileResponse {
  private static final int BUFFER = 32 * 1024;

  private FileResponse() {}

  /// @param maxRanges with more of them the range header is passed over
  static void send(ServletExchange exchange, Asset asset, int maxRanges) throws IOException {
    var request = exchange.request();
    var response = exchange.response();
    var chosen = asset;
    if (!asset.variants.isEmpty()) {
      chosen = asset.negotiate(request.getHeader("Accept-Encoding"));
      response.setHeader("Vary", "Accept-Encoding");
    }
    response.setHeader("ETag", chosen.tag);
    response.setHeader("Last-Modified", chosen.modified);
    response.setHeader(
        "Cache-Control",
        exchange.restricted() ? chosen.caching.replace("public", "private") : chosen.caching);
    if (unmodified(request, chosen)) {
      response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
      return;
    }
    response.setHeader("Accept-Ranges", "bytes");
    if (chosen != asset) {
      response.setHeader("Content-Encoding", chosen.coding);
    }
    var range = request.getHeader("Range");
    if (range != null && exchange.method().equals("GET") && rangeHolds(request, chosen)) {
      var ranges = Range.parse(range, chosen.file.size());
      if (ranges.size() <= maxRanges) {
        sendRanges(exchange, chosen, ranges);
        return;
      }
    }
    type(response, chosen);
    response.setContentLengthLong(chosen.file.size());
    if (!exchange.head()) {
      var out = exchange.output();
      if (chosen.content != null) {
        out.write(chosen.content);
      } else {
        copy(chosen, 0, chosen.file.size(), out);
      }
    }
  }

  private static void type(HttpServletResponse response, Asset asset) {
    if (asset.type != null) {
      response.setContentType(asset.type);
    }
  }

  /// RFC 9110 §13.2.2: a date counts only where no tag is given.
  private static boolean unmodified(HttpServletRequest request, Asset asset) {
    var tags = request.getHeader("If-None-Match");
    if (tags != null) {
      return Headers.names(tags, asset.tag);
    }
    var date = request.getHeader("If-Modified-Since");
    return date != null && (date.equals(asset.modified) || since(request) >= asset.file.modified());
  }

  /// The date of `If-Modified-Since` in seconds; one that is malformed is as good as none (RFC
  /// 9110 §13.1.3).
  private static long since(HttpServletRequest request) {
    try {
      return request.getDateHeader("If-Modified-Since") / 1000;
    } catch (IllegalArgumentException _) {
      return Long.MIN_VALUE;
    }
  }

  /// RFC 9110 §13.1.5: a tag must be strong and equal, a date must be the very one that was sent.
  private static boolean rangeHolds(HttpServletRequest request, Asset asset) {
    var validator = request.getHeader("If-Range");
    return validator == null || validator.equals(asset.tag) || validator.equals(asset.modified);
  }

  private static void sendRanges(ServletExchange exchange, Asset asset, List<Range> ranges)
      throws IOException {
    var response = exchange.response();
    var size = asset.file.size();
    switch (ranges.size()) {
      case 0 -> {
        exchange.fail(
            416,
            "The file has %d bytes; none of them was asked for".formatted(size),
            Map.of("Content-Range", "bytes */" + size));
      }
      case 1 -> {
        var range = ranges.getFirst();
        response.setStatus(HttpServletResponse.SC_PARTIAL_CONTENT);
        type(response, asset);
        response.setHeader("Content-Range", range.of(size));
        response.setContentLengthLong(range.length());
        copy(asset, range.from(), range.length(), exchange.output());
      }
      default -> sendParts(exchange, asset, ranges);
    }
  }

  private static void sendParts(ServletExchange exchange, Asset asset, List<Range> ranges)
      throws IOException {
    var boundary = Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), 36);
    var type = asset.type == null ? "" : "Content-Type: " + asset.type + "\r\n";
    var heads =
        ranges.stream()
            .map(
                range ->
                    "--%s\r\n%sContent-Range: %s\r\n\r\n"
                        .formatted(boundary, type, range.of(asset.file.size()))
                        .getBytes(StandardCharsets.ISO_8859_1))
            .toList();
    var end = ("--" + boundary + "--\r\n").getBytes(StandardCharsets.ISO_8859_1);
    var length = (long) end.length;
    for (var i = 0; i < heads.size(); i++) {
      length += heads.get(i).length + ranges.get(i).length() + 2;
    }
    var response = exchange.response();
    response.setStatus(HttpServletResponse.SC_PARTIAL_CONTENT);
    response.setContentType("multipart/byteranges; boundary=" + boundary);
    response.setContentLengthLong(length);
    var out = exchange.output();
    for (var i = 0; i < heads.size(); i++) {
      out.write(heads.get(i));
      copy(asset, ranges.get(i).from(), ranges.get(i).length(), out);
      out.write('\r');
      out.write('\n');
    }
    out.write(end);
  }

  private static void copy(Asset asset, long from, long length, OutputStream out)
      throws IOException {
    if (asset.content != null) {
      out.write(asset.content, (int) from, (int) length);
      return;
    }
    try (var in = asset.file.data().from(from)) {
      var buffer = new byte[(int) Math.min(BUFFER, length)];
      for (var left = length; left > 0; ) {
        var count = in.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (count < 0) {
          throw new EOFException("the file became shorter while it was sent");
        }
        out.write(buffer, 0, count);
        left -= count;
      }
    }
  }
}
