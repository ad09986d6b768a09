// SPDX-License-Identifier: Apache-2.0
package io.ioto.cloud;

import io.ioto.api.cloud.Store;
import java.util.Map;

/// A release as this cloud hands it out; what it consists of is on the [Shelf].
///
/// @param version of the record; [Store#ABSENT] for one that is not stored yet
/// @param published when it first was
record Release(long number, long version, Terms terms, Counts counts, String published) {
  static final String KIND = "release";

  /// What came of it.
  ///
  /// @param offered devices it was offered to
  /// @param committed updates that were kept
  /// @param failed updates that were taken back or refused
  /// @param begun when the present period began, in milliseconds
  /// @param window devices it was offered to since
  record Counts(long offered, long committed, long failed, long begun, long window) {
    static final Counts NONE = new Counts(0, 0, 0, 0, 0);
  }

  static Release of(Store.Entry entry) {
    var values = entry.values();
    return new Release(
        number(values, "number"),
        entry.version(),
        Terms.of(object(values, "terms")),
        new Counts(
            number(values, "offered"),
            number(values, "committed"),
            number(values, "failed"),
            number(values, "begun"),
            number(values, "window")),
        entry.text("published"));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> object(Map<String, Object> values, String name) {
    // Values are what Store takes: their names are texts.
    return values.get(name) instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
  }

  private static long number(Map<String, Object> values, String name) {
    return values.get(name) instanceof Long number ? number : 0;
  }

  /// Sorts as the numbers do.
  static String key(long number) {
    return "%012d".formatted(number);
  }

  Release with(Terms other) {
    return new Release(number, version, other, counts, published);
  }

  Release with(Counts other) {
    return new Release(number, version, terms, other, published);
  }

  /// The write that stores it, if its record has not changed since.
  Store.Step step() {
    return new Store.Step.Put(
        KIND,
        key(number),
        Map.of(
            "number", number,
            "terms", terms.values(),
            "offered", counts.offered(),
            "committed", counts.committed(),
            "failed", counts.failed(),
            "begun", counts.begun(),
            "window", counts.window(),
            "published", published),
        version);
  }
}
