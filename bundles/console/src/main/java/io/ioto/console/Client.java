// SPDX-License-Identifier: Apache-2.0
package io.ioto.console;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// Where a request comes from.
///
/// @param name what failed logins are counted by: the address, or the network of an IPv6 address,
///     which one client may choose freely within its /64
/// @param local on this machine
record Client(String name, boolean local) {
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
}
