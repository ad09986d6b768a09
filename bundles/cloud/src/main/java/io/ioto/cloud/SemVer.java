// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// A version as Semantic Versioning 2.0.0 orders them; build metadata do not count.
///
/// @param numbers major, minor, patch
/// @param before identifiers of a pre-release; none of a release
record SemVer(List<BigInteger> numbers, List<String> before) implements Comparable<SemVer> {
  private static final Pattern FORM =
      Pattern.compile(
          "v?(\\d{1,18})(?:\\.(\\d{1,18}))?(?:\\.(\\d{1,18}))?(?:-([0-9A-Za-z.-]+))?(?:\\+[0-9A-Za-z.-]+)?");

  /// Reads a version; minor and patch may be left out.
  static Optional<SemVer> parse(String text) {
    var form = FORM.matcher(text.strip());
    if (text.length() > 256 || !form.matches()) {
      return Optional.empty();
    }
    var before = form.group(4);
    return Optional.of(
        new SemVer(
            List.of(part(form.group(1)), part(form.group(2)), part(form.group(3))),
            before == null ? List.of() : List.of(before.split("\\."))));
  }

  private static BigInteger part(@org.jspecify.annotations.Nullable String text) {
    return text == null ? BigInteger.ZERO : new BigInteger(text);
  }

  @Override
  public int compareTo(SemVer other) {
    for (var i = 0; i < numbers.size(); i++) {
      var order = numbers.get(i).compareTo(other.numbers.get(i));
      if (order != 0) {
        return order;
      }
    }
    // §11: a pre-release comes before its release.
    if (before.isEmpty() || other.before.isEmpty()) {
      return Boolean.compare(before.isEmpty(), other.before.isEmpty());
    }
    for (var i = 0; i < Math.min(before.size(), other.before.size()); i++) {
      var order = compare(before.get(i), other.before.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(before.size(), other.before.size());
  }

  /// Numbers by their value, and before all others.
  private static int compare(String one, String other) {
    var numeric = one.matches("\\d+");
    var otherNumeric = other.matches("\\d+");
    if (numeric && otherNumeric) {
      return new BigInteger(one).compareTo(new BigInteger(other));
    }
    return numeric == otherNumeric ? one.compareTo(other) : Boolean.compare(otherNumeric, numeric);
  }
}
