// SPDX-License-Identifier: Apache-2.0
package io.ioto.db;

import java.security.SecureRandom;
import java.util.regex.Pattern;

/// Makes ids of digits and upper-case letters that cannot be mistaken for one another (Crockford's
/// 32). May be shared between threads.
final class Ids {
  static final Pattern FORM = Pattern.compile("ulid|uid|uid\\(([1-9][0-9]?)\\)");

  private static final char[] ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();
  private static final int TIME = 10;
  private static final int RANDOM = 16;
  private static final int UID = 10;

  private final SecureRandom random = new SecureRandom();
  private final byte[] tail = new byte[RANDOM]; // of the last ulid, 5 bits each
  private long last;

  /// An id as the schema asks for it; see [#FORM].
  String make(String form, long millis) {
    if (form.equals("ulid")) {
      return ulid(millis);
    }
    var match = FORM.matcher(form);
    if (!match.matches()) {
      throw new IllegalArgumentException(form);
    }
    return uid(match.group(1) == null ? UID : Integer.parseInt(match.group(1)));
  }

  /// 26 characters: the time, and 80 random bits; ascending, within a millisecond too.
  synchronized String ulid(long millis) {
    if (millis > last || !increment()) {
      last = Math.max(millis, last + (millis > last ? 0 : 1));
      random.nextBytes(tail);
      for (var i = 0; i < RANDOM; i++) {
        tail[i] &= 31;
      }
    }
    var text = new char[TIME + RANDOM];
    var rest = last;
    for (var i = TIME - 1; i >= 0; i--) {
      text[i] = ALPHABET[(int) (rest & 31)];
      rest >>>= 5;
    }
    for (var i = 0; i < RANDOM; i++) {
      text[TIME + i] = ALPHABET[tail[i]];
    }
    return new String(text);
  }

  private boolean increment() {
    for (var i = RANDOM - 1; i >= 0; i--) {
      if (tail[i] < 31) {
        tail[i]++;
        return true;
      }
      tail[i] = 0;
    }
    return false;
  }

  String uid(int length) {
    var text = new char[length];
    for (var i = 0; i < length; i++) {
      text[i] = ALPHABET[random.nextInt(32)];
    }
    return new String(text);
  }
}
