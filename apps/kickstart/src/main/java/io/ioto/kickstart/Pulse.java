// SPDX-License-Identifier: Apache-2.0
package io.ioto.kickstart;

import io.ioto.api.runtime.Timers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/// Takes the figures every two seconds, keeps those of the last five minutes, so that a page has a
/// line to draw from the start, and tells those who follow. May be shared between threads.
@Component(service = Pulse.class)
public final class Pulse {
  static final Duration PERIOD = Duration.ofSeconds(2);
  static final int KEPT = 150;

  private final Supplier<Beat> now;
  private final AutoCloseable held;
  private final Timers.Timer timer;
  private final ArrayDeque<Sample> samples = new ArrayDeque<>(KEPT);
  private final List<Queue<Beat>> followers = new CopyOnWriteArrayList<>();

  @Activate
  public Pulse(BundleContext context, @Reference Timers timers) throws InvalidSyntaxException {
    this(new Meter(InstantSource.system()), context, timers);
  }

  private Pulse(Meter meter, BundleContext context, Timers timers) throws InvalidSyntaxException {
    this(meter, new Outlook(context, meter.processors()), timers);
  }

  private Pulse(Meter meter, Outlook outlook, Timers timers) {
    this(() -> new Beat(meter.read(), outlook.state()), outlook, timers);
  }

  /// @param held closed at the end
  Pulse(Supplier<Beat> now, AutoCloseable held, Timers timers) {
    this.now = now;
    this.held = held;
    beat();
    timer = timers.every(PERIOD, "pulse", this::beat);
  }

  /// How the gateway stands now.
  State state() {
    return now.get().state();
  }

  /// The figures of the last minutes, oldest first.
  List<Sample> history() {
    synchronized (samples) {
      return List.copyOf(samples);
    }
  }

  /// Offers each beat to a queue; one that is full misses it.
  void follow(Queue<Beat> queue) {
    followers.add(queue);
  }

  void leave(Queue<Beat> queue) {
    followers.removeIf(follower -> follower == queue);
  }

  private void beat() {
    var beat = now.get();
    synchronized (samples) {
      if (samples.size() == KEPT) {
        samples.removeFirst();
      }
      samples.addLast(beat.sample());
    }
    followers.forEach(queue -> queue.offer(beat));
  }

  @Deactivate
  public void close() throws Exception {
    timer.close();
    held.close();
  }
}
