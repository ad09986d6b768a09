// SPDX-License-Identifier: Apache-2.0
package io.ioto.bench;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// One line of a bench's table.
///
/// @param figures in the order of the columns, the unit at the end of the name
record Row(String name, Map<String, Object> figures) {
  /// A row without figures so far.
  static Row of(String name) {
    return new Row(name, new LinkedHashMap<>());
  }

  /// Adds a figure, rounded to four digits.
  Row with(String figure, double value) {
    figures.put(figure, new BigDecimal(value).round(new MathContext(4)).stripTrailingZeros());
    return this;
  }

  /// Adds an exact figure.
  Row with(String figure, long value) {
    figures.put(figure, BigDecimal.valueOf(value));
    return this;
  }

  /// Adds the peer that ran beside it.
  ///
  /// @param ratio how many times better ours is
  Row peer(String peer, double value, double ratio) {
    figures.put("peer", peer);
    return with("peerValue", value).with("ratio", ratio);
  }

  /// One JSON object on one line.
  String json() {
    return figures.entrySet().stream()
        .map(e -> "\"%s\":%s".formatted(e.getKey(), value(e.getValue())))
        .collect(Collectors.joining(",", "{\"name\":\"%s\",".formatted(name), "}"));
  }

  private static String value(Object value) {
    return value instanceof BigDecimal number ? number.toPlainString() : "\"%s\"".formatted(value);
  }

  /// A table with a line per row; rows with other figures than the first leave gaps.
  static String table(List<Row> rows) {
    var columns = rows.stream().flatMap(r -> r.figures().keySet().stream()).distinct().toList();
    var lines = new StringBuilder();
    var width = rows.stream().mapToInt(r -> r.name().length()).max().orElse(0);
    lines.append(" ".repeat(width));
    columns.forEach(c -> lines.append("  ").append(" ".repeat(pad(c, 10))).append(c));
    for (var row : rows) {
      lines.append('\n').append(row.name()).append(" ".repeat(width - row.name().length()));
      for (var column : columns) {
        var figure = row.figures().getOrDefault(column, "");
        var text = figure instanceof BigDecimal number ? number.toPlainString() : "" + figure;
        lines
            .append("  ")
            .append(" ".repeat(pad(text, Math.max(10, column.length()))))
            .append(text);
      }
    }
    return lines.toString();
  }

  private static int pad(String text, int width) {
    return Math.max(0, width - text.length());
  }
}
