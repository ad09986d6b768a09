// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.ioto.api.runtime.Gate;
import io.ioto.api.runtime.Seat;
import io.ioto.web.RouteList.Route;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TableTest {
  private static final Table TABLE =
      table(
          "/",
          "/api/",
          "/api/port/",
          "/api/port",
          "/api/port/{id}",
          "/api/port/first",
          "/api/{model}/{id}",
          "/api/{model}/",
          "/files/{a}/{b}/");

  private static Table table(String... paths) {
    return new Table(Arrays.stream(paths).map(path -> node(path, "GET")).toList());
  }

  private static Node node(String path, String method) {
    var pattern = PathPattern.of(path);
    var seat = new Seat<Route>(path, Seat.Patience.DEFAULT);
    seat.seat(new Route(method, pattern, _ -> {}, "", new Binder(), false), new Gate());
    return new Node(pattern, Map.of(method, seat));
  }

  @ParameterizedTest
  @CsvSource({
    "/, /",
    "/other, /",
    "/other/deep/path, /",
    "/api, /",
    "/api/, /api/",
    "/api/x, /api/",
    "/api/port, /api/port",
    "/api/port/, /api/port/",
    "/api/port/first, /api/port/first",
    "/api/port/second, /api/port/{id}",
    "/api/vlan/second, /api/{model}/{id}",
    "/api/vlan/, /api/{model}/",
    "/api/vlan/a/b, /api/{model}/",
    "/api/port/a/b, /api/port/",
    "/files/x, /",
    "/files/x/y, /",
    "/files/x/y/, /files/{a}/{b}/",
    "/files/x/y/z, /files/{a}/{b}/"
  })
  void exactBeatsBracesBeatsTheLongestPrefix(String path, String expected) {
    assertThat(TABLE.find(path))
        .isNotNull()
        .extracting(node -> node.pattern().text())
        .isEqualTo(expected);
  }

  @Test
  void nothingAnswersWhatNobodyNamed() {
    assertThat(table("/a", "/b/").find("/c")).isNull();
    assertThat(table("/a", "/b/").find("/b")).isNull();
    assertThat(table().find("/")).isNull();
  }

  @Test
  void anAbandonedSeatIsPassedOver() {
    var pattern = PathPattern.of("/a");
    var nobody = new Seat<Route>("/a", new Seat.Patience(Duration.ZERO, 0));
    var table =
        new Table(java.util.List.of(new Node(pattern, Map.of("GET", nobody)), node("/", "GET")));
    assertThat(table.find("/a")).extracting(node -> node.pattern().text()).isEqualTo("/");
  }

  @Test
  void getAnswersHead() {
    var node = node("/a", "GET");
    assertThat(node.seat("HEAD")).isNotNull().isSameAs(node.seat("GET"));
    assertThat(node.seat("POST")).isNull();
    assertThat(node.allow()).isEqualTo("GET, HEAD, OPTIONS");
    assertThat(node("/a", "POST").seat("HEAD")).isNull();
  }
}
