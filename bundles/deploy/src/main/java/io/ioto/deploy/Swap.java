// SPDX-License-Identifier: Apache-2.0
package io.ioto.deploy;

import static io.ioto.api.deploy.DeployException.Reason.STORAGE;

import io.ioto.api.deploy.DeployException;
import io.ioto.api.deploy.Plan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/// Carries one [Change] out, or undoes what it began. It may be this very bundle, or one it is
/// wired to, that is replaced; so it works with the system bundle's context, needs no service, and
/// touches no class that could not be loaded any more (see [Deployments]).
final class Swap {
  private final Ledger ledger;
  private final Store store;
  private final Change change;
  private final Runnable release;
  private final Moves moves;

  /// @param release lets whoever asked for this go, called when they would wait for themselves
  Swap(
      BundleContext system,
      Ledger ledger,
      Store store,
      Settings settings,
      Change change,
      Runnable release) {
    this.ledger = ledger;
    this.store = store;
    this.change = change;
    this.release = release;
    moves = new Moves(system, ledger, settings, change.lacking());
  }

  /// Does it.
  ///
  /// @return what went otherwise than planned although it is done, a sentence each
  /// @throws DeployException when all is as before, or the message says what is not
  List<String> carryOut() {
    moves.reached(change.jar(), change.startLevel());
    try (moves) {
      if (change.plan().action() == Plan.Action.IN_PLACE) {
        inPlace();
      } else {
        beside();
      }
      return moves.notes();
    }
  }

  private void beside() {
    var fresh = moves.install(change.jar());
    try {
      moves.begin();
      moves.start(fresh);
      moves.satisfied(List.of(fresh));
      moves.serves(fresh);
      commit();
    } catch (RuntimeException e) {
      moves.discard(fresh);
      throw Moves.failure(e, "what ran before goes on");
    }
    moves.keep(fresh, change.startLevel());
    if (change.cutsOff()) {
      release.run();
    }
    var old = change.old();
    if (old != null) {
      moves.retire(old);
      moves.refresh(Set.of(old), moves.notes());
      ledger.swapped();
    }
  }

  private void inPlace() {
    if (change.cutsOff()) {
      release.run();
    }
    var old = Objects.requireNonNull(change.old());
    var running = change.affected().stream().filter(Bundles::running).toList();
    Bundle fresh = null;
    try {
      for (var bundle : running.reversed()) {
        moves.halt(bundle);
      }
      change.affected().forEach(moves::watch);
      moves.uninstall(old);
      fresh = moves.install(change.jar());
      moves.refresh(change.affected(), moves.notes());
      restart(old, fresh, running, true);
      moves.serves(fresh);
      commit();
    } catch (RuntimeException e) {
      var trouble = back(old, fresh, running);
      throw Moves.failure(
          e,
          trouble.isEmpty()
              ? "what ran before runs again"
              : "and what ran before is not back: " + String.join("; ", trouble));
    }
    moves.keep(fresh, change.startLevel());
    ledger.swapped();
  }

  /// Starts what ran, with one bundle in the place of another, and waits until none of them lacks
  /// more than before.
  ///
  /// @param both whether the one in the place of the old one is started
  private void restart(Bundle old, Bundle instead, List<Bundle> running, boolean both) {
    moves.begin();
    var all = new ArrayList<Bundle>();
    for (var bundle : change.affected()) {
      if (bundle.equals(old)) {
        if (both) {
          moves.start(instead);
          all.add(instead);
        }
      } else if (running.contains(bundle) && ledger.stuck(bundle) == null) {
        moves.start(bundle);
        all.add(bundle);
      }
    }
    moves.satisfied(all);
  }

  /// Puts everything back after a failure in place.
  ///
  /// @return what could not be put back
  private List<String> back(Bundle old, @Nullable Bundle fresh, List<Bundle> running) {
    var trouble = new ArrayList<String>();
    for (var bundle : running.reversed()) {
      var now = bundle.equals(old) && fresh != null ? fresh : bundle;
      if (ledger.stuck(now) == null && Bundles.running(now)) {
        try {
          moves.halt(now);
        } catch (DeployException e) {
          trouble.add(String.valueOf(e.getMessage()));
        }
      }
    }
    if (fresh != null) {
      moves.watch(fresh);
      moves.remove(fresh, trouble);
    }
    try {
      var previous =
          old.getState() == Bundle.UNINSTALLED
              ? moves.installAt(Objects.requireNonNull(change.oldLocation()), Bundles.title(old))
              : old;
      moves.refresh(change.affected(), trouble);
      restart(old, previous, running, running.contains(old));
      if (running.contains(old)) {
        moves.keep(previous, change.startLevel());
      }
    } catch (RuntimeException e) {
      trouble.add(String.valueOf(e.getMessage()));
    }
    return trouble;
  }

  private void commit() {
    try {
      store.commit();
    } catch (IOException e) {
      throw new DeployException(STORAGE, "the disk refused to record the deployment: " + e, e);
    }
  }
}
