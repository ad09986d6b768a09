// SPDX-License-Identifier: Apache-2.0
package io.ioto.ota;

import static io.ioto.api.ota.UpdateException.Reason.BUSY;
import static io.ioto.api.ota.UpdateException.Reason.NOT_CONFIGURED;
import static io.ioto.api.ota.UpdateException.Reason.STORAGE;

import io.ioto.api.deploy.Deployer;
import io.ioto.api.device.Device;
import io.ioto.api.ota.HealthCheck;
import io.ioto.api.ota.ReleaseSource;
import io.ioto.api.ota.UpdateException;
import io.ioto.api.ota.UpdateState;
import io.ioto.api.ota.UpdateWatcher;
import io.ioto.api.ota.Updates;
import io.ioto.api.provision.CloudApi;
import io.ioto.api.runtime.Backoff;
import io.ioto.api.runtime.Readiness;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets releases in when asked, or by itself at its times. It looks everything it needs up when it
/// needs it: what it uses may be what it swaps.
@Component(
    service = Updates.class,
    immediate = true,
    configurationPid = "io.ioto.ota",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class Updater implements Updates, Host {
  /// The section `update` of the configuration.
  public @interface Config {
    int attempts();

    boolean enable();

    long gate_minStable();

    long gate_settle();

    long jitter();

    long limits_check();

    int limits_history();

    long limits_metadata();

    int limits_retries();

    int limits_rotations();

    long limits_set();

    long limits_spare();

    long limits_wait();

    long period();

    String root();

    String source();
  }

  private static final Logger log = LoggerFactory.getLogger(Updater.class);

  /// Read by the launcher once the framework has stopped.
  private static final String RESTART = "ioto.restart";

  /// Set by the launcher when it passed a release on trial over.
  private static final String BOOT_FAILURE = "ioto.release.failure";

  private static final Duration FIRST = Duration.ofSeconds(15);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration JOIN = Duration.ofSeconds(5);

  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final SecureRandom RANDOM = new SecureRandom();

  private final BundleContext context;
  private final Path state;
  private final Settings settings;
  private final Releases releases;
  private final Journal journal;
  private final Engine engine;
  private final Reporter reporter;
  private final Commands commands;
  private final ReentrantLock turn = new ReentrantLock();
  private final Semaphore requests = new Semaphore(0);
  private final Thread worker;
  private volatile boolean closed;
  private volatile boolean restarting;
  private volatile @Nullable Long available;
  private volatile @Nullable String problem;

  @Activate
  public Updater(BundleContext context, Config config) throws IOException {
    this(context, Path.of(context.getProperty("ioto.state")), Settings.of(config));
  }

  Updater(BundleContext context, Path state, Settings settings) throws IOException {
    this.context = context;
    this.state = state;
    this.settings = settings;
    releases = new Releases(state);
    releases.open();
    journal =
        new Journal(releases.journal(), InstantSource.system(), settings.history(), this::tell);
    engine =
        new Engine(
            this,
            releases,
            journal,
            settings,
            this::source,
            state.resolve("trust"),
            InstantSource.system(),
            Thread::sleep);
    reporter =
        new Reporter(
            journal, releases, () -> best(CloudApi.class), new Backoff(RETRY, LONGEST, RANDOM));
    commands = new Commands(context, this, journal);
    worker = Thread.ofVirtual().name("ota").start(this::run);
  }

  @Deactivate
  public void close() {
    closed = true;
    commands.close();
    reporter.close();
    worker.interrupt();
    try {
      worker.join(JOIN);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Status status() {
    var entry = journal.entry();
    return new Status(
        releases.number(), entry.step().state(entry.release(), entry.reason()), available, problem);
  }

  @Override
  public long check() {
    return alone(this::look);
  }

  @Override
  public long apply() {
    return alone(() -> begin(engine.plan(true)));
  }

  @Override
  public long rollback() {
    return alone(() -> begin(engine.planBack()));
  }

  private long look() {
    try {
      var found = engine.check();
      available = found;
      problem = null;
      return found;
    } catch (UpdateException e) {
      problem = e.line();
      throw e;
    }
  }

  private long begin(long release) {
    if (journal.entry().step().underWay()) {
      requests.release();
    }
    return release;
  }

  /// Something that must not happen while an update does.
  private interface Work {
    long run() throws IOException;
  }

  private long alone(Work work) {
    if (!turn.tryLock()) {
      throw new UpdateException(
          BUSY, "release %d is being brought in".formatted(journal.entry().release()));
    }
    try {
      return work.run();
    } catch (IOException e) {
      throw new UpdateException(STORAGE, "the disk refused: " + e, e);
    } finally {
      turn.unlock();
    }
  }

  private void run() {
    try {
      // Bundles still come up, and none may be swapped meanwhile.
      while (framework().getState() != Bundle.ACTIVE || !deployable()) {
        Thread.sleep(POLL);
      }
      locked(engine::resume);
      var next = FIRST.compareTo(settings.period()) < 0 ? FIRST : settings.period();
      // A request may be left over whose release is on trial already, after the restart.
      while (!closed && !restarting) {
        var asked =
            settings.enable()
                ? requests.tryAcquire(next.plus(random()).toMillis(), TimeUnit.MILLISECONDS)
                : acquired();
        if (!asked) {
          locked(this::unasked);
        }
        locked(engine::go);
        next = settings.period();
      }
    } catch (InterruptedException _) {
      log.debug("updates end");
    } catch (RuntimeException e) { // the root of the thread
      log.error("updates end; a restart begins them anew", e);
    }
  }

  private boolean acquired() throws InterruptedException {
    requests.acquire();
    return true;
  }

  private Duration random() {
    var most = settings.jitter().toMillis();
    return Duration.ofMillis(most > 0 ? ThreadLocalRandom.current().nextLong(most) : 0);
  }

  private void unasked() {
    try {
      available = engine.plan(false);
      problem = null;
    } catch (UpdateException e) {
      // Said once, and not at every check, while nothing changes.
      if (!e.line().equals(problem)) {
        log.warn("no release: {}", e.line());
      }
      problem = e.line();
    } catch (IOException e) {
      log.error("no release: the disk refused: {}", e.toString());
    }
  }

  private interface Interruptible {
    void run() throws InterruptedException;
  }

  private void locked(Interruptible work) throws InterruptedException {
    turn.lockInterruptibly();
    try {
      work.run();
    } finally {
      turn.unlock();
    }
  }

  private void tell(UpdateState state) {
    reporter.wake();
    for (var reference : references(UpdateWatcher.class)) {
      var watcher = context.getService(reference);
      if (watcher != null) {
        try {
          watcher.changed(state);
        } catch (RuntimeException e) { // others' code, which must not keep the update
          log.error("{} fails at {}", reference.getBundle(), state, e);
        } finally {
          context.ungetService(reference);
        }
      }
    }
  }

  private Bundle framework() {
    return context.getBundle(Constants.SYSTEM_BUNDLE_ID);
  }

  private ReleaseSource source() {
    var service = best(ReleaseSource.class);
    if (service.isPresent()) {
      return service.get();
    }
    var source = settings.source();
    if (source.isEmpty()) {
      return best(CloudApi.class)
          .map(this::cloud)
          .orElseThrow(
              () ->
                  new UpdateException(
                      NOT_CONFIGURED,
                      "update.source names no repository, and this device has no cloud; set it to"
                          + " a folder or a URL"));
    }
    if (source.matches("https?://.+")) {
      return new HttpSource(
          URI.create(source.endsWith("/") ? source : source + "/"), settings.patience());
    }
    return new FolderSource(state.resolve(source));
  }

  private ReleaseSource cloud(CloudApi cloud) {
    var properties = new LinkedHashMap<String, Object>();
    best(Device.class).ifPresent(device -> properties.putAll(device.attributes()));
    properties.put("iotoVersion", String.valueOf(context.getProperty("ioto.version")));
    return new CloudSource(
        cloud, properties, Objects.requireNonNullElse(problem, ""), settings.patience());
  }

  private boolean deployable() {
    return context.getServiceReference(Deployer.class) != null;
  }

  @Override
  public Deployer deployer() {
    return best(Deployer.class)
        .orElseThrow(() -> new UpdateException(BUSY, "nobody is there who swaps bundles"));
  }

  @Override
  public void restart() {
    log.info("the framework restarts for release {}", journal.entry().release());
    restarting = true;
    System.setProperty(RESTART, "true");
    try {
      framework().stop();
    } catch (BundleException e) {
      log.error("the framework does not stop: {}", e.toString());
    }
  }

  @Override
  public Optional<String> bootFailure() {
    return Optional.ofNullable(context.getProperty(BOOT_FAILURE));
  }

  @Override
  public List<String> missing() {
    return best(Readiness.class)
        .map(readiness -> readiness.missing())
        .orElseGet(() -> List.of("the readiness service"));
  }

  @Override
  public Map<String, HealthCheck> checks() {
    var checks = new LinkedHashMap<String, HealthCheck>();
    for (var reference : references(HealthCheck.class)) {
      var check = context.getService(reference);
      if (check != null) {
        var name = reference.getProperty(HealthCheck.NAME);
        checks.put(name == null ? reference.getBundle().getSymbolicName() : name.toString(), check);
      }
    }
    return checks;
  }

  private <T> Optional<T> best(Class<T> type) {
    return references(type).stream()
        .map(context::getService)
        .filter(Objects::nonNull)
        .map(type::cast)
        .findFirst();
  }

  /// The preferred one first.
  private <T> List<ServiceReference<T>> references(Class<T> type) {
    try {
      return context.getServiceReferences(type, null).stream().sorted().toList().reversed();
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
