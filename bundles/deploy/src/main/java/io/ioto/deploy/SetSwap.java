// SPDX-License-Identifier: Apache-2.0
package io.ioto.deploy;

import io.ioto.api.deploy.DeployException;
import io.ioto.api.deploy.Plan.Action;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.FrameworkWiring;

/// Carries a [SetChange] out in two passes, or undoes what it began: first everything that can is
/// started beside what it replaces, and must serve; then what cannot run twice is replaced in one
/// go, and only when that serves too is anything that was replaced taken away.
final class SetSwap {
  private final BundleContext system;
  private final Ledger ledger;
  private final Planner planner;
  private final SetChange set;
  private final Moves moves;
  private final Map<Change, Bundle> staged = new LinkedHashMap<>();
  private final Map<Change, Bundle> placed = new LinkedHashMap<>();
  private final Map<Bundle, Integer> levels = new HashMap<>();

  SetSwap(BundleContext system, Ledger ledger, Settings settings, Planner planner, SetChange set) {
    this.system = system;
    this.ledger = ledger;
    this.planner = planner;
    this.set = set;
    moves = new Moves(system, ledger, settings, set.lacking());
  }

  /// Does it.
  ///
  /// @return what went otherwise than planned although it is done, a sentence each
  /// @throws DeployException when all is as before, or the message says what is not
  List<String> carryOut() {
    set.changes().forEach(c -> moves.reached(c.jar(), c.startLevel()));
    try (moves) {
      List<Change> inPlace;
      try {
        inPlace = stage();
      } catch (RuntimeException e) {
        staged.values().forEach(moves::discard);
        throw Moves.failure(e, "what ran before goes on");
      }
      if (!inPlace.isEmpty()) {
        place(inPlace);
      }
      staged.forEach((change, fresh) -> moves.keep(fresh, change.startLevel()));
      placed.forEach((change, fresh) -> moves.keep(fresh, change.startLevel()));
      retire();
      return moves.notes();
    }
  }

  /// Starts beside what runs whatever can be.
  ///
  /// @return what cannot
  private List<Change> stage() {
    var inPlace = new ArrayList<Change>();
    for (var change : set.changes()) {
      if (change.plan().action() == Action.IN_PLACE) {
        inPlace.add(change);
      } else {
        staged.put(change, moves.install(change.jar()));
      }
    }
    system.getBundle().adapt(FrameworkWiring.class).resolveBundles(List.copyOf(staged.values()));
    // What needs a library that is replaced in place comes with that.
    for (var entry : List.copyOf(staged.entrySet())) {
      if (entry.getValue().getState() == Bundle.INSTALLED && !inPlace.isEmpty()) {
        moves.discard(entry.getValue());
        staged.remove(entry.getKey());
        inPlace.add(entry.getKey());
      }
    }
    serve(staged);
    return inPlace;
  }

  private void serve(Map<Change, Bundle> fresh) {
    for (var bundle : fresh.values()) {
      moves.begin();
      moves.start(bundle);
    }
    moves.begin();
    moves.satisfied(List.copyOf(fresh.values()));
    for (var bundle : fresh.values()) {
      moves.begin();
      moves.serves(bundle);
    }
  }

  /// Stops everything that is wired to what is replaced in place, and starts it again with the
  /// successors.
  private void place(List<Change> changes) {
    var olds = changes.stream().map(Change::old).filter(Objects::nonNull).toList();
    var affected =
        system.getBundle().adapt(FrameworkWiring.class).getDependencyClosure(olds).stream()
            .sorted(Bundles.START_ORDER)
            .toList();
    var running = affected.stream().filter(Bundles::running).toList();
    olds.forEach(b -> levels.put(b, Bundles.startLevel(b)));
    try {
      planner.stuck(affected);
      for (var bundle : running.reversed()) {
        moves.halt(bundle);
      }
      affected.forEach(moves::watch);
      olds.forEach(moves::uninstall);
      for (var change : changes) {
        placed.put(change, moves.install(change.jar()));
      }
      moves.refresh(affected, moves.notes());
      resume(running, olds);
      serve(placed);
      moves.begin();
      moves.satisfied(running.stream().filter(b -> !olds.contains(b)).toList());
      olds.forEach(_ -> ledger.swapped());
    } catch (RuntimeException e) {
      var trouble = back(changes, affected, running);
      throw Moves.failure(
          e,
          trouble.isEmpty()
              ? "what ran before runs again"
              : "and what ran before is not back: " + String.join("; ", trouble));
    }
  }

