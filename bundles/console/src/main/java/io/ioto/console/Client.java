// SPDX-License-Identifier: Apache-2.0
package io.ioto.console;

import jakarta.servlet.http.HttpServletRequest;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where a request comes from.
///
/// @param name what failed logins are counted by: the address, or the network of an IPv6 address,
///     which one client may choose freely within its /64
/// @param local on this machine
record Client(String name, boolean local) {
  private static final Pattern THIS_MACHINE =
      Pattern.compile("(?:localhost|127(?:\\.\\d{1,3}){3}|\\[::1])(?::\\d+)?");

  /// @param address as the servlet container gives it
  static Client of(@Nullable String address) {
    if (address == null) {
      return new Client("unknown", false);
    }
    var bare =
        address.startsWith("[") && address.endsWith("]")
            ? address.substring(1, address.length() - 1)
            : address;
    InetAddress parsed;
    try {
      parsed = InetAddress.ofLiteral(bare);
    } catch (IllegalArgumentException _) {
      return new Client(bare, false);
    }
    var name =
        parsed instanceof Inet6Address && !parsed.isLoopbackAddress()
            ? HexFormat.ofDelimiter(":").formatHex(Arrays.copyOf(parsed.getAddress(), 8)) + "::/64"
            : parsed.getHostAddress();
    return new Client(name, parsed.isLoopbackAddress());
  }

  /// Whether the request names this machine as its host and no proxy in between. A local address
  /// alone says little: a page of another site can have its name resolved to 127.0.0.1, and a
  /// proxy on this machine speaks for everybody.
  static boolean direct(HttpServletRequest request) {
    var host = request.getHeader("Host");
    return host != null
        && THIS_MACHINE.matcher(host).matches()
        && request.getHeader("Forwarded") == null
        && request.getHeader("X-Forwarded-For") == null;
  }
}
