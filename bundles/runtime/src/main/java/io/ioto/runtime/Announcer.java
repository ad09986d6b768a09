// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import io.ioto.api.runtime.Readiness;
import io.ioto.api.web.Listener;
import io.ioto.api.web.Page;
import java.io.PrintStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleListener;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the person who started the gateway, once, that it is ready and what there is to open, or
/// logs what it still waits for. Holds the signal `app:ready`.
@Component(service = {})
public final class Announcer {
  private static final Logger log = LoggerFactory.getLogger(Announcer.class);

  /// System property, so that a new version of this bundle knows that it was said already.
  private static final String SAID = "ioto.ready";

  /// Longest time without a look: some changes of components come without an event.
  private static final Duration LOOK = Duration.ofMillis(250);

  /// The same, once it has become unlikely that anything changes by itself.
  private static final Duration RARE_LOOK = Duration.ofSeconds(5);

  /// When what is missing is logged first; then each time after four times as long.
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final BundleContext context;
  private final Readiness readiness;
  private final Switchboard signals;
  private final PrintStream out;
  private final InstantSource clock;
  private final Instant start;
  private final BundleListener bundles = _ -> look();
  private final FrameworkListener framework = _ -> look();
  private final ServiceListener services = _ -> look();
  private final Semaphore changes = new Semaphore(0);
  private final Thread thread;

  @Activate
  public Announcer(
      BundleContext context, @Reference Readiness readiness, @Reference Switchboard signals) {
    this(context, readiness, signals, System.out, InstantSource.system());
  }

  Announcer(
      BundleContext context,
      Readiness readiness,
      Switchboard signals,
      PrintStream out,
      InstantSource clock) {
    this.context = context;
    this.readiness = readiness;
    this.signals = signals;
    this.out = out;
    this.clock = clock;
    start = clock.instant();
    context.addBundleListener(bundles);
    context.addFrameworkListener(framework);
    context.addServiceListener(services);
    thread = Thread.ofVirtual().name("announcer").start(this::run);
  }

  @Deactivate
  public void close() {
    thread.interrupt();
    deafen();
    signals.releaseAll(this);
  }

  private void run() {
    try {
      await();
      deafen();
      announce();
    } catch (InterruptedException _) {
      log.debug("Stopped before everything was ready");
    } catch (IllegalStateException stopped) {
      // The framework took away this bundle's context before it stopped this thread.
      if (context.getBundle().getState() == Bundle.ACTIVE) {
        throw stopped;
      }
    }
  }

  private void await() throws InterruptedException {
    var look = LOOK;
    var patience = PATIENCE;
    while (true) {
      // A whole look is only worth its time once the framework has started every bundle.
      if (started() && readiness.missing().isEmpty()) {
        return;
      }
      if (Duration.between(start, clock.instant()).compareTo(patience) >= 0) {
        log.warn(
            "Not ready after {} s:\n  {}",
            patience.toSeconds(),
            String.join("\n  ", readiness.missing()));
        patience = patience.multipliedBy(4);
        look = RARE_LOOK;
      }
      pause(look);
    }
  }

  private boolean started() {
    return context.getBundle(Constants.SYSTEM_BUNDLE_ID).getState() == Bundle.ACTIVE;
  }

  private void pause(Duration longest) throws InterruptedException {
    if (changes.tryAcquire(longest.toMillis(), TimeUnit.MILLISECONDS)) {
      changes.drainPermits();
    }
  }

  private void look() {
    changes.release();
  }

  private void deafen() {
    context.removeBundleListener(bundles);
    context.removeFrameworkListener(framework);
    context.removeServiceListener(services);
  }

  private void announce() {
    var now = clock.instant();
    if (System.setProperty(SAID, now.toString()) == null) {
      var lines = new ArrayList<String>();
      lines.add("Ioto%s is ready%s".formatted(version(), time(now)));
      lines.addAll(addresses());
      out.println(String.join("\n  ", lines));
      out.flush();
    }
    signals.hold(this, "app:ready", null);
  }

  private String version() {
    var version = context.getProperty("ioto.version");
    return version == null ? "" : " " + version;
  }

  private String time(Instant now) {
    var started = context.getProperty("ioto.started");
    return started == null
        ? ""
        : String.format(
            Locale.ROOT, " in %.2f s", (now.toEpochMilli() - Long.parseLong(started)) / 1000.0);
  }

  /// What a person can open: each page on each listener.
  private List<String> addresses() {
    var urls = services(Listener.class).stream().map(Listener::url).sorted().toList();
    var pages = services(Page.class).stream().sorted(Comparator.comparing(Page::path)).toList();
    if (pages.isEmpty()) {
      return urls.stream().map(URI::toString).toList();
    }
    var width =
        pages.stream().mapToInt(p -> p.path().length()).max().orElse(0)
            + urls.stream().mapToInt(u -> u.toString().length()).max().orElse(0);
    var format = "%-" + (width + 2) + "s%s";
    return urls.stream()
        .flatMap(u -> pages.stream().map(p -> format.formatted(u.resolve(p.path()), p.title())))
        .toList();
  }

  private <T> List<T> services(Class<T> type) {
    try {
      var services = new ArrayList<T>();
      for (var reference : context.getServiceReferences(type, null)) {
        var service = context.getService(reference);
        if (service != null) {
          services.add(service);
        }
      }
      return services;
    } catch (InvalidSyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