  /// Starts those that were stopped for the sake of others.
  private void resume(List<Bundle> running, List<Bundle> olds) {
    for (var bundle : running) {
      if (!olds.contains(bundle) && ledger.stuck(bundle) == null) {
        moves.begin();
        moves.start(bundle);
      }
    }
  }

  /// Puts everything back after a failure in place.
  ///
  /// @return what could not be put back
  private List<String> back(List<Change> changes, List<Bundle> affected, List<Bundle> running) {
    var trouble = new ArrayList<String>();
    var olds = changes.stream().map(Change::old).filter(Objects::nonNull).toList();
    var stop =
        Stream.concat(
                placed.values().stream(),
                running.stream().filter(b -> !olds.contains(b)).toList().reversed().stream())
            .toList();
    for (var bundle : stop) {
      if (ledger.stuck(bundle) == null && Bundles.running(bundle)) {
        attempt(trouble, () -> moves.halt(bundle));
      }
    }
    for (var fresh : placed.values()) {
      moves.watch(fresh);
      moves.remove(fresh, trouble);
    }
    staged.values().forEach(moves::discard);
    var previous = new LinkedHashMap<Change, Bundle>();
    for (var change : changes) {
      var old = change.old();
      if (old != null) {
        attempt(trouble, () -> previous.put(change, again(change, old)));
      }
    }
    moves.refresh(affected, trouble);
    attempt(
        trouble,
        () -> {
          var started = new ArrayList<Bundle>();
          for (var entry : previous.entrySet()) {
            if (running.contains(entry.getKey().old())) {
              moves.begin();
              moves.start(entry.getValue());
              moves.keep(entry.getValue(), levels.getOrDefault(entry.getKey().old(), 1));
              started.add(entry.getValue());
            }
          }
          resume(running.stream().filter(b -> !staged.containsValue(b)).toList(), olds);
          moves.begin();
          moves.satisfied(started);
        });
    return trouble;
  }

  private Bundle again(Change change, Bundle old) {
    return old.getState() == Bundle.UNINSTALLED
        ? moves.installAt(Objects.requireNonNull(change.oldLocation()), Bundles.title(old))
        : old;
  }

  private static void attempt(List<String> trouble, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      trouble.add(String.valueOf(e.getMessage()));
    }
  }

  /// Takes away what has been replaced by now, and what has no successor.
  private void retire() {
    var leaving = new HashSet<Bundle>(set.removed());
    for (var change : staged.keySet()) {
      var old = change.old();
      if (old != null) {
        leaving.add(old);
      }
    }
    if (leaving.isEmpty()) {
      return;
    }
    var ordered = leaving.stream().sorted(Bundles.START_ORDER).toList().reversed();
    var wired = wired(leaving);
    for (var old : ordered) {
      moves.retire(old);
      ledger.swapped();
    }
    moves.refresh(leaving, moves.notes());
    // The framework starts again what it had to wire anew, unless it was only tried so far.
    for (var bundle : wired) {
      if (!Bundles.running(bundle) && ledger.stuck(bundle) == null) {
        moves.begin();
        moves.start(bundle);
      }
    }
  }

  private List<Bundle> wired(Set<Bundle> leaving) {
    return system.getBundle().adapt(FrameworkWiring.class).getDependencyClosure(leaving).stream()
        .filter(b -> !leaving.contains(b) && Bundles.running(b))
        .sorted(Bundles.START_ORDER)
        .toList();
  }
}
