// SPDX-License-Identifier: Apache-2.0
package io.ioto.json;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/// Finds the word that was probably meant, for the suggestion in a message.
public final class Nearest {
  private Nearest() {}

  /// The candidate that differs least, in at most two letters and in less than half of the word.
  public static Optional<String> to(String word, Collection<String> candidates) {
    return candidates.stream()
        .filter(candidate -> distance(word, candidate) <= Math.min(2, (word.length() - 1) / 2))
        .min(Comparator.comparingInt(candidate -> distance(word, candidate)));
  }

  /// Letters to insert, remove, replace or swap with their neighbour, without regard to case.
  static int distance(String a, String b) {
    var from = a.toLowerCase(Locale.ROOT);
    var to = b.toLowerCase(Locale.ROOT);
    if (Math.abs(from.length() - to.length()) > 2) {
      return Integer.MAX_VALUE;
    }
    var rows = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        rows[i][j] = i == 0 || j == 0 ? i + j : cell(from, to, i, j, rows);
      }
    }
    return rows[from.length()][to.length()];
  }

  private static int cell(String from, String to, int i, int j, int[][] rows) {
    boolean same = from.charAt(i - 1) == to.charAt(j - 1);
    int least = Math.min(rows[i - 1][j], rows[i][j - 1]) + 1;
    least = Math.min(least, rows[i - 1][j - 1] + (same ? 0 : 1));
    if (i > 1
        && j > 1
        && from.charAt(i - 1) == to.charAt(j - 2)
        && from.charAt(i - 2) == to.charAt(j - 1)) {
      least = Math.min(least, rows[i - 2][j - 2] + 1);
    }
    return least;
  }
}
