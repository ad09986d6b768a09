// SPDX-License-Identifier: Apache-2.0
package io.ioto.db;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// An immutable ordered map from texts, of which each change makes another that shares nearly all
/// of it: a B+ tree with copied paths. Order is that of [String#compareTo].
///
/// @param <V> what it holds
final class Tree<V> {
  private static final int WIDTH = 32;
  private static final Tree<?> EMPTY = new Tree<>(null, 0);

  /// Keys in order, with a value each, or with the node each begins; the first key of an inner
  /// node counts as less than any other.
  private static final class Node {
    final String[] keys;
    final Object[] values;
    final boolean leaf;

    Node(String[] keys, Object[] values, boolean leaf) {
      this.keys = keys;
      this.values = values;
      this.leaf = leaf;
    }

    Node child(int at) {
      return (Node) values[at];
    }

    /// Index of the child that may hold a key.
    int descend(String key) {
      var at = Arrays.binarySearch(keys, key);
      return at >= 0 ? at : Math.max(0, -at - 2);
    }

    Node with(int at, String key, Object value) {
      var changedKeys = keys;
      if (!keys[at].equals(key)) {
        changedKeys = keys.clone();
        changedKeys[at] = key;
      }
      var changed = values.clone();
      changed[at] = value;
      return new Node(changedKeys, changed, leaf);
    }

    Node inserted(int at, String key, Object value) {
      var moreKeys = new String[keys.length + 1];
      System.arraycopy(keys, 0, moreKeys, 0, at);
      moreKeys[at] = key;
      System.arraycopy(keys, at, moreKeys, at + 1, keys.length - at);
      var more = new Object[values.length + 1];
      System.arraycopy(values, 0, more, 0, at);
      more[at] = value;
      System.arraycopy(values, at, more, at + 1, values.length - at);
      return new Node(moreKeys, more, leaf);
    }

    Node without(int at) {
      var fewerKeys = new String[keys.length - 1];
      System.arraycopy(keys, 0, fewerKeys, 0, at);
      System.arraycopy(keys, at + 1, fewerKeys, at, keys.length - at - 1);
      var fewer = new Object[values.length - 1];
      System.arraycopy(values, 0, fewer, 0, at);
      System.arraycopy(values, at + 1, fewer, at, values.length - at - 1);
      return new Node(fewerKeys, fewer, leaf);
    }

    Node part(int from, int to) {
      return new Node(
          Arrays.copyOfRange(keys, from, to), Arrays.copyOfRange(values, from, to), leaf);
    }
  }

  private final @Nullable Node root;
  private final int size;

  private Tree(@Nullable Node root, int size) {
    this.root = root;
    this.size = size;
  }

  @SuppressWarnings("unchecked") // it holds nothing
  static <V> Tree<V> empty() {
    return (Tree<V>) EMPTY;
  }

  int size() {
    return size;
  }

  @SuppressWarnings("unchecked") // only values of this type are put in
  @Nullable V get(String key) {
    var node = root;
    if (node == null) {
      return null;
    }
    while (!node.leaf) {
      node = node.child(node.descend(key));
    }
    var at = Arrays.binarySearch(node.keys, key);
    return at < 0 ? null : (V) node.values[at];
  }

  Tree<V> put(String key, V value) {
    if (root == null) {
      return new Tree<>(new Node(new String[] {key}, new Object[] {value}, true), 1);
    }
    var grown = new boolean[1];
    var changed = put(root, key, value, grown);
    if (changed.keys.length > WIDTH) {
      var half = changed.keys.length / 2;
      var left = changed.part(0, half);
      var right = changed.part(half, changed.keys.length);
      changed =
          new Node(new String[] {left.keys[0], right.keys[0]}, new Object[] {left, right}, false);
    }
    return new Tree<>(changed, grown[0] ? size + 1 : size);
  }

  /// The changed node, which may be one entry too wide.
  private static Node put(Node node, String key, Object value, boolean[] grown) {
    if (node.leaf) {
      var at = Arrays.binarySearch(node.keys, key);
      grown[0] = at < 0;
      return at >= 0 ? node.with(at, node.keys[at], value) : node.inserted(-at - 1, key, value);
    }
    var at = node.descend(key);
    var child = put(node.child(at), key, value, grown);
    if (child.keys.length <= WIDTH) {
      return node.with(at, child.keys[0], child);
    }
    // Ascending keys, the usual case, leave full nodes behind.
    var split = key.equals(child.keys[WIDTH]) ? WIDTH : child.keys.length / 2;
    var left = child.part(0, split);
    var right = child.part(split, child.keys.length);
    return node.with(at, left.keys[0], left).inserted(at + 1, right.keys[0], right);
  }

  Tree<V> remove(String key) {
    if (root == null || get(key) == null) {
      return this;
    }
    var left = remove(root, key);
    while (left != null && !left.leaf && left.keys.length == 1) {
      left = left.child(0);
    }
    return left == null ? empty() : new Tree<>(left, size - 1);
  }

  private static @Nullable Node remove(Node node, String key) {
    if (node.leaf) {
      return node.keys.length == 1 ? null : node.without(Arrays.binarySearch(node.keys, key));
    }
    var at = node.descend(key);
    var child = remove(node.child(at), key);
    if (child != null) {
      return node.with(at, child.keys[0], child);
    }
    return node.keys.length == 1 ? null : node.without(at);
  }

  /// Goes through it in ascending order from the first key that is not less.
  Cursor<V> from(String key) {
    var cursor = new Cursor<V>(root, false);
    cursor.seek(key);
    return cursor;
  }

  /// Goes through it in descending order from the last key that is less; from the last one of all
  /// for null.
  Cursor<V> before(@Nullable String key) {
    var cursor = new Cursor<V>(root, true);
    cursor.seek(key);
    return cursor;
  }

  /// A place in a tree; starts before the first entry.
  static final class Cursor<V> {
    private final Node[] nodes = new Node[16];
    private final int[] at = new int[16];
    private final boolean reverse;
    private final @Nullable Node root;
    private int depth = -1;

    private Cursor(@Nullable Node root, boolean reverse) {
      this.root = root;
      this.reverse = reverse;
    }

    private void seek(@Nullable String key) {
      var node = root;
      while (node != null) {
        nodes[++depth] = node;
        if (node.leaf) {
          var found = key == null ? node.keys.length : Arrays.binarySearch(node.keys, key);
          var place = found >= 0 ? found : -found - 1;
          at[depth] = reverse ? place : place - 1;
          return;
        }
        at[depth] = key == null ? node.keys.length - 1 : node.descend(key);
        node = node.child(at[depth]);
      }
    }

    /// Goes to the next entry.
    boolean next() {
      var step = reverse ? -1 : 1;
      while (depth >= 0) {
        at[depth] += step;
        if (at[depth] >= 0 && at[depth] < nodes[depth].keys.length) {
          while (!nodes[depth].leaf) {
            var child = nodes[depth].child(at[depth]);
            nodes[++depth] = child;
            at[depth] = reverse ? child.keys.length - 1 : 0;
          }
          return true;
        }
        depth--;
      }
      return false;
    }

    String key() {
      return nodes[depth].keys[at[depth]];
    }

    @SuppressWarnings("unchecked") // only values of this type are put in
    V value() {
      return (V) nodes[depth].values[at[depth]];
    }
  }
}
