// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.tls;

import java.util.Locale;

/// Whom an outgoing connection believes to be who they say they are.
public sealed interface Trust {
  /// The authorities of the Java runtime.
  record Platform() implements Trust {}

  /// These authorities and no others.
  ///
  /// @param pem their certificates as PEM text
  record Authorities(String pem) implements Trust {}

  /// The one certificate with this fingerprint: the server's own, whatever name it bears, or that
  /// of an authority which the server sends along and which issued the server's.
  ///
  /// @param sha256 64 hex digits, with or without colons
  record Pinned(String sha256) implements Trust {
    public Pinned {
      sha256 = sha256.replace(":", "").toLowerCase(Locale.ROOT);
      if (!sha256.matches("[0-9a-f]{64}")) {
        throw new IllegalArgumentException(
            "'%s' is no SHA-256 fingerprint; expected 64 hex digits, such as AB:CD:…"
                .formatted(sha256));
      }
    }
  }

  /// The authorities of the Java runtime.
  Trust PLATFORM = new Platform();
}
