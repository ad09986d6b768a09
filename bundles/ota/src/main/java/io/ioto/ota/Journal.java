// SPDX-License-Identifier: Apache-2.0
package io.ioto.ota;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ioto.api.ota.UpdateState;
import io.ioto.json.Durable;
import io.ioto.json.Json5;
import io.ioto.json.JsonException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How far the update has come, on the disk: one small file that is replaced as a whole, which the
/// launcher reads, too. May be shared between threads.
class Journal {
  /// Where the update stands.
  ///
  /// @param from release that ran before
  /// @param reason why it ended as it did; empty when there is none
  /// @param attempt how often it has been begun to be applied
  /// @param asked whether somebody asked for it
  /// @param baseline what the gateway lacked before, which is not held against the release
  /// @param expected relative health checks that were content before, and have to be again
  /// @param id tells this update from all others, for whoever it is reported to
  record Entry(
      Step step,
      long release,
      long from,
      String reason,
      int attempt,
      boolean asked,
      List<String> baseline,
      Set<String> expected,
      String id) {
    static final Entry NONE = new Entry(Step.IDLE, 0, 0, "", 0, false, List.of(), Set.of(), "");

    Entry {
      baseline = List.copyOf(baseline);
      expected = Set.copyOf(expected);
    }

    Entry at(Step next) {
      return new Entry(next, release, from, reason, attempt, asked, baseline, expected, id);
    }

    Entry because(Step next, String why) {
      return new Entry(next, release, from, why, attempt, asked, baseline, expected, id);
    }

    Entry applying(List<String> lacking, Set<String> content) {
      return new Entry(
          Step.APPLYING, release, from, reason, attempt + 1, asked, lacking, content, id);
    }
  }

  /// An update that is over.
  ///
  /// @param from release that ran before
  /// @param id empty where nothing was tried
  record Past(Step step, long release, long from, String reason, String at, String id) {}

  private static final Logger log = LoggerFactory.getLogger(Journal.class);

  private final Path file;
  private final InstantSource clock;
  private final int history;
  private final Consumer<UpdateState> watchers;
  private Entry entry = Entry.NONE;
  private List<Past> past = List.of();

  /// @param history how many past updates are remembered
  /// @param watchers told of each state once it is written down
  Journal(Path file, InstantSource clock, int history, Consumer<UpdateState> watchers) {
    this.watchers = watchers;
    this.file = file;
    this.clock = clock;
    this.history = history;
    try {
      if (Files.exists(file)) {
        read(Json5.document(file).root());
      }
    } catch (IOException | JsonException | IllegalArgumentException e) {
      // What runs is decided by current.json; the journal only tells how it came to that.
      log.error(
          "the journal of updates is damaged, an update under way is forgotten: {}", e.toString());
    }
  }

  private void read(JsonNode root) {
    var lacking = new ArrayList<String>();
    root.path("baseline").forEach(b -> lacking.add(b.asText()));
    var over = new ArrayList<Past>();
    root.path("past")
        .forEach(
            p ->
                over.add(
                    new Past(
                        Step.valueOf(p.path("state").asText()),
                        p.path("release").asLong(),
                        p.path("from").asLong(),
                        p.path("reason").asText(),
                        p.path("at").asText(),
                        p.path("id").asText())));
    var content = new HashSet<String>();
    root.path("expected").forEach(c -> content.add(c.asText()));
    entry =
        new Entry(
            Step.valueOf(root.path("state").asText()),
            root.path("release").asLong(),
            root.path("from").asLong(),
            root.path("reason").asText(),
            root.path("attempt").asInt(),
            root.path("asked").asBoolean(),
            lacking,
            content,
            root.path("id").asText());
    past = List.copyOf(over);
  }

  synchronized Entry entry() {
    return entry;
  }

  /// Updates that are over, the latest first.
  synchronized List<Past> past() {
    return past;
  }

  /// Whether a release has been tried, and was not kept.
  synchronized boolean rejected(long release) {
    return past.stream()
        .filter(p -> p.release() == release)
        .findFirst()
        .filter(p -> p.step() == Step.ROLLED_BACK)
        .isPresent();
  }

  /// Remembers that a release is not wanted any more.
  synchronized void reject(long release, String reason) throws IOException {
    var all = new ArrayList<Past>();
    all.add(new Past(Step.ROLLED_BACK, release, 0, reason, clock.instant().toString(), ""));
    all.addAll(past);
    var over = List.copyOf(all.subList(0, Math.min(all.size(), history)));
    Durable.write(file, bytes(entry, over, clock.instant().toString()));
    past = over;
  }

  /// Writes down where the update stands, and returns when it is on the disk.
  void write(Entry next) throws IOException {
    record(next);
    watchers.accept(next.step().state(next.release(), next.reason()));
  }

  private synchronized void record(Entry next) throws IOException {
    var over = past;
    var now = clock.instant().toString();
    if (!next.step().underWay()) {
      var all = new ArrayList<Past>();
      all.add(new Past(next.step(), next.release(), next.from(), next.reason(), now, next.id()));
      all.addAll(past);
      over = List.copyOf(all.subList(0, Math.min(all.size(), history)));
    }
    Durable.write(file, bytes(next, over, now));
    entry = next;
    past = over;
    log.info(
        "release {} {}{}",
        next.release(),
        next.step().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '),
        next.reason().isEmpty() ? "" : ": " + next.reason());
  }

  private static byte[] bytes(Entry entry, List<Past> past, String now) {
    var root = JsonNodeFactory.instance.objectNode();
    root.put("state", entry.step().name())
        .put("release", entry.release())
        .put("from", entry.from())
        .put("reason", entry.reason())
        .put("attempt", entry.attempt())
        .put("asked", entry.asked())
        .put("id", entry.id())
        .put("at", now);
    entry.baseline().forEach(root.putArray("baseline")::add);
    entry.expected().stream().sorted().forEach(root.putArray("expected")::add);
    describe(root, past);
    return (Json5.pretty(root) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /// Adds past updates to a node.
  static void describe(ObjectNode node, List<Past> past) {
    var list = node.putArray("past");
    for (var p : past) {
      list.addObject()
          .put("state", p.step().name())
          .put("release", p.release())
          .put("from", p.from())
          .put("reason", p.reason())
          .put("at", p.at())
          .put("id", p.id());
    }
  }
}
