// SPDX-License-Identifier: Apache-2.0
package io.ioto.provision;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ioto.api.device.Device;
import io.ioto.api.device.Identity;
import io.ioto.api.device.Resettable;
import io.ioto.api.http.Http;
import io.ioto.api.provision.Provisioning;
import io.ioto.api.provision.Stage;
import io.ioto.api.runtime.Backoff;
import io.ioto.api.runtime.Fibers;
import io.ioto.api.runtime.Signals;
import io.ioto.api.tls.DeviceKeys;
import io.ioto.api.tls.Trust;
import io.ioto.json.Mapper;
import java.io.UncheckedIOException;
import java.net.URI;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes the device from step to step on a fiber of its own.
@Component(
    service = {Provisioning.class, Resettable.class},
    immediate = true,
    configurationPid = "io.ioto.provision",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class Enrolment implements Provisioning, Resettable {
  /// See `settings.json5`.
  public @interface Config {
    String api_builder();

    String device_cloud();

    String device_account();

    String cloud_ca();

    String cloud_fingerprint();

    long provision_poll_first();

    long provision_poll_step();

    long provision_poll_max();

    long provision_retry_first();

    long provision_retry_max();

    long provision_check();
  }

  /// What the steps need of the rest of the gateway.
  ///
  /// @param publish makes an identity a service, until what it returns is run
  record Around(
      Device device,
      DeviceKeys keys,
      Http http,
      Signals signals,
      Function<Identity, Runnable> publish,
      InstantSource clock,
      RandomGenerator random) {}

  /// Name of the device's key and certificate.
  static final String CREDENTIALS = "device";

  private static final Logger log = LoggerFactory.getLogger(Enrolment.class);

  private final Around around;
  private final Settings settings;
  private final ObjectMapper mapper = Mapper.create();
  private final ProgressFile file;
  private final Cloud cloud;
  private final Backoff backoff;
  private final Signals.Watch refusals;
  private final @Nullable Thread fiber;

  // Of the fiber alone.
  private Progress progress;
  private boolean unsaved;
  private int asked;
  private @Nullable Runnable withdraw;

  private volatile Stage stage;
  private volatile Optional<String> problem = Optional.empty();

  // Guarded by this.
  private boolean closed;
  private boolean calling;
  private boolean woken;
  private @Nullable CompletableFuture<Void> release;

  @Activate
  public Enrolment(
      BundleContext context,
      @Reference Device device,
      @Reference DeviceKeys keys,
      @Reference Http http,
      @Reference Signals signals,
      @Reference Fibers fibers,
      Config config) {
    this(
        new Around(
            device,
            keys,
            http,
            signals,
            identity -> context.registerService(Identity.class, identity, null)::unregister,
            InstantSource.system(),
            new SecureRandom()),
        Settings.of(config),
        fibers);
  }

  Enrolment(Around around, Settings settings, Fibers fibers) {
    this.around = around;
    file = ProgressFile.of(around.device(), mapper);
    var kept = file.read();
    this.settings = settings.remembering(kept);
    cloud = new Cloud(around.http(), this.settings.trust());
    backoff = new Backoff(settings.retryFirst(), settings.retryMax(), around.random());
    // The broker refuses a device that was released, and others; the cloud knows which it is.
    refusals = around.signals().watch("mqtt:refused", _ -> wake());
    var site = settings.site();
    if (site == null && kept.isEmpty()) {
      progress = Progress.none("", null, around.device().id());
      stage = new Stage.Off("no cloud is configured (device.cloud, api.builder)");
      fiber = null;
    } else {
      progress = pinned(applicable(kept, site, around.device().id()), site);
      unsaved = !kept.filter(progress::equals).isPresent();
      stage = new Stage.Registering();
      fiber = fibers.start("provision", this::run);
    }
  }

  /// The fingerprint that the address brings along is kept, since the address may not be given
  /// again.
  private static Progress pinned(Progress progress, @Nullable Site site) {
    return site != null && site.pin() instanceof Trust.Pinned pin
        ? progress.at(pin.sha256())
        : progress;
  }

  /// What is kept, if it is about this device and this cloud. Otherwise it stays on the disk until
  /// the device has come further: an address may be mistyped.
  private static Progress applicable(Optional<Progress> kept, @Nullable Site site, String id) {
    var wanted = site == null ? kept.orElseThrow().site() : site.api().toString();
    return kept.filter(
            progress -> {
              var fits = progress.site().equals(wanted) && progress.id().equals(id);
              if (!fits) {
                log.warn(
                    "Device {} was with {}; now device {} registers with {}",
                    progress.id(),
                    progress.site(),
                    id,
                    wanted);
              }
              return fits;
            })
        .orElseGet(() -> Progress.none(wanted, null, id));
  }

  @Override
  public Stage stage() {
    return stage;
  }

  @Override
  public Optional<String> problem() {
    return problem;
  }

  @Override
  public synchronized void wake() {
    woken = true;
    notifyAll();
  }

  @Override
  public void reset() {
    release();
  }

  @Override
  public void release() {
    if (fiber == null) {
      return;
    }
    CompletableFuture<Void> done;
    synchronized (this) {
      if (closed) {
        throw new IllegalStateException("provisioning has been stopped");
      }
      if (release == null) {
        release = new CompletableFuture<>();
      }
      done = release;
      notifyAll();
    }
    try {
      done.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted; the device is being released all the same", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    }
  }

  /// Withdraws the identity and ends.
  @Deactivate
  public void close() {
    refusals.close();
    synchronized (this) {
      closed = true;
      notifyAll();
      if (calling && fiber != null) {
        // It can be repeated. Anything else is not cut short: whoever is told that the identity
        // has gone waits for threads of their own.
        fiber.interrupt();
      }
    }
    if (fiber == null) {
      return;
    }
    try {
      fiber.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!over()) {
        pause(attempt());
        leaveIfAsked();
      }
    } finally {
      withdraw();
      abandon();
    }
  }

  /// Calls the cloud, as long as this has not been stopped.
  private <T> T call(Supplier<T> call) {
    synchronized (this) {
      if (closed) {
        throw new CloudException("provisioning has been stopped");
      }
      calling = true;
    }
    try {
      return call.get();
    } finally {
      synchronized (this) {
        calling = false;
        // That of the end was for the call.
        Thread.interrupted();
      }
    }
  }

  private synchronized boolean over() {
    return closed;
  }

  private synchronized void abandon() {
    closed = true;
    if (release != null) {
      release.completeExceptionally(new IllegalStateException("provisioning has been stopped"));
    }
  }

  /// Goes one step further.
  ///
  /// @return how long to wait before the next
  private Duration attempt() {
    try {
      var pause = step();
      problem = Optional.empty();
      backoff.reset();
      return pause;
    } catch (CloudException | UncheckedIOException | IllegalArgumentException e) {
      return over() ? Duration.ZERO : failed(e);
    } catch (RuntimeException e) {
      log.error("Provisioning failed in a way that was not foreseen", e);
      return failed(e);
    }
  }

  private Duration failed(RuntimeException e) {
    var message = String.valueOf(e.getMessage());
    if (problem.isEmpty() || !problem.get().equals(message)) {
      log.warn("{} (trying again for ever)", message);
    } else {
      log.debug("{}, still", message);
    }
    problem = Optional.of(message);
    var pause = backoff.next();
    if (e instanceof CloudException refused) {
      pause = pause.plus(refused.atLeast());
      if (refused.blocked() && !(stage instanceof Stage.Provisioned)) {
        stage = new Stage.Blocked(around.clock().instant().plus(pause));
      }
    }
    return pause;
  }

  private Duration step() {
    if (progress.leaving() != null) {
      return tell(progress.leaving());
    }
    if (progress.claim() == null) {
      return register();
    }
    if (progress.grant() == null || certificate().isEmpty()) {
      return enrol(progress.claim());
    }
    return withdraw == null ? settle(progress.claim(), progress.grant()) : check(progress.claim());
  }

  /// Makes the device known, and asks whether it has been claimed: the cloud has one call for
  /// both.
  private Duration register() {
    if (!progress.registered()) {
      stage = new Stage.Registering();
    }
    var claim =
        call(() -> cloud.register(URI.create(progress.site()), around.device().product(), self()));
    if (claim.isPresent()) {
      keep(progress.claimed(claim.get()));
      log.info("This device has been claimed");
      asked = 0;
      return Duration.ZERO;
    }
    if (!progress.registered()) {
      keep(progress.known());
      around.signals().signal("device:registered", null);
    }
    if (!(stage instanceof Stage.Unclaimed)) {
      log.info("Registered with {}; claim this device as {}", progress.site(), progress.id());
    }
    stage = new Stage.Unclaimed(progress.id());
    var pause = settings.poll().pause(asked++);
    // A quarter more at most: devices that were switched on together spread out.
    return pause.plusMillis(around.random().nextLong(pause.toMillis() / 4 + 1));
  }

  /// The device, as the cloud is told.
  private ObjectNode self() {
    var json = JsonNodeFactory.instance.objectNode();
    around
        .device()
        .attributes()
        .forEach((name, value) -> json.set(name, mapper.valueToTree(value)));
    json.put("id", progress.id()).put("created", around.clock().instant().toString());
    around.device().product().ifPresent(product -> json.put("product", product));
    put(json, "account", settings.account());
    put(json, "cloud", settings.cloud());
    return json.put("key", around.keys().fingerprint(CREDENTIALS));
  }

  private static void put(ObjectNode json, String name, String value) {
    json.remove(name);
    if (!value.isEmpty()) {
      json.put(name, value);
    }
  }

  /// Has a certificate issued for a key that never leaves.
  private Duration enrol(Progress.Claim claim) {
    if (withdraw == null) {
      stage = new Stage.Enrolling();
    }
    var request = around.keys().request(CREDENTIALS, progress.id());
    var issued =
        call(() -> cloud.provision(claim, progress.id(), request, around.clock().instant()));
    around.keys().install(CREDENTIALS, issued.certificate());
    keep(progress.granted(issued.grant()));
    // A renewed certificate makes a new identity, so that connections are made with it.
    withdraw();
    return settle(claim, issued.grant());
  }

  private Duration settle(Progress.Claim claim, Progress.Grant grant) {
    if (unsaved) {
      keep(progress);
    }
    var identity =
        new Identity(
            progress.id(),
            grant.account(),
            new Identity.Cloud(
                URI.create(claim.api()), claim.token(), claim.type(), claim.name(), claim.region()),
            new Identity.Endpoint(grant.endpoint(), grant.port(), grant.alpn(), grant.authority()),
            CREDENTIALS);
    stage = new Stage.Provisioned(Instant.parse(grant.since()));
    log.info(
        "Provisioned as {} of account {} at {}",
        identity.id(),
        identity.account(),
        identity.endpoint());
    withdraw = around.publish().apply(identity);
    around.signals().signal("device:provisioned", null);
    around.signals().signal("cloud:provisioned", null);
    return untilCheck();
  }

  private Duration untilCheck() {
    return settings
        .check()
        .plusMillis(around.random().nextLong(settings.check().toMillis() / 4 + 1));
  }

  /// Looks after a provisioned device.
  private Duration check(Progress.Claim claim) {
    if (call(() -> cloud.released(claim, progress.id()))) {
      log.warn("The cloud has released this device");
      leave();
      return Duration.ZERO;
    }
    return certificate().filter(this::due).isPresent() ? enrol(claim) : untilCheck();
  }

  /// True in the last third of a certificate's life.
  private boolean due(X509Certificate certificate) {
    var start = certificate.getNotBefore().toInstant();
    var end = certificate.getNotAfter().toInstant();
    var left = Duration.between(around.clock().instant(), end);
    return left.multipliedBy(3).compareTo(Duration.between(start, end)) < 0;
  }

  private Optional<X509Certificate> certificate() {
    try {
      return around.keys().certificate(CREDENTIALS);
    } catch (IllegalArgumentException damaged) {
      log.warn("The certificate of this device is asked for anew: {}", damaged.getMessage());
      return Optional.empty();
    }
  }

  private void leaveIfAsked() {
    CompletableFuture<Void> done;
    synchronized (this) {
      done = release;
      release = null;
    }
    if (done == null) {
      return;
    }
    try {
      leave();
      done.complete(null);
    } catch (UncheckedIOException e) {
      done.completeExceptionally(e);
    }
  }

  /// Gives the device up. The decision is on the disk before anything is destroyed.
  private void leave() {
    withdraw();
    stage = new Stage.Registering();
    problem = Optional.empty();
    asked = 0;
    keep(progress.left());
    around.keys().remove(CREDENTIALS);
    log.info("The credentials of this device have been destroyed");
    around.signals().signal("cloud:deprovisioned", null);
  }

  private Duration tell(Progress.Claim claim) {
    // The process may have ended between the decision and the deed.
    around.keys().remove(CREDENTIALS);
    call(
        () -> {
          cloud.release(claim, progress.id());
          return true;
        });
    keep(progress.forgotten());
    return Duration.ZERO;
  }

  private void withdraw() {
    if (withdraw != null) {
      var published = withdraw;
      withdraw = null;
      published.run();
    }
  }

  private void keep(Progress next) {
    file.write(next);
    progress = next;
    unsaved = false;
  }

  private synchronized void pause(Duration pause) {
    var deadline = System.nanoTime() + pause.toNanos();
    while (!closed && !woken && release == null) {
      var left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return;
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        // Whoever interrupts wants an end; nobody does but at one.
        closed = true;
      }
    }
    if (woken) {
      woken = false;
      asked = 0;
      backoff.reset();
    }
  }
}
