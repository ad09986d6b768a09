// SPDX-License-Identifier: Apache-2.0
package io.ioto.deploy;

import static io.ioto.api.deploy.DeployException.Reason.BUSY;
import static io.ioto.api.deploy.DeployException.Reason.FAILED;
import static io.ioto.api.deploy.DeployException.Reason.NO_BUNDLE;
import static io.ioto.api.deploy.DeployException.Reason.NO_JAR;
import static io.ioto.api.deploy.DeployException.Reason.STORAGE;

import io.ioto.api.deploy.DeployException;
import io.ioto.api.deploy.Deployer;
import io.ioto.api.deploy.Plan;
import io.ioto.api.deploy.SetPlan;
import io.ioto.api.deploy.Target;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.Version;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Deploys bundles one at a time: takes a jar in, plans, and has a thread of its own carry the
/// change out. That thread belongs to nobody, because this component may be among what is stopped
/// by it; before such a change every class of this bundle is loaded, since a bundle that has been
/// removed can load no more.
@Component(
    service = Deployer.class,
    immediate = true,
    configurationPid = "io.ioto.deploy",
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class Deployments implements Deployer {
  /// The section `deploy` of the configuration.
  public @interface Config {
    String folder();

    long limits_content();

    int limits_history();

    long limits_jar();

    int limits_kept();

    int limits_loaders();

    int limits_queue();

    long poll();

    long settle();

    int startLevel();

    long stop();

    long timeout();
  }

  /// What became of a deployment.
  ///
  /// @param done false when it goes on after the answer
  record Answer(Plan plan, long millis, boolean done) {}

  /// What has become of a file.
  sealed interface Fate {
    record Unknown() implements Fate {}

    record UnderWay() implements Fate {}

    record Done() implements Fate {}

    record Failed(String why) implements Fate {}
  }

  private static final Logger log = LoggerFactory.getLogger(Deployments.class);

  private final Bundle own;
  private final BundleContext system;
  private final Settings settings;
  private final Store store;
  private final Ledger ledger;
  private final Bundles bundles;
  private final Planner planner;
  private final Commands commands;
  private final HotFolder folder;
  private final Set<Pending> pending = ConcurrentHashMap.newKeySet();
  private boolean opened;

  @Activate
  public Deployments(BundleContext context, Config config) {
    this(
        context,
        Path.of(context.getProperty("ioto.state")),
        Settings.of(config, "false".equals(context.getProperty("ioto.timeouts"))));
  }

  Deployments(BundleContext context, Path state, Settings settings) {
    this.settings = settings;
    own = context.getBundle();
    system = context.getBundle(Constants.SYSTEM_BUNDLE_ID).getBundleContext();
    store = new Store(state, settings);
    ledger = Ledger.of(system);
    bundles = new Bundles(system, ledger);
    planner = new Planner(system, own, bundles, store.temporary(), settings);
    commands = new Commands(context, this, ledger);
    folder = new HotFolder(this, system, own, settings);
  }

  /// Lets callers go who wait for a deployment that stops this very component. It goes on.
  @Deactivate
  public void close() {
    pending.forEach(p -> p.release(false));
    commands.close();
    folder.close();
  }

  @Override
  public Plan plan(Path jar) {
    try (var in = open(jar)) {
      return plan(in);
    } catch (IOException e) {
      throw unreadable(jar, e);
    }
  }

  @Override
  public Plan deploy(Path jar) {
    return decide(jar).plan();
  }

  /// Deploys a file for somebody who may be cut off by that.
  Answer decide(Path jar) {
    try (var in = open(jar)) {
      return deploy(in);
    } catch (IOException e) {
      throw unreadable(jar, e);
    }
  }

  /// Deploys a file for this bundle itself, which learns the end unless it is stopped by it.
  Answer settle(Path jar) {
    try (var in = open(jar)) {
      return deploy(in, false);
    } catch (IOException e) {
      throw unreadable(jar, e);
    }
  }

  /// What has become of a file that was to be deployed while this process runs.
  Fate fate(Path jar) throws IOException {
    var sha256 = Store.sha256(jar);
    for (var entry : ledger.history()) {
      if (sha256.equals(entry.get("sha256"))) {
        return switch (String.valueOf(entry.get("state"))) {
          case "running" -> new Fate.UnderWay();
          case "done" -> new Fate.Done();
          default -> new Fate.Failed(String.valueOf(entry.get("message")));
        };
      }
    }
    return new Fate.Unknown();
  }

  @Override
  public String keep(Path jar) {
    return turn(
        () -> {
          try (var in = open(jar)) {
            return store.keep(store.take(in)).sha256();
          }
        });
  }

  @Override
  public Set<String> have(Set<String> hashes) {
    return turn(
        () -> {
          var found = new HashSet<String>();
          for (var hash : hashes) {
            if (Files.exists(store.place(hash))) {
              found.add(hash);
            }
          }
          for (var bundle : found.containsAll(hashes) ? List.<Bundle>of() : bundles.all()) {
            var hash = bundles.sha256(bundle);
            var file = Bundles.file(bundle);
            if (hashes.contains(hash) && !found.contains(hash) && hash.equals(Store.sha256(file))) {
              try (var in = Files.newInputStream(file)) {
                store.keep(store.take(in));
              }
              found.add(hash);
            }
          }
          return found;
        });
  }

  @Override
  public Target running() {
    return turn(
        () -> {
          var all = new ArrayList<Target.Bundle>();
          for (var bundle : bundles.all()) {
            all.add(
                new Target.Bundle(
                    bundle.getSymbolicName(),
                    bundle.getVersion().toString(),
                    bundles.sha256(bundle),
                    Bundles.startLevel(bundle)));
          }
          return new Target(all);
        });
  }

  @Override
  public SetPlan plan(Target target) {
    return turn(() -> set(target).plan());
  }

  @Override
  public SetPlan change(Target target) {
    return turn(
        () -> {
          var began = System.nanoTime();
          var change = set(target);
          if (change.plan().restart()) {
            throw new DeployException(
                FAILED, "what carries the change out is among what changes; restart for it");
          }
          if (!change.plan().nothing()) {
            carryOut(change, began);
          }
          return change.plan();
        });
  }

  /// Work for which nothing else may be under way.
  private interface Turn<T> {
    T take() throws IOException;
  }

  private <T> T turn(Turn<T> work) {
    ledger.take(settings.queue());
    try {
      ready();
      return work.take();
    } catch (IOException e) {
      throw new DeployException(STORAGE, "the disk refused: " + e, e);
    } catch (UncheckedIOException e) {
      throw new DeployException(STORAGE, "the disk refused: " + e.getCause(), e);
    } finally {
      ledger.pass();
    }
  }

  /// What has to be changed to get to a set.
  private SetChange set(Target target) throws IOException {
    var coming = new LinkedHashMap<Jar, Integer>();
    var staying = new HashSet<Bundle>();
    for (var wanted : target.bundles()) {
      var version = Version.parseVersion(wanted.version());
      var old = bundles.named(wanted.name());
      if (old.isPresent() && planner.same(version, wanted.sha256(), old.get())) {
        staying.add(old.get());
        continue;
      }
      var file = store.place(wanted.sha256());
      if (!Files.exists(file) || !Store.sha256(file).equals(wanted.sha256())) {
        throw new DeployException(
            STORAGE, "%s is missing or damaged in the store".formatted(wanted.name()));
      }
      var jar = Jar.read(file, wanted.sha256(), settings.maxContent());
      if (!jar.name().equals(wanted.name()) || !jar.version().equals(version)) {
        throw new DeployException(
            NO_BUNDLE,
            "the jar that should be %s %s is %s"
                .formatted(wanted.name(), wanted.version(), jar.title()));
      }
      coming.put(jar, wanted.startLevel());
    }
    return planner.set(coming, staying);
  }

  private void carryOut(SetChange set, long began) throws IOException {
    var changes = new ArrayList<Change>();
    for (var change : set.changes()) {
      changes.add(change.with(change.jar(), way(change)));
    }
    try {
      var notes = new SetSwap(system, ledger, settings, planner, set.with(changes)).carryOut();
      log.info(
          "changed the set: {} in, {} out, in {} ms{}",
          set.changes().size(),
          set.removed().size(),
          millis(began),
          notes.isEmpty() ? "" : ": " + String.join("; ", notes));
    } finally {
      collect();
    }
  }

  private static InputStream open(Path jar) throws IOException {
    if (!Files.isRegularFile(jar)) {
      throw new DeployException(NO_JAR, "%s is no file".formatted(jar));
    }
    return Files.newInputStream(jar);
  }

  private static DeployException unreadable(Path jar, IOException e) {
    return new DeployException(NO_JAR, "%s cannot be read: %s".formatted(jar, e), e);
  }

  /// Removes what a crash, or what nobody needs any more, has left in the store.
  ///
  /// @return false when that has to wait, since something is being deployed
  boolean tidy() {
    if (!ledger.takeIfFree()) {
      return false;
    }
    try {
      ready();
      return true;
    } finally {
      ledger.pass();
    }
  }

  /// Plans a deployment of the bytes that come.
  ///
  /// @throws IOException when they end too soon
  Plan plan(InputStream in) throws IOException {
    ledger.take(settings.queue());
    try {
      ready();
      var jar = store.take(in);
      try {
        return change(jar).plan();
      } finally {
        Files.deleteIfExists(jar.file());
      }
    } finally {
      ledger.pass();
    }
  }

  /// Deploys the bytes that come.
  ///
  /// @throws IOException when they end too soon
  Answer deploy(InputStream in) throws IOException {
    return deploy(in, true);
  }

  /// @param guest whether who asks must be let go when what carries the conversation is replaced
  private Answer deploy(InputStream in, boolean guest) throws IOException {
    ledger.take(settings.queue());
    var handed = false;
    try {
      var began = System.nanoTime();
      ready();
      if (store.updating()) {
        throw new DeployException(BUSY, "a release is being brought in");
      }
      var change = prepare(in);
      if (change.plan().action() == Plan.Action.NOTHING) {
        var answer = new Answer(change.plan(), millis(began), true);
        remember(answer);
        return answer;
      }
      var pending = new Pending(change, began, guest);
      this.pending.add(pending);
      handed = true;
      begin(pending);
      return pending.await();
    } finally {
      if (!handed) {
        ledger.pass();
      }
    }
  }

  /// Everything that can go wrong before anything is changed.
  private Change prepare(InputStream in) throws IOException {
    try {
      var jar = store.take(in);
      try {
        var change = change(jar);
        return change.plan().action() == Plan.Action.NOTHING ? change : keep(change);
      } finally {
        Files.deleteIfExists(jar.file());
      }
    } catch (DeployException e) {
      log.warn("refused: {}: {}", e.reason(), e.getMessage());
      collect();
      throw e;
    }
  }

  private Change change(Jar jar) {
    try {
      return planner.change(jar);
    } catch (IOException e) {
      throw new DeployException(STORAGE, "what runs cannot be read: " + e.getMessage(), e);
    } catch (UncheckedIOException e) {
      throw new DeployException(STORAGE, "the disk refused: " + e.getCause(), e);
    }
  }

  /// Puts the jar in the store, and everything that is needed to go back.
  private Change keep(Change change) throws IOException {
    var jar = store.keep(change.jar());
    var entry =
        new Deployed.Entry(
            jar.name(), jar.version().toString(), jar.sha256(), jar.size(), change.startLevel());
    store.prepare(entry);
    return change.with(jar, way(change));
  }

  /// Where the content of what is replaced can be had again.
  private @Nullable String way(Change change) throws IOException {
    var location = change.oldLocation();
    var old = change.old();
    if (old != null && !Files.exists(Bundles.file(old))) {
      throw new DeployException(
          STORAGE, "%s is gone, so there would be no way back".formatted(Bundles.file(old)));
    }
    if (old != null && location != null && !location.startsWith("reference:")) {
      try (var in = Files.newInputStream(Bundles.file(old))) {
        location = Bundles.location(store.keep(store.take(in)).file());
      }
    }
    return location;
  }

  private void begin(Pending pending) {
    var thread =
        Thread.ofPlatform()
            .name("deploy " + pending.change.jar().title())
            .daemon()
            .inheritInheritableThreadLocals(false)
            .unstarted(() -> carryOut(pending));
    thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
    thread.start();
  }

  private void carryOut(Pending pending) {
    var change = pending.change;
    var entry = remember(new Answer(change.plan(), 0, false));
    DeployException failure = null;
    List<String> notes = List.of();
    try {
      if (change.cutsOff()) {
        load();
      }
      var decided = change.plan().action() != Plan.Action.IN_PLACE;
      notes =
          new Swap(
                  system,
                  ledger,
                  store,
                  settings,
                  change,
                  () -> {
                    if (pending.guest) {
                      pending.release(decided);
                    }
                  })
              .carryOut();
    } catch (DeployException e) {
      failure = e;
    } catch (Throwable e) { // the root of the thread, whose turn must end whatever happens
      log.error("deployment of {} broke off", change.jar().title(), e);
      failure = new DeployException(FAILED, "the deployment broke off: " + e, e);
    }
    var millis = millis(pending.began);
    tell(change, notes, failure, millis);
    entry.put("millis", millis);
    entry.put("state", failure == null ? "done" : "failed");
    entry.put(
        "message",
        failure == null
            ? String.join("; ", notes)
            : "%s: %s".formatted(failure.reason(), failure.getMessage()));
    collect();
    ledger.pass();
    pending.end(notes, failure, millis);
    this.pending.remove(pending);
  }

  private static void tell(
      Change change, List<String> notes, @Nullable DeployException failure, long millis) {
    var plan = change.plan();
    var title = "%s %s".formatted(plan.name(), plan.to());
    var from = plan.from() == null ? "" : " over " + plan.from();
    if (failure == null) {
      log.info(
          "deployed {}{}, {}, sha256 {}, in {} ms{}",
          title,
          from,
          plan.action(),
          plan.sha256().substring(0, 12),
          millis,
          notes.isEmpty() ? "" : ": " + String.join("; ", notes));
    } else {
      log.warn(
          "rolled back {}{}, {}, in {} ms: {}: {}",
          title,
          from,
          plan.action(),
          millis,
          failure.reason(),
          failure.getMessage());
    }
  }

  private ConcurrentMap<String, Object> remember(Answer answer) {
    var plan = answer.plan();
    var entry = new ConcurrentHashMap<String, Object>();
    entry.put("at", Instant.now().toString());
    entry.put("name", plan.name());
    entry.put("from", plan.from() == null ? "" : plan.from());
    entry.put("to", plan.to());
    entry.put("sha256", plan.sha256());
    entry.put("action", plan.action().name());
    entry.put("state", answer.done() ? "done" : "running");
    entry.put("millis", answer.millis());
    entry.put("message", "");
    ledger.remember(entry, settings.history());
    return entry;
  }

  /// Loads what this bundle consists of, and what it uses of others, while that can be done.
  private void load() {
    var loader = Deployments.class.getClassLoader();
    var entries = own.findEntries("/io/ioto/deploy", "*.class", false);
    if (entries == null) {
      return;
    }
    log.trace("loaded {} {}", DeployException.Reason.values(), Plan.Action.values());
    while (entries.hasMoreElements()) {
      var path = entries.nextElement().getPath();
      var name = path.substring(path.lastIndexOf('/') + 1).replace(".class", "");
      try {
        Class.forName("io.ioto.deploy." + name, true, loader);
      } catch (ClassNotFoundException e) {
        throw new DeployException(FAILED, "a class of this bundle is missing: " + name, e);
      }
    }
  }

  /// Removes what nobody needs any more from the store.
  private void collect() {
    try {
      var inUse = new HashSet<Path>();
      for (var bundle : system.getBundles()) {
        if (bundle.getBundleId() != Constants.SYSTEM_BUNDLE_ID
            && bundle.getLocation().startsWith("reference:")) {
          inUse.add(Bundles.file(bundle));
        }
      }
      store.collect(inUse);
    } catch (IOException | UncheckedIOException | LinkageError | IllegalStateException e) {
      log.warn("the store is not tidied up: {}", e.toString());
    }
  }

  /// Waits for the gateway to be up, and opens the store. Only whose turn it is may do so.
  private void ready() {
    started();
    if (!opened) {
      try {
        store.open();
      } catch (IOException e) {
        throw new DeployException(STORAGE, "the store cannot be opened: " + e, e);
      }
      opened = true;
      collect();
    }
  }

  private void started() {
    var up = new CompletableFuture<Void>();
    FrameworkListener listener =
        event -> {
          if (event.getType() == FrameworkEvent.STARTED) {
            up.complete(null);
          }
        };
    system.addFrameworkListener(listener);
    try {
      if (system.getBundle().getState() == Bundle.STARTING) {
        up.get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException _) {
      // told below
    } finally {
      system.removeFrameworkListener(listener);
    }
    if (system.getBundle().getState() != Bundle.ACTIVE) {
      throw new DeployException(BUSY, "the gateway is starting or stopping");
    }
  }

  private static long millis(long began) {
    return (System.nanoTime() - began) / 1_000_000;
  }

  /// Somebody who waits for a deployment to be carried out.
  private static final class Pending {
    private final Change change;
    private final long began;
    private final boolean guest;
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();

    Pending(Change change, long began, boolean guest) {
      this.change = change;
      this.began = began;
      this.guest = guest;
    }

    /// Lets them go before the end: what they would wait for waits for them.
    void release(boolean decided) {
      answer.complete(new Answer(change.plan(), millis(began), decided));
    }

    void end(List<String> notes, @Nullable DeployException failure, long millis) {
      if (failure != null) {
        answer.completeExceptionally(failure);
      } else {
        answer.complete(new Answer(change.planned(notes), millis, true));
      }
    }

    Answer await() {
      try {
        return answer.get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof DeployException failure) {
          throw failure;
        }
        throw new IllegalStateException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new DeployException(BUSY, "nobody waits any more; the deployment goes on", e);
      }
    }
  }
}
