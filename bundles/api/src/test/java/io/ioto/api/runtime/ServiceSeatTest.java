// SPDX-License-Identifier: Apache-2.0
package io.ioto.api.runtime;

import static io.ioto.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;

class ServiceSeatTest {
  private static final Seat.Patience LONG = new Seat.Patience(Duration.ofSeconds(30), 10_000);
  private static final Seat.Patience NONE = new Seat.Patience(Duration.ZERO, 10);
  private static final Duration DRAIN = Duration.ofSeconds(30);

  private static Framework framework;
  private static BundleContext context;

  /// A service that knows when it must not be used any more, as a deactivated component does.
  static final class Service {
    volatile boolean gone;

    String answer() {
      var alive = !gone;
      LockSupport.parkNanos(1);
      if (!alive || gone) {
        throw new IllegalStateException("called after it had gone");
      }
      return "answer";
    }
  }

  @BeforeAll
  static void startFramework(@TempDir Path folder) throws BundleException {
    framework =
        new FrameworkFactory()
            .newFramework(Map.of("org.osgi.framework.storage", folder.toString()));
    framework.start();
    context = framework.getBundleContext();
  }

  @AfterAll
  static void stopFramework() throws Exception {
    framework.stop();
    framework.waitForStop(10_000);
  }

  private static Filter filter(String text) throws InvalidSyntaxException {
    return FrameworkUtil.createFilter(text);
  }

  private static Filter only() throws InvalidSyntaxException {
    return filter("(objectClass=%s)".formatted(Service.class.getName()));
  }

  private static ServiceRegistration<Service> register(Service service) {
    return context.registerService(Service.class, service, null);
  }

  @Test
  void oldestServiceServesWhetherItCameBeforeTheSeatOrAfter() throws Exception {
    var names = filter("(name=it)");
    var name = FrameworkUtil.asDictionary(Map.of("name", "it"));
    var ranked = FrameworkUtil.asDictionary(Map.of("name", "it", "service.ranking", 9));
    var first = context.registerService(String.class, "first", name);
    var second = context.registerService(String.class, "second", ranked);
    try (var seat = new ServiceSeat<String>(context, names, NONE, DRAIN)) {
      assertThat(seat.<String, RuntimeException>call(s -> s)).isEqualTo("first");
      var third = context.registerService(String.class, "third", ranked);
      first.unregister();
      assertThat(seat.<String, RuntimeException>call(s -> s)).isEqualTo("second");
      second.unregister();
      assertThat(seat.<String, RuntimeException>call(s -> s)).isEqualTo("third");
      third.unregister();
      assertThat(seat.vacant()).isTrue();
      assertThatThrownBy(() -> seat.call(s -> s)).isInstanceOf(VacantException.class);
    }
  }

  @Test
  void serviceThatNoLongerMatchesLeavesAndMayComeBack() throws Exception {
    var on = FrameworkUtil.asDictionary(Map.of("on", true));
    var registration = context.registerService(Service.class, new Service(), on);
    try (var seat = new ServiceSeat<Service>(context, filter("(on=true)"), NONE, DRAIN)) {
      registration.setProperties(FrameworkUtil.asDictionary(Map.of("on", false)));
      assertThat(seat.vacant()).isTrue();
      registration.setProperties(on);
      assertThat(seat.vacant()).isFalse();
    } finally {
      registration.unregister();
    }
  }

  @Test
  void unregisteringWaitsUntilTheCallerHasLeft() throws Exception {
    var service = new Service();
    var registration = register(service);
    var inside = new CountDownLatch(1);
    var leave = new CountDownLatch(1);
    try (var seat = new ServiceSeat<Service>(context, only(), NONE, DRAIN);
        var fibers = Executors.newVirtualThreadPerTaskExecutor()) {
      var call =
          fibers.submit(
              () ->
                  seat.call(
                      s -> {
                        inside.countDown();
                        leave.await();
                        return s.answer();
                      }));
      inside.await();
      var unregistered =
          fibers.submit(
              () -> {
                registration.unregister();
                service.gone = true;
              });
      eventually(() -> assertThat(seat.vacant()).isTrue());
      assertThat(unregistered.isDone()).isFalse();

      leave.countDown();

      unregistered.get();
      assertThat(call.get()).isEqualTo("answer");
    }
  }

  @Test
  void callersThatLingerAreSentAway() throws Exception {
    var inside = new CountDownLatch(1);
    var leave = new CountDownLatch(1);
    Lingering service = leave::countDown;
    var registration = context.registerService(Lingering.class, service, null);
    var filter = filter("(objectClass=%s)".formatted(Lingering.class.getName()));
    try (var fibers = Executors.newVirtualThreadPerTaskExecutor();
        var seat = new ServiceSeat<Lingering>(context, filter, NONE, DRAIN)) {
      seat.dismiss();
      assertThat(leave.getCount()).as("nobody is inside").isEqualTo(1);
      var caller =
          fibers.submit(
              () ->
                  seat.call(
                      _ -> {
                        inside.countDown();
                        leave.await();
                        return "left";
                      }));
      inside.await();
      registration.unregister();
      assertThat(caller.get()).isEqualTo("left");
      assertThat(seat.abandoned()).isTrue();
    }
  }

