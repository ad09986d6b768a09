// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import io.ioto.api.runtime.Seat;
import io.ioto.web.RouteList.Route;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// One path of the route table, with a seat for each method.
final class Node {
  private final PathPattern pattern;
  private final Map<String, Seat<Route>> seats;
  private final List<Seat<Route>> all;

  Node(PathPattern pattern, Map<String, Seat<Route>> seats) {
    this.pattern = pattern;
    this.seats = Map.copyOf(seats);
    all = List.copyOf(seats.values());
  }

  PathPattern pattern() {
    return pattern;
  }

  /// The seat for a method, or null when nobody answers it; GET answers HEAD too.
  @Nullable Seat<Route> seat(String method) {
    var seat = seats.get(method);
    if (seat == null && method.equals("HEAD")) {
      seat = seats.get("GET");
    }
    return seat == null || seat.abandoned() ? null : seat;
  }

  /// True while somebody answers here, or is expected back.
  boolean expected() {
    for (var i = 0; i < all.size(); i++) {
      if (!all.get(i).abandoned()) {
        return true;
      }
    }
    return false;
  }

  /// The methods that are answered, for the header `Allow`.
  String allow() {
    var methods = new TreeSet<String>();
    seats.forEach(
        (method, seat) -> {
          if (!seat.abandoned()) {
            methods.add(method);
          }
        });
    if (methods.contains("GET")) {
      methods.add("HEAD");
    }
    methods.add("OPTIONS");
    return String.join(", ", methods);
  }
}
