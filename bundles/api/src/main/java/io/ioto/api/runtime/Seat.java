// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.runtime;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// The place of a provider that may be swapped while callers use it: the vacant chair. A call goes
/// to the first occupant; while there is none it waits, up to the grace period, for the successor.
/// An occupant that leaves is first taken off the seat (`vacate`), then drained ([Gate#close]), so
/// no call is ever cut off and none meets a provider that has gone. May be shared between threads.
///
/// @param <T> what the occupants offer
public final class Seat<T> {
  /// What callers do with the occupant.
  @FunctionalInterface
  public interface Visit<T, R, E extends Exception> {
    R visit(T occupant) throws E;
  }

  /// How long callers wait at a vacant seat, and how many may.
  ///
  /// @param grace longest wait for a successor
  /// @param maxWaiting callers beyond this number are refused at once
  public record Patience(Duration grace, int maxWaiting) {
    /// 10 seconds, 1,000 callers.
    public static final Patience DEFAULT = new Patience(Duration.ofSeconds(10), 1_000);

    public Patience {
      if (grace.isNegative() || maxWaiting < 0) {
        throw new IllegalArgumentException(
            "grace %s and maxWaiting %d must not be negative".formatted(grace, maxWaiting));
      }
    }
  }

  private record Occupant<T>(T service, Gate gate) {}

  private final String name;
  private final Patience patience;
  private volatile List<Occupant<T>> occupants = List.of();
  private volatile long vacantSince = System.nanoTime();
  private int waiting;

  /// @param name what the seat is for, as it appears in messages
  public Seat(String name, Patience patience) {
    this.name = name;
    this.patience = patience;
  }

  /// Seats a provider behind those already here, and wakes whoever waits.
  ///
  /// @param gate counts the callers inside the provider; one gate may serve many seats
  /// @return false when the gate is closed already: the provider left before it was seated
  public synchronized boolean seat(T service, Gate gate) {
    if (gate.closed()) {
      return false;
    }
    occupants =
        Stream.concat(occupants.stream(), Stream.of(new Occupant<>(service, gate))).toList();
    notifyAll();
    return true;
  }

  /// Takes every provider with this gate off the seat. Returns at once: callers still inside are
  /// waited for by closing the gate, which the caller does next.
  ///
  /// @return true when one was seated here
  public synchronized boolean vacate(Gate gate) {
    var rest = occupants.stream().filter(o -> o.gate() != gate).toList();
    if (rest.size() == occupants.size()) {
      return false;
    }
    if (rest.isEmpty()) {
      vacantSince = System.nanoTime();
    }
    occupants = rest;
    return true;
  }

  /// True while nobody is seated.
  public boolean vacant() {
    return occupants.isEmpty();
  }

  /// True when nobody has been seated for longer than the grace period: nobody is expected any
  /// more.
  public boolean abandoned() {
    return vacant() && System.nanoTime() - vacantSince > nanos(patience.grace());
  }

  /// Calls the occupant; waits for one while the seat is vacant.
  ///
  /// @throws VacantException when no occupant came in time, or too many callers wait already
  public <R, E extends Exception> R call(Visit<T, R, E> visit) throws E {
    var deadline = 0L;
    while (true) {
      var seated = occupants;
      if (!seated.isEmpty()) {
        var occupant = seated.getFirst();
        if (occupant.gate().enter()) {
          try {
            return visit.visit(occupant.service());
          } finally {
            occupant.gate().leave();
          }
        }
        if (occupants == seated) {
          vacate(occupant.gate());
        }
        continue;
      }
      if (deadline == 0) {
        deadline = System.nanoTime() + nanos(patience.grace());
      }
      await(deadline);
    }
  }

  private synchronized void await(long deadline) {
    if (occupants.isEmpty() && waiting >= patience.maxWaiting()) {
      throw vacant("has no provider, and %d callers wait for one already".formatted(waiting));
    }
    waiting++;
    try {
      while (occupants.isEmpty()) {
        var left = deadline - System.nanoTime();
        if (left <= 0) {
          throw vacant("has had no provider for %d ms".formatted(patience.grace().toMillis()));
        }
        wait(left / 1_000_000, (int) (left % 1_000_000));
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw vacant("was interrupted while it waited for a provider");
    } finally {
      waiting--;
    }
  }

  /// Saturates: "never" is longer than nanoseconds can count.
  private static long nanos(Duration duration) {
    return TimeUnit.NANOSECONDS.convert(duration);
  }

  private VacantException vacant(String why) {
    return new VacantException("'%s' %s".formatted(name, why), patience.grace());
  }
}