  @Test
  void serviceThatLeavesWhileItIsBeingGotIsNotSeated() throws Exception {
    var asked = new CountDownLatch(1);
    var answer = new CountDownLatch(1);
    var slow =
        new ServiceFactory<Service>() {
          @Override
          public Service getService(Bundle bundle, ServiceRegistration<Service> registration) {
            asked.countDown();
            try {
              answer.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            return new Service();
          }

          @Override
          public void ungetService(
              Bundle bundle, ServiceRegistration<Service> registration, Service service) {}
        };
    var registration = context.registerService(Service.class, slow, null);
    try (var fibers = Executors.newVirtualThreadPerTaskExecutor()) {
      var opening = fibers.submit(() -> new ServiceSeat<Service>(context, only(), NONE, DRAIN));
      asked.await();
      var gone = fibers.submit(registration::unregister);
      eventually(() -> assertThat(context.getServiceReferences(Service.class, null)).isEmpty());
      answer.countDown();
      gone.get();
      try (var seat = opening.get()) {
        assertThat(seat.vacant()).isTrue();
      }
    }
  }

  @Test
  void serviceThatLeavesBeforeItsRegistrationReturnsIsDrainedAllTheSame() throws Exception {
    var all = only();
    try (var seat = new ServiceSeat<Service>(context, all, LONG, DRAIN);
        var fibers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var round = 0; round < 500; round++) {
        var known = new CompletableFuture<ServiceRegistration<Service>>();
        var left = new CompletableFuture<Void>();
        var call =
            fibers.submit(
                () ->
                    seat.call(
                        service -> {
                          var registration = known.get();
                          fibers.execute(
                              () -> {
                                registration.unregister();
                                service.gone = true;
                                left.complete(null);
                              });
                          LockSupport.parkNanos(10_000);
                          return service.answer();
                        }));
        context.registerService(Service.class, new Telling(known), null);
        assertThat(call.get()).isEqualTo("answer");
        left.get();
      }
    }
  }

  /// Makes its registration known before the registry does.
  private record Telling(CompletableFuture<ServiceRegistration<Service>> known)
      implements ServiceFactory<Service> {
    @Override
    public Service getService(Bundle bundle, ServiceRegistration<Service> registration) {
      known.complete(registration);
      return new Service();
    }

    @Override
    public void ungetService(
        Bundle bundle, ServiceRegistration<Service> registration, Service service) {}
  }

  @Test
  void closedSeatHoldsNoService() throws Exception {
    var registration = register(new Service());
    var seat = new ServiceSeat<Service>(context, only(), NONE, DRAIN);
    assertThat(registration.getReference().getUsingBundles()).containsExactly(framework);

    seat.close();

    assertThat(seat.vacant()).isTrue();
    assertThat(registration.getReference().getUsingBundles()).isNull();
    var late = register(new Service());
    assertThat(seat.vacant()).isTrue();
    registration.unregister();
    late.unregister();
  }

  @Test
  void noCallIsLostOrCutOffWhileServicesAndSeatsComeAndGo() throws Exception {
    var done = new AtomicBoolean();
    var calls = new AtomicLong();
    var seats = new AtomicInteger();
    var all = only();
    try (var seat = new ServiceSeat<Service>(context, all, LONG, DRAIN);
        var fibers = Executors.newVirtualThreadPerTaskExecutor()) {
      var callers = new ArrayList<Future<?>>();
      for (var i = 0; i < 100; i++) {
        callers.add(
            fibers.submit(
                () -> {
                  while (!done.get()) {
                    assertThat(seat.<String, RuntimeException>call(Service::answer))
                        .isEqualTo("answer");
                    calls.incrementAndGet();
                  }
                }));
      }
      // Seats that open and close while services leave: the race of listing and listening.
      callers.add(
          fibers.submit(
              () -> {
                while (!done.get()) {
                  try (var brief = new ServiceSeat<Service>(context, all, LONG, DRAIN)) {
                    assertThat(brief.<String, RuntimeException>call(Service::answer))
                        .isEqualTo("answer");
                    seats.incrementAndGet();
                  }
                }
              }));
      var present = new Service();
      var registration = register(present);
      for (var swap = 0; swap < 1_000; swap++) {
        var next = new Service();
        if (ThreadLocalRandom.current().nextBoolean()) { // side by side
          var successor = register(next);
          registration.unregister();
          present.gone = true;
          registration = successor;
        } else { // in place
          registration.unregister();
          present.gone = true;
          registration = register(next);
        }
        present = next;
      }
      done.set(true);
      for (var caller : callers) {
        caller.get();
      }
      registration.unregister();
      assertThat(seat.vacant()).isTrue();
    }
    assertThat(calls.get()).isPositive();
    assertThat(seats).hasPositiveValue();
  }
}
