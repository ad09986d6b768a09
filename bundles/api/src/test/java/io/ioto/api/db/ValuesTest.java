// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ValuesTest {
  @Test
  void valuesTakeTheFormThatItemsHave() {
    var values = new LinkedHashMap<String, @Nullable Object>();
    values.put("whole", 7);
    values.put("tenth", 0.1f);
    values.put("when", Instant.parse("2026-11-22T18:30:00.5Z"));
    values.put("nothing", null);
    values.put("tree", Map.of("list", List.of((short) 1, "two")));

    assertThat(Values.object(values))
        .containsExactly(
            Map.entry("whole", 7L),
            Map.entry("tenth", 0.1),
            Map.entry("when", "2026-11-22T18:30:00.500Z"),
            Map.entry("tree", Map.of("list", List.of(1L, "two"))));
    assertThat(Values.nulls(values)).containsExactly("nothing");
  }

  @Test
  void valuesDoNotChangeWithWhatTheyWereMadeOf() {
    var list = new ArrayList<>(List.of("a"));
    var map = new HashMap<>(Map.of("list", list));
    var values = Values.object(map);
    list.add("b");
    map.clear();

    assertThat(values).isEqualTo(Map.of("list", List.of("a")));
    assertThatThrownBy(values::clear).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> ((List<?>) values.getOrDefault("list", list)).clear())
        .isInstanceOf(UnsupportedOperationException.class);
    assertThat(Values.object(values)).isSameAs(values);
  }

  @Test
  void whatIsNoValueIsRefusedWithItsPlace() {
    assertThatThrownBy(() -> Values.object(Map.of("a", Map.of("b", List.of(1, Double.NaN)))))
        .hasMessageContaining("'a.b.1' is NaN");
    assertThatThrownBy(() -> Values.object(Map.of("a", BigInteger.TWO)))
        .hasMessageContaining("'a' is 2 (BigInteger)");
    assertThatThrownBy(() -> Values.object(Map.of("a", Arrays.asList(1, null))))
        .hasMessageContaining("'a.1' is null");
    Object deep = "end";
    for (var i = 0; i < 40; i++) {
      deep = Map.of("x", deep);
    }
    var nested = deep;
    assertThatThrownBy(() -> Values.object(Map.of("a", nested)))
        .hasMessageContaining("nested deeper than 32 levels");
  }

  @Test
  void stampsAreOrderedAsTheirTextsAre() {
    var stamps =
        List.of(
            Stamp.NONE,
            new Stamp(9, 0, "b"),
            new Stamp(10, 0, "a"),
            new Stamp(10, 0, "b"),
            new Stamp(10, 11, "a"),
            new Stamp(1L << 47, 0xFFFF, "node_1"));
    assertThat(stamps).isSorted();
    assertThat(stamps.stream().map(Stamp::toString)).isSorted();
    assertThat(stamps.stream().map(s -> Stamp.parse(s.toString()))).isEqualTo(stamps);
    for (var text : List.of("", "00000000000a", "00000000000a-0001x", "x0000000000a-0001-a")) {
      assertThatThrownBy(() -> Stamp.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> new Stamp(1, 0, "a-b")).hasMessageContaining("names no node");
  }

  @Test
  void queryGrowsByWhatIsAsked() {
    var query =
        Query.of("Port")
            .match("name", "eth0")
            .match("up", true)
            .where(Filter.equal("a", 1))
            .where(new Filter.Exists("b"))
            .prefix("port#")
            .limit(5);
    assertThat(query.match()).containsExactly(Map.entry("name", "eth0"), Map.entry("up", true));
    assertThat(query.filter())
        .isEqualTo(
            new Filter.All(
                List.of(
                    new Filter.Compare("a", Filter.Operator.EQUAL, 1L), new Filter.Exists("b"))));
    assertThat(query.reversed().reversed()).isEqualTo(query);
    assertThatThrownBy(() -> query.limit(-1)).hasMessageContaining("must not be negative");
  }
}
