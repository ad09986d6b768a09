// SPDX-License-Identifier: Apache-2.0
package io.ioto.kickstart;

import io.ioto.api.db.Change;
import io.ioto.api.db.Item;
import io.ioto.api.db.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Something that is worth an event.
///
/// @param severity `info`, `warn` or `error`
/// @param source the part of the gateway it comes from
/// @param subject what it is about
/// @param message a sentence for people
record Happening(String severity, String source, String subject, String message) {
  private static final String INFO = "info";
  private static final String WARN = "warn";
  private static final String CLOUD = "cloud";
  private static final String UPDATE = "update";

  /// Fields that change all the time, or with every other.
  private static final Set<String> QUIET =
      Set.of("rxBytes", "txBytes", "rxPackets", "txPackets", "created", "updated", "sk", "pk");

  private static final Set<String> CONTEXT = Set.of("deviceId", "accountId");

  /// What has happened between two looks at the gateway.
  static List<Happening> between(State before, State after) {
    var all = new ArrayList<Happening>();
    if (before.sync().connected() != after.sync().connected()) {
      all.add(
          after.sync().connected()
              ? new Happening(INFO, CLOUD, "connection", "Connected to the cloud")
              : new Happening(WARN, CLOUD, "connection", "The connection to the cloud was lost"));
    }
    var stage = after.cloud().stage();
    if (!before.cloud().stage().equals(stage)) {
      if (stage.equals("provisioned")) {
        all.add(new Happening(INFO, CLOUD, "claim", "The device belongs to an account now"));
      } else if (before.cloud().stage().equals("provisioned") && !stage.equals("off")) {
        all.add(new Happening(WARN, CLOUD, "claim", "The device was released from its account"));
      }
    }
    var was = before.update();
    var is = after.update();
    if (!was.state().equals(is.state()) || was.release() != is.release()) {
      update(is).ifPresent(all::add);
    }
    return all;
  }

  private static Optional<Happening> update(State.Update update) {
    var subject = "release " + update.release();
    return Optional.ofNullable(
        switch (update.state()) {
          case "applying" ->
              new Happening(INFO, UPDATE, subject, "The gateway takes %s".formatted(subject));
          case "committed" ->
              new Happening(
                  INFO, UPDATE, subject, "The gateway runs %s from now on".formatted(subject));
          case "rolled-back" ->
              new Happening(
                  "error",
                  UPDATE,
                  subject,
                  "The gateway went back from %s: %s".formatted(subject, update.reason()));
          case "failed" ->
              new Happening(
                  "error",
                  UPDATE,
                  subject,
                  "The gateway refused %s: %s".formatted(subject, update.reason()));
          default -> null;
        });
  }

  /// What a change of a port means to people; empty when it is not worth telling.
  static Optional<Happening> of(Change change) {
    if (change.origin() == Origin.SYSTEM) {
      return Optional.empty();
    }
    var by = change.origin() == Origin.REMOTE ? " in the cloud" : "";
    return switch (change) {
      case Change.Put(Item item, Item before) when before == null ->
          Optional.of(port(item.text("name"), "was added" + by));
      case Change.Put(Item item, Item before) -> {
        var differences = differences(before, item);
        yield differences.isEmpty()
            ? Optional.empty()
            : Optional.of(
                port(
                    item.text("name"),
                    "was changed%s: %s".formatted(by, String.join(", ", differences))));
      }
      case Change.Removed removed -> {
        var before = removed.before();
        yield Optional.of(
            port(before == null ? removed.key() : before.text("name"), "was removed" + by));
      }
    };
  }

  private static Happening port(String name, String what) {
    return new Happening(INFO, "ports", name, "Port %s %s".formatted(name, what));
  }

  private static List<String> differences(Item before, Item after) {
    var names = new TreeSet<>(before.values().keySet());
    names.addAll(after.values().keySet());
    names.removeAll(QUIET);
    names.removeAll(CONTEXT);
    return names.stream()
        .filter(name -> !Objects.equals(before.values().get(name), after.values().get(name)))
        .map(name -> "%s %s".formatted(name, shown(after, name)))
        .toList();
  }

  private static String shown(Item item, String field) {
    return switch (item.values().get(field)) {
      case null -> "none";
      case Boolean on -> on ? "on" : "off";
      case Object other -> other.toString();
    };
  }
}
