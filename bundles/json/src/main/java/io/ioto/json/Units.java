// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;

/// Reads times and sizes as people write them: `15 secs`, `1.5 hours`, `50k`, `never`. Case and
/// spaces do not matter. A bare number is seconds or bytes; six decimals count. What exceeds the
/// largest value counts as the largest.
public final class Units {
  /// The longest time: what `never`, `forever`, `unlimited` and `infinite` stand for.
  public static final Duration NEVER = Duration.ofMillis(Long.MAX_VALUE);

  /// The largest size: what the same words stand for.
  public static final long UNLIMITED = Long.MAX_VALUE;

  private static final Pattern VALUE = Pattern.compile("([0-9]+)(?:\\.([0-9]*))?\\s*([a-z]*)");
  private static final int LONGEST = 80;

  /// Digits that always fit a long.
  private static final int SAFE_DIGITS = 18;

  private static final String TIMES =
      "expected ms, secs, mins, hours, days, weeks, months (30 days) or years, or the word never";
  private static final String SIZES = "expected bytes, k, mb or gb, or the word unlimited";

  private Units() {}

  /// A time.
  ///
  /// @throws IllegalArgumentException with the reason when it is none
  public static Duration time(String text) {
    var value = value(text, TIMES);
    long millis =
        switch (value.unit) {
          case "ms", "msec", "msecs", "millisecond", "milliseconds" -> 1;
          case "", "s", "sec", "secs", "second", "seconds" -> 1000;
          case "min", "mins", "minute", "minutes" -> 60_000;
          case "h", "hr", "hrs", "hour", "hours" -> 3_600_000;
          case "d", "day", "days" -> 86_400_000;
          case "week", "weeks" -> 7 * 86_400_000L;
          case "month", "months" -> 30 * 86_400_000L;
          case "year", "years" -> 365 * 86_400_000L;
          default -> throw value.unknown(text, TIMES);
        };
    return Duration.ofMillis(value.times(millis, text, "milliseconds"));
  }

  /// A size in bytes; k, mb and gb are powers of 1024.
  ///
  /// @throws IllegalArgumentException with the reason when it is none
  public static long size(String text) {
    var value = value(text, SIZES);
    long bytes =
        switch (value.unit) {
          case "", "b", "byte", "bytes" -> 1;
          case "k", "kb" -> 1 << 10;
          case "m", "mb" -> 1 << 20;
          case "g", "gb" -> 1 << 30;
          default -> throw value.unknown(text, SIZES);
        };
    return value.times(bytes, text, "bytes");
  }

  private static Value value(String text, String wanted) {
    var word = text.strip().toLowerCase(Locale.ROOT);
    switch (word) {
      case "never", "forever", "unlimited", "infinite" -> {
        return new Value(Long.MAX_VALUE, "", "");
      }
      default -> {}
    }
    var match = VALUE.matcher(word);
    if (word.length() >= LONGEST || !match.matches()) {
      throw new IllegalArgumentException(
          "'%s' is not a number with a unit; %s".formatted(shorten(text), wanted));
    }
    var whole = match.group(1);
    var fraction = match.group(2) == null ? "" : match.group(2);
    return new Value(
        whole.length() > SAFE_DIGITS ? Long.MAX_VALUE : Long.parseLong(whole),
        fraction.replaceFirst("0+$", ""),
        match.group(3));
  }

  private static String shorten(String text) {
    return text.length() < LONGEST ? text : text.substring(0, LONGEST) + "…";
  }

  /// A number in front of its unit; the fraction without trailing zeros. In longs, since the
  /// first BigDecimal of a process costs ten milliseconds of its start.
  private record Value(long whole, String fraction, String unit) {
    long times(long factor, String text, String smallest) {
      if (whole >= Long.MAX_VALUE / factor) {
        return Long.MAX_VALUE;
      }
      long parts = 0;
      if (!fraction.isEmpty()) {
        long scale = 1;
        for (int i = 0; i < fraction.length() && scale < 10_000_000; i++) {
          scale *= 10;
        }
        parts = scale < 10_000_000 ? Long.parseLong(fraction) * factor : 1;
        if (parts % scale != 0) {
          throw new IllegalArgumentException(
              "'%s' is not a whole number of %s".formatted(text, smallest));
        }
        parts /= scale;
      }
      return whole * factor + parts;
    }

    IllegalArgumentException unknown(String text, String wanted) {
      return new IllegalArgumentException(
          "unknown unit '%s' in '%s'; %s".formatted(unit, text, wanted));
    }
  }
}
