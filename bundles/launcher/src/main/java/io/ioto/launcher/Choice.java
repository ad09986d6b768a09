// SPDX-License-Identifier: Apache-2.0
package io.ioto.launcher;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Which set of bundles is started: the release on trial, unless it has failed to come up too
/// often; else the committed one; else the one before; else what was shipped.
///
/// @param ways release files, the preferred one first; what was shipped comes after all of them
/// @param failure why the release on trial is passed over; null when none is
/// @param warnings what else was found wrong
record Choice(List<Way> ways, @Nullable String failure, List<String> warnings) {
  /// One release.
  record Way(Path file, long number) {}

  /// How often a release on trial is started.
  private static final int MAX_BOOTS = 3;

  Choice {
    ways = List.copyOf(ways);
    warnings = List.copyOf(warnings);
  }

  /// Chooses, and counts the start of a release on trial.
  static Choice of(Path state) {
    var folder = state.resolve("release");
    var warnings = new ArrayList<String>();
    var ways = new ArrayList<Way>();
    String failure = null;
    var current = way(folder.resolve("current.json"), warnings);
    var trial = trial(folder, warnings);
    if (trial != null && (current == null || current.number() != trial.number())) {
      var boots = boots(folder);
      if (boots >= MAX_BOOTS) {
        failure =
            "the gateway did not come up with release %d in %d starts"
                .formatted(trial.number(), boots);
        warnings.add(failure);
      } else {
        count(folder, boots + 1);
        ways.add(trial);
      }
    }
    if (current != null) {
      ways.add(current);
    }
    // Only a damaged file is a reason to go back further; none at all means what was shipped.
    if (Files.exists(folder.resolve("current.json"))) {
      var previous = way(folder.resolve("previous.json"), warnings);
      if (previous != null) {
        ways.add(previous);
      }
    }
    return new Choice(ways, failure, warnings);
  }

  /// The release that has to prove itself, if there is one.
  private static @Nullable Way trial(Path folder, List<String> warnings) {
    var journal = folder.resolve("journal.json");
    if (!Files.exists(journal)) {
      return null;
    }
    try {
      var entry = Json.object(Files.readString(journal));
      if (!"GATING".equals(entry.get("state"))) {
        return null;
      }
      var candidate = way(folder.resolve("candidate.json"), warnings);
      return candidate != null && candidate.number() == Json.number(entry, "release", 0)
          ? candidate
          : null;
    } catch (IOException | IllegalArgumentException e) {
      warnings.add("%s is damaged: %s".formatted(journal, e.getMessage()));
      return null;
    }
  }

  private static @Nullable Way way(Path file, List<String> warnings) {
    if (!Files.exists(file)) {
      return null;
    }
    try {
      var root = Json.object(Files.readString(file));
      for (var name : List.of("extensions", "ioto-release", "json")) {
        if (!(root.get(name) instanceof Map<?, ?> inner)) {
          throw new IllegalArgumentException("'%s' is missing".formatted(name));
        }
        root = new LinkedHashMap<>();
        for (var entry : inner.entrySet()) {
          root.put(String.valueOf(entry.getKey()), Objects.requireNonNull(entry.getValue()));
        }
      }
      return new Way(file, Json.number(root, "release", 0));
    } catch (IOException | IllegalArgumentException e) {
      warnings.add("%s is damaged: %s".formatted(file, e.getMessage()));
      return null;
    }
  }

  /// How often the release on trial was started.
  private static int boots(Path folder) {
    try {
      return Integer.parseInt(Files.readString(folder.resolve("boots")).strip());
    } catch (IOException | NumberFormatException _) {
      return 0;
    }
  }

  /// On the disk before the start: it may be the last thing that this process does.
  private static void count(Path folder, int boots) {
    var file = folder.resolve("boots");
    var temporary = folder.resolve(".boots.tmp");
    try {
      Files.writeString(temporary, Integer.toString(boots));
      try (var channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new LauncherException(
          1, "the starts of a release on trial cannot be counted: " + e.getMessage());
    }
  }
}
