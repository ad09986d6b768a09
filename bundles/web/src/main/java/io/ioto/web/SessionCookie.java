// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The cookie that holds the id of a session. Browsers keep one jar for all ports of a host, so
/// its name says the port: two gateways on one machine do not log each other's users out, and a
/// page over plain HTTP does not fight for the cookie with one over TLS.
///
/// @param name in which `{port}` stands for that of the listener
/// @param httpOnly whether scripts are kept from reading it
/// @param sameSite `Lax`, `Strict` or `None`
/// @param secure whether it is for TLS even where the request came without
record SessionCookie(String name, boolean httpOnly, String sameSite, boolean secure) {
  private static final String PORT = "{port}";
  private static final Set<String> SAME_SITE = Set.of("Lax", "Strict", "None");

  SessionCookie {
    Headers.check(name.replace(PORT, ""), "");
    if (!SAME_SITE.contains(sameSite)) {
      throw new IllegalArgumentException(
          "web.sessions.sameSite: '%s' is none of Lax, Strict, None".formatted(sameSite));
    }
  }

  /// The id that came with a request; null when none did.
  @Nullable String read(HttpServletRequest request) {
    var header = request.getHeader("Cookie");
    return header == null ? null : find(header, name(request));
  }

  private String name(HttpServletRequest request) {
    return name.replace(PORT, Integer.toString(request.getLocalPort()));
  }

  /// The value of a cookie (RFC 6265 §5.4); null when it is not there.
  static @Nullable String find(String header, String name) {
    for (int from = 0, to; from < header.length(); from = to + 1) {
      to = header.indexOf(';', from);
      to = to < 0 ? header.length() : to;
      while (from < to && header.charAt(from) == ' ') {
        from++;
      }
      var equals = from + name.length();
      if (equals < to && header.charAt(equals) == '=' && header.startsWith(name, from)) {
        return unquoted(header.substring(equals + 1, to).trim());
      }
    }
    return null;
  }

  /// Some clients put values in quotes, as RFC 6265 §4.1.1 allows.
  private static String unquoted(String value) {
    var last = value.length() - 1;
    return last > 0 && value.charAt(0) == '"' && value.charAt(last) == '"'
        ? value.substring(1, last)
        : value;
  }

  /// The header `Set-Cookie`.
  ///
  /// @param age how long the browser keeps it; zero to have it deleted
  String write(HttpServletRequest request, String id, Duration age) {
    return "%s=%s; Max-Age=%d; path=/; %s%sSameSite=%s"
        .formatted(
            name(request),
            id,
            age.toSeconds(),
            secure || request.isSecure() ? "Secure; " : "",
            httpOnly ? "HttpOnly; " : "",
            sameSite);
  }
}
