// SPDX-License-Identifier: Apache-2.0
package io.ioto.mqtt;

import io.ioto.api.device.Identity;
import io.ioto.api.mqtt.Connection;
import io.ioto.api.mqtt.DeliveryException;
import io.ioto.api.mqtt.DeliveryException.Reason;
import io.ioto.api.mqtt.Message;
import io.ioto.api.runtime.Backoff;
import io.ioto.api.runtime.Fibers;
import io.ioto.api.runtime.Signals;
import io.ioto.api.tls.Tls;
import io.ioto.api.tls.Trust;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Connects, and connects again, for as long as the device has an identity. All of it happens on
/// one fiber, which reads what others have to tell from its mailbox.
@Component(
    service = {},
    configurationPid = "io.ioto.mqtt",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class Link {
  /// See `settings.json5`.
  public @interface Config {
    long keepAlive();

    long timeouts_connect();

    long timeouts_ack();

    long timeouts_drain();

    long timeouts_handler();

    long retry_first();

    long retry_max();

    long retry_stable();

    long limits_message();

    int limits_inflight();

    int limits_queue();

    int limits_attempts();
  }

  /// What the fiber is told.
  private sealed interface Event {
    record Lost(Session of, Throwable why) implements Event {}

    record Waits() implements Event {}

    record Stop() implements Event {}
  }

  /// What the fiber needs of the rest of the gateway.
  ///
  /// @param publish makes a connection a service, until what it returns is run
  record Around(
      Identity identity,
      Tls tls,
      JournalOutbox outbox,
      Fibers fibers,
      Signals signals,
      Function<Connection, Runnable> publish) {}

  private static final Logger log = LoggerFactory.getLogger(Link.class);

  private final Around around;
  private final Settings settings;
  private final List<Filter> masters;
  private final Backoff backoff;
  private final AtomicInteger number = new AtomicInteger(100 + new SecureRandom().nextInt(1 << 30));
  private final BlockingQueue<Event> mailbox = new LinkedBlockingQueue<>();
  private final Thread fiber;

  // Of the fiber alone.
  private boolean stopping;
  private String told = "";

  private volatile boolean closed;
  private volatile @Nullable Wire opening;

  @Activate
  public Link(
      BundleContext context,
      @Reference Identity identity,
      @Reference Tls tls,
      @Reference JournalOutbox outbox,
      @Reference Fibers fibers,
      @Reference Signals signals,
      Config config) {
    this(
        new Around(
            identity,
            tls,
            outbox,
            fibers,
            signals,
            connection -> context.registerService(Connection.class, connection, null)::unregister),
        Settings.of(config));
  }

  Link(Around around, Settings settings) {
    this.around = around;
    this.settings = settings;
    var identity = around.identity();
    masters =
        Stream.of(
                "ioto/device/%s/#".formatted(identity.id()),
                "ioto/account/all/#",
                identity.account().isEmpty()
                    ? ""
                    : "ioto/account/%s/#".formatted(identity.account()))
            .filter(filter -> !filter.isEmpty())
            .map(Filter::new)
            .toList();
    backoff = new Backoff(settings.retryFirst(), settings.retryMax(), new SecureRandom());
    fiber = around.fibers().start("mqtt", this::run);
  }

  /// Withdraws the connection, waits for what is under way, and says good-bye to the broker.
  @Deactivate
  public void close() {
    closed = true;
    mailbox.add(new Event.Stop());
    var under = opening;
    if (under != null) {
      under.abort();
    }
    if (Thread.currentThread() == fiber) {
      // Whoever was activated by the connection has taken the identity away: the fiber ends once
      // it is back.
      return;
    }
    // Not cut short by an interrupt: what the fiber still does is bounded, and whoever comes next
    // must find the broker free.
    var interrupted = false;
    while (true) {
      try {
        fiber.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!stopping && !closed) {
        attempt();
        var pause = stopping ? Duration.ZERO : backoff.next();
        log.debug("Next attempt to connect in {}", pause);
        pause(pause);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void pause(Duration pause) throws InterruptedException {
    var deadline = System.nanoTime() + pause.toNanos();
    while (!stopping) {
      var event = mailbox.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (event == null) {
        return;
      }
      stopping = event instanceof Event.Stop;
    }
  }

  /// One connection, from its beginning to its end.
  private void attempt() throws InterruptedException {
    try {
      connect();
    } catch (DeliveryException e) {
      if (e.reason() == Reason.INTERRUPTED) {
        throw new InterruptedException(e.getMessage());
      }
      if (closed) {
        log.debug("{}", e.getMessage());
        return;
      }
      tell(String.valueOf(e.getMessage()));
      if (e.reason() == Reason.REFUSED) {
        around.signals().signal("mqtt:refused", e.getMessage());
      }
    } catch (RuntimeException e) {
      // Of whoever was activated or deactivated by it.
      log.error("The connection failed in a way that was not foreseen", e);
    }
  }

  private void tell(String why) {
    if (why.equals(told)) {
      log.debug("{}, still", why);
    } else {
      log.warn("No connection to the broker: {} (trying again for ever)", why);
      told = why;
    }
  }

  /// A connection and what belongs to it.
  private final class Session implements Wire.Listener {
    final Router router =
        new Router(settings, around.fibers(), this::acknowledge, this::overflow, this::waits);
    final Wire wire;

    Session(SSLContext context) {
      wire = new Wire(around.identity(), context, settings, this);
    }

    private void acknowledge(int id) {
      wire.acknowledge(id);
    }

    private void overflow() {
      lost(new DeliveryException(Reason.LOST, "more messages wait than mqtt.limits.queue allows"));
    }

    private void waits() {
      mailbox.add(new Event.Waits());
    }

    @Override
    public void arrived(Message message, int id) {
      router.arrived(message, id);
    }

    @Override
    public void lost(Throwable why) {
      mailbox.add(new Event.Lost(this, why));
    }
  }

  private void connect() throws InterruptedException {
    var identity = around.identity();
    var authority = identity.endpoint().authority();
    var trust = authority.isEmpty() ? Trust.PLATFORM : new Trust.Authorities(authority);
    SSLContext context;
    try {
      context = around.tls().client(trust, identity.credentials());
    } catch (IllegalArgumentException e) {
      throw new DeliveryException(Reason.LOST, String.valueOf(e.getMessage()), e);
    }
    var session = new Session(context);
    opening = session.wire;
    try (var wire = session.wire) {
      if (!closed) {
        wire.open();
        masters.forEach(master -> wire.subscribe(master.text()));
        opening = null;
        live(session);
      }
    } finally {
      opening = null;
      session.router.close(settings.drain());
    }
  }

  private void live(Session session) throws InterruptedException {
    log.info("Connected to {}", around.identity().endpoint());
    told = "";
    var began = System.nanoTime();
    var connection =
        new LiveConnection(
            session.wire, session.router, around.identity().id(), masters, settings, number);
    try (var _ =
        new Courier(
            around.outbox(),
            connection,
            settings,
            around.fibers(),
            () -> session.lost(new DeliveryException(Reason.LOST, "the outbox is stuck")))) {
      var withdraw = around.publish().apply(connection);
      around.signals().signal("mqtt:connected", null);
      try {
        follow(session);
      } finally {
        // A broker that hangs up soon after each connection is left alone for longer and longer.
        if (System.nanoTime() - began > settings.stable().toNanos()) {
          backoff.reset();
        }
        withdraw.run();
        around.signals().signal("mqtt:disconnected", null);
      }
      session.router.drain(settings.drain());
    }
    session.wire.disconnect();
  }

  /// Returns when the connection is to be ended.
  ///
  /// @throws DeliveryException when it has ended
  private void follow(Session session) throws InterruptedException {
    while (true) {
      var wait = session.router.sweep();
      var event =
          wait == null ? mailbox.take() : mailbox.poll(wait.toNanos(), TimeUnit.NANOSECONDS);
      switch (event) {
        case Event.Lost(var of, var why) when of == session ->
            throw Wire.failure("the connection was lost", why);
        case Event.Stop _ -> {
          stopping = true;
          return;
        }
        case null, default -> {}
      }
    }
  }
}
