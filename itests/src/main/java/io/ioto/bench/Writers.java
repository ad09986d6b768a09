// SPDX-License-Identifier: Apache-2.0
package io.ioto.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/// People who make items on a device without pause, one request after the other, and write down
/// what was acknowledged: their ledger. A request counts as failed when it is not answered as if
/// nothing had happened.
public final class Writers implements AutoCloseable {
  /// What came of it.
  ///
  /// @param acknowledged names of the items that were made, to the knowledge of whoever asked
  /// @param requests answered or failed
  /// @param problems what went wrong, the first few in words
  public record Result(
      Set<String> acknowledged,
      long requests,
      long failures,
      List<String> problems,
      Histogram waits) {}

  private static final int PROBLEMS = 20;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final List<Person> people = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final String prefix;
  private final boolean forgiving;
  private final Duration pause;

  // Guarded by this.
  private final Set<String> acknowledged = new TreeSet<>();
  private final List<String> problems = new ArrayList<>();
  private final Histogram waits = new Histogram();
  private long number;
  private long requests;
  private long failures;
  private boolean stopping;

  private Writers(String prefix, boolean forgiving, Duration pause) {
    this.prefix = prefix;
    this.forgiving = forgiving;
    this.pause = pause;
  }

  /// Starts them; they are logged in by then.
  ///
  /// @param prefix of the names of their items
  /// @param forgiving whether to go on, with a new login, when there is no answer: for a device
  ///     that is killed
  /// @param pause of each of them after a request
  public static Writers start(
      Fleet fleet, int count, String prefix, boolean forgiving, Duration pause)
      throws IOException, InterruptedException {
    var writers = new Writers(prefix, forgiving, pause);
    for (var i = 0; i < count; i++) {
      writers.people.add(fleet.owner());
    }
    for (var person : writers.people) {
      writers.threads.add(Thread.ofVirtual().name("writer").start(() -> writers.write(person)));
    }
    return writers;
  }

  private void write(Person person) {
    for (var name = next(); !name.isEmpty(); name = next()) {
      var began = System.nanoTime();
      try {
        person.call("/api/Port/create", "{name: '%s'}".formatted(name));
        done(name, System.nanoTime() - began);
        LockSupport.parkNanos(pause.toNanos());
      } catch (IOException e) {
        failed(name + ": " + e, System.nanoTime() - began);
        if (forgiving) {
          again(person);
        }
      } catch (InterruptedException e) {
        failed(name + ": " + e, System.nanoTime() - began);
        return;
      }
    }
  }

  /// Logs in until that succeeds.
  private void again(Person person) {
    while (!stopping()) {
      try {
        person.login();
        return;
      } catch (IOException _) {
        LockSupport.parkNanos(20_000_000);
      } catch (InterruptedException _) {
        return;
      }
    }
  }

  private synchronized boolean stopping() {
    return stopping;
  }

  private synchronized String next() {
    return stopping ? "" : prefix + ++number;
  }

  private synchronized void done(String name, long nanos) {
    acknowledged.add(name);
    requests++;
    waits.add(nanos);
    notifyAll();
  }

  private synchronized void failed(String problem, long nanos) {
    requests++;
    failures++;
    waits.add(nanos);
    if (problems.size() < PROBLEMS) {
      problems.add(problem);
    }
    notifyAll();
  }

  /// How many items have been acknowledged so far.
  public synchronized int acknowledged() {
    return acknowledged.size();
  }

  /// Waits for that many to be acknowledged in all.
  ///
  /// @throws IllegalStateException when that takes more than two minutes
  public synchronized void await(int count) throws InterruptedException {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (acknowledged.size() < count) {
      var left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new IllegalStateException(
            "%d of %d items only: %s".formatted(acknowledged.size(), count, problems));
      }
      wait(left);
    }
  }

  /// Lets what is under way finish, and says what came of all.
  public Result stop() throws InterruptedException {
    synchronized (this) {
      stopping = true;
    }
    for (var thread : threads) {
      thread.join();
    }
    synchronized (this) {
      return new Result(
          new TreeSet<>(acknowledged), requests, failures, List.copyOf(problems), waits);
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      stopping = true;
    }
    threads.forEach(Thread::interrupt);
    people.forEach(Person::close);
  }
}
