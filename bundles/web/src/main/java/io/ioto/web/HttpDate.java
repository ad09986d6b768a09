// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import java.time.LocalDateTime;
import java.time.ZoneOffset;

/// Dates as HTTP writes them (RFC 9110 §5.6.7), without the formatter of the JDK, whose loading
/// would be felt in the first request.
final class HttpDate {
  private static final String DAYS = "MonTueWedThuFriSatSun";
  private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

  private HttpDate() {}

  /// @param seconds since 1970
  static String format(long seconds) {
    var time = LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC);
    var text = new StringBuilder(29);
    three(text, DAYS, time.getDayOfWeek().getValue()).append(", ");
    two(text, time.getDayOfMonth()).append(' ');
    three(text, MONTHS, time.getMonthValue()).append(' ');
    two(text, time.getYear() / 100);
    two(text, time.getYear() % 100).append(' ');
    two(text, time.getHour()).append(':');
    two(text, time.getMinute()).append(':');
    two(text, time.getSecond()).append(" GMT");
    return text.toString();
  }

  private static StringBuilder three(StringBuilder text, String names, int number) {
    return text.append(names, number * 3 - 3, number * 3);
  }

  private static StringBuilder two(StringBuilder text, int number) {
    return text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
  }
}
