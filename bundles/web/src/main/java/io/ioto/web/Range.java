// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import io.ioto.api.web.HttpException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// A part of a file.
///
/// @param from first byte
/// @param to last byte, included
record Range(long from, long to) {
  private static final Pattern ONE = Pattern.compile("(\\d{0,18})\\s*-\\s*(\\d{0,18})");

  /// The ranges that a header asks for and the file can satisfy; empty when it can satisfy none.
  ///
  /// @param header value of `Range`
  /// @param size of the file
  /// @throws HttpException 400 when the header is not understood
  static List<Range> parse(String header, long size) {
    var unit = header.indexOf('=');
    if (unit < 0 || !header.substring(0, unit).trim().equalsIgnoreCase("bytes")) {
      throw bad(header);
    }
    var ranges = new ArrayList<Range>();
    for (var text : header.substring(unit + 1).split(",", -1)) {
      var match = ONE.matcher(text.trim());
      if (!match.matches()) {
        throw bad(header);
      }
      var first = match.group(1);
      var last = match.group(2);
      if (first.isEmpty() && last.isEmpty()) {
        throw bad(header);
      }
      long from;
      long to = size - 1;
      if (first.isEmpty()) {
        from = Math.max(0, size - Long.parseLong(last));
      } else {
        from = Long.parseLong(first);
        if (!last.isEmpty()) {
          to = Long.parseLong(last);
          if (to < from) {
            throw bad(header);
          }
        }
      }
      if (from < size) {
        ranges.add(new Range(from, Math.min(to, size - 1)));
      }
    }
    return ranges;
  }

  private static HttpException bad(String header) {
    return new HttpException(
        400, "Range '%s' is not understood; expected such as bytes=0-99,200-".formatted(header));
  }

  long length() {
    return to - from + 1;
  }

  /// The value of `Content-Range`.
  String of(long size) {
    return "bytes " + from + "-" + to + "/" + size;
  }
}
