// SPDX-License-Identifier: Apache-2.0
package io.ioto.web;

import io.ioto.api.runtime.Gate;
import io.ioto.api.runtime.Seat;
import io.ioto.api.web.Handler;
import io.ioto.api.web.Routes;
import io.ioto.web.RouteList.Route;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.ServiceReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the route table in step with the [Routes] services. One that is unregistered is taken off
/// its seats and drained by the thread that unregisters it, before its bundle deactivates it; the
/// seats stay for the grace period. May be shared between threads.
final class Publishers implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Publishers.class);
  private static final String FILTER = "(objectClass=" + Routes.class.getName() + ")";

  /// A service, with the gate that counts the requests inside.
  private static final class Publisher {
    final Gate gate = new Gate();
    final Binder binder = new Binder();
    final List<FileHandler> files = new CopyOnWriteArrayList<>();
    boolean got;

    Publisher(Streams streams) {
      gate.guard(() -> streams.dismiss(binder));
    }
  }

  /// A path and its seats by method.
  private record Place(PathPattern pattern, Map<String, Seat<Route>> seats) {}

  private final BundleContext context;
  private final Settings settings;
  private final FileCache cache;
  private final Handler documents;
  private final Streams streams;
  private final Publisher own;
  // A service tracker would hand a service that leaves while it is being added to the adding
  // thread, and its owner would not wait until it is drained.
  private final ServiceListener listener = this::changed;
  private final Map<ServiceReference<?>, Publisher> publishers = new LinkedHashMap<>();
  private final Map<String, Place> places = new HashMap<>();
  private volatile Table table = new Table(List.of());
  private boolean closed;

  /// Seats all services that are there, those of the highest ranking and age first, and follows
  /// the registry from then on.
  ///
  /// @param documents answers for files that an application at the root does not have
  /// @param streams that handlers have open
  /// @param login actions of this bundle itself, which come before those of all services
  Publishers(
      BundleContext context,
      Settings settings,
      FileCache cache,
      Handler documents,
      Streams streams,
      Routes login) {
    this.context = context;
    this.settings = settings;
    this.cache = cache;
    this.documents = documents;
    this.streams = streams;
    own = new Publisher(streams);
    seat(own, name(context.getBundle(), login, own, true));
    follow().forEach(this::add);
  }

  /// The node that answers a normalised path; null when there is none.
  @Nullable Node find(String path) {
    return table.find(path);
  }

  /// Listens and lists in one step, so that no service is missed or met after it left.
  private synchronized Map<ServiceReference<?>, Publisher> follow() {
    try {
      context.addServiceListener(listener, FILTER);
      var references = context.getServiceReferences(Routes.class, null);
      references.stream()
          .sorted(Collections.reverseOrder())
          .forEach(reference -> publishers.put(reference, new Publisher(streams)));
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(FILTER, e);
    }
    return new LinkedHashMap<>(publishers);
  }

  private void changed(ServiceEvent event) {
    var reference = event.getServiceReference();
    switch (event.getType()) {
      case ServiceEvent.REGISTERED, ServiceEvent.MODIFIED -> {
        var publisher = expect(reference);
        if (publisher != null) {
          add(reference, publisher);
        }
      }
      default -> remove(reference);
    }
  }

  private synchronized @Nullable Publisher expect(ServiceReference<?> reference) {
    if (closed || publishers.containsKey(reference)) {
      return null;
    }
    var publisher = new Publisher(streams);
    publishers.put(reference, publisher);
    return publisher;
  }

  private void add(ServiceReference<?> reference, Publisher publisher) {
    var routes = (Routes) context.getService(reference);
    if (routes == null) {
      synchronized (this) {
        publishers.remove(reference, publisher);
      }
      return;
    }
    synchronized (this) {
      publisher.got = publishers.get(reference) == publisher;
    }
    var bundle = reference.getBundle();
    if (!publisher.got || bundle == null) {
      context.ungetService(reference);
      return;
    }
    seat(publisher, name(bundle, routes, publisher, false));
  }

  private List<Route> name(Bundle bundle, Routes routes, Publisher publisher, boolean own) {
    var list =
        new RouteList(
            (prefix, folder) -> {
              var otherwise = prefix.equals("/") ? documents : null;
              var source = new BundleFolder(bundle, folder);
              var files = new FileHandler(prefix, source, settings, cache, otherwise);
              publisher.files.add(files);
              return files;
            },
            publisher.binder,
            own);
    try {
      routes.register(list);
      return list.close();
    } catch (RuntimeException | LinkageError e) {
      log.error("The routes of {} are not served", bundle, e);
      return List.of();
    }
  }

  /// The gate refuses the seat when the publisher has left meanwhile.
  private synchronized void seat(Publisher publisher, List<Route> routes) {
    var before = count();
    for (var route : routes) {
      places
          .computeIfAbsent(
              route.pattern().shape(), _ -> new Place(route.pattern(), new HashMap<>()))
          .seats()
          .computeIfAbsent(
              route.method(),
              method -> new Seat<>(method + " " + route.pattern().text(), settings.patience()))
          .seat(route, publisher.gate);
    }
    if (count() != before) {
      forget(Seat::abandoned);
    }
  }

  private int count() {
    return places.values().stream().mapToInt(place -> place.seats().size()).sum();
  }

  private void forget(Predicate<Seat<Route>> gone) {
    places.values().forEach(place -> place.seats().values().removeIf(gone));
    places.values().removeIf(place -> place.seats().isEmpty());
    table =
        new Table(
            places.values().stream()
                .map(place -> new Node(place.pattern(), place.seats()))
                .toList());
  }

  private void remove(ServiceReference<?> reference) {
    Publisher publisher;
    synchronized (this) {
      publisher = publishers.remove(reference);
      if (publisher != null) {
        var vacated = vacate(publisher);
        if (succeeded(reference)) {
          // Nobody needs to wait for what the successor, who is here already, does not name.
          forget(seat -> seat.vacant() && vacated.contains(seat));
        }
      }
    }
    if (publisher != null) {
      drain(reference, publisher);
    }
  }

  /// True when another version of the same bundle publishes routes.
  private boolean succeeded(ServiceReference<?> reference) {
    var bundle = reference.getBundle();
    return bundle != null
        && publishers.keySet().stream()
            .map(ServiceReference::getBundle)
            .filter(Objects::nonNull)
            .anyMatch(
                other ->
                    other != bundle
                        && Objects.equals(other.getSymbolicName(), bundle.getSymbolicName()));
  }

  private synchronized Set<Seat<Route>> vacate(Publisher publisher) {
    return places.values().stream()
        .flatMap(place -> place.seats().values().stream())
        .filter(seat -> seat.vacate(publisher.gate))
        .collect(Collectors.toSet());
  }

  private void drain(ServiceReference<?> reference, Publisher publisher) {
    if (!publisher.gate.close(settings.drain())) {
      log.warn(
          "{} leaves although {} requests are still in it", reference, publisher.gate.inside());
    }
    // It may have been seated before the gate closed; from here on it cannot be.
    var _ = vacate(publisher);
    publisher.files.forEach(cache::forget);
    if (publisher.got) {
      context.ungetService(reference);
    }
  }

  /// Drains and lets go of all services.
  @Override
  public void close() {
    context.removeServiceListener(listener);
    Map<ServiceReference<?>, Publisher> left;
    synchronized (this) {
      closed = true;
      left = new LinkedHashMap<>(publishers);
      publishers.clear();
    }
    // All are off their seats before the first is waited for, so they empty side by side.
    left.values().forEach(this::vacate);
    left.forEach(this::drain);
    vacate(own);
    if (!own.gate.close(settings.drain())) {
      log.warn("{} logins are still under way", own.gate.inside());
    }
  }
}
