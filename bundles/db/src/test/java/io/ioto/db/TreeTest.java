// SPDX-License-Identifier: Apache-2.0
package io.ioto.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TreeTest {
  private static List<String> all(Tree.Cursor<Integer> cursor) {
    var found = new ArrayList<String>();
    while (cursor.next()) {
      found.add(cursor.key() + "=" + cursor.value());
    }
    return found;
  }

  private static List<String> all(Iterable<Map.Entry<String, Integer>> entries) {
    var found = new ArrayList<String>();
    entries.forEach(e -> found.add(e.getKey() + "=" + e.getValue()));
    return found;
  }

  @Test
  void itDoesWhatASortedMapDoes() {
    for (var seed = 0; seed < 20; seed++) {
      var random = new Random(seed);
      var range = seed % 2 == 0 ? 300 : 5000;
      var reference = new TreeMap<String, Integer>();
      var tree = Tree.<Integer>empty();
      for (var step = 0; step < 6000; step++) {
        var key = "k" + random.nextInt(range);
        // Grows in the first half, shrinks in the second.
        if (random.nextInt(10) < (step < 3000 ? 8 : 2)) {
          tree = tree.put(key, step);
          reference.put(key, step);
        } else {
          tree = tree.remove(key);
          reference.remove(key);
        }
        assertThat(tree.size()).isEqualTo(reference.size());
        assertThat(tree.get(key)).isEqualTo(reference.get(key));
        if (step % 500 == 0) {
          var from = "k" + random.nextInt(range);
          assertThat(all(tree.from(from))).isEqualTo(all(reference.tailMap(from).entrySet()));
          assertThat(all(tree.before(from)))
              .isEqualTo(all(reference.headMap(from, false).descendingMap().entrySet()));
          assertThat(all(tree.before(null))).isEqualTo(all(reference.descendingMap().entrySet()));
        }
      }
      for (var key : List.copyOf(reference.keySet())) {
        tree = tree.remove(key);
      }
      assertThat(tree.size()).isZero();
      assertThat(all(tree.from(""))).isEmpty();
    }
  }

  @Test
  void versionsDoNotChange() {
    var tree = Tree.<Integer>empty();
    for (var i = 0; i < 1000; i++) {
      tree = tree.put("%04d".formatted(i), i);
    }
    var before = all(tree.from(""));
    var other = tree;
    for (var i = 0; i < 1000; i += 3) {
      other = other.remove("%04d".formatted(i)).put("%04dx".formatted(i), i);
    }
    assertThat(all(tree.from(""))).isEqualTo(before).hasSize(1000);
    assertThat(other.size()).isEqualTo(1000);
    assertThat(all(other.from("")))
        .isNotEqualTo(before)
        .isSortedAccordingTo(Collections.reverseOrder(Collections.reverseOrder()));
  }
}
