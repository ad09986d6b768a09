// SPDX-License-Identifier: Apache-2.0
package io.ioto.deploy;

import static io.ioto.api.deploy.DeployException.Reason.UNRESOLVABLE;

import io.ioto.api.deploy.DeployException;
import io.ioto.api.deploy.Plan;
import io.ioto.api.deploy.Plan.Action;
import io.ioto.api.deploy.SetPlan;
import io.ioto.resolve.Resolution;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;

/// Finds out what a deployment would do, and whether its outcome could work. Touches nothing.
///
/// @param system context of the system bundle
/// @param own the bundle that plans
/// @param temporary folder for the scratch framework
record Planner(
    BundleContext system, Bundle own, Bundles bundles, Path temporary, Settings settings) {
  private static final String CONTROL = "io.ioto.control";
  private static final String LISTENER = "io.ioto.api.web.Listener";
  private static final String SERVICE = "osgi.service";
  private static final String EXTENDER = "osgi.extender";
  private static final String COMPONENTS = "osgi.component";

  /// Services without which no set is changed.
  private static final Set<String> CARRIERS =
      Set.of(
          "io.ioto.api.ota.Updates",
          "org.osgi.service.cm.ConfigurationAdmin",
          "org.osgi.service.component.runtime.ServiceComponentRuntime");

  /// Contracts of which a framework has one provider at a time.
  private static final List<String> UNIQUE = List.of(EXTENDER, "osgi.implementation");

  /// Properties that decide what resolves.
  private static final List<String> FRAMEWORK =
      List.of(
          Constants.FRAMEWORK_SYSTEMPACKAGES,
          Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
          Constants.FRAMEWORK_SYSTEMCAPABILITIES,
          Constants.FRAMEWORK_SYSTEMCAPABILITIES_EXTRA,
          Constants.FRAMEWORK_BOOTDELEGATION);

  /// Plans a deployment.
  ///
  /// @throws DeployException UNRESOLVABLE when its outcome could not work
  /// @throws IOException when a jar of the running set cannot be read
  Change change(Jar jar) throws IOException {
    if (jar.name().equals(system.getBundle().getSymbolicName())) {
      throw new DeployException(
          UNRESOLVABLE,
          "%s is the framework itself, which only a new distribution replaces"
              .formatted(jar.name()));
    }
    var old = bundles.named(jar.name()).orElse(null);
    if (old != null && same(jar.version(), jar.sha256(), old)) {
      return change(Action.NOTHING, jar, old, List.of(), List.of());
    }
    resolve(List.of(jar.file()), old == null ? Set.of() : Set.of(old));
    var notes = new ArrayList<String>();
    if (old == null) {
      return change(Action.INSTALL, jar, null, List.of(), notes);
    }
    var affected = closure(old);
    var action = Action.SIDE_BY_SIDE;
    var reason = exclusive(jar, old, affected);
    if (reason != null) {
      action = Action.IN_PLACE;
      notes.add(reason);
    }
    if (jar.version().compareTo(old.getVersion()) < 0) {
      notes.add(
          "the version goes down; where the distribution brings a higher one, that returns at the"
              + " next start");
    }
    return change(action, jar, old, affected, notes);
  }

  /// Plans the way to a whole set.
  ///
  /// @param wanted jars that have to come in, with their start levels; what runs already in the
  ///     wanted version is not among them
  /// @param staying the bundles that run already as wanted
  /// @throws DeployException UNRESOLVABLE when the set could not work
  /// @throws IOException when a jar of the running set cannot be read
  SetChange set(Map<Jar, Integer> wanted, Set<Bundle> staying) throws IOException {
    var names = wanted.keySet().stream().map(Jar::name).collect(Collectors.toSet());
    if (names.contains(system.getBundle().getSymbolicName())) {
      throw new DeployException(
          UNRESOLVABLE,
          "%s is the framework itself, which only a new distribution replaces"
              .formatted(system.getBundle().getSymbolicName()));
    }
    var leaving = bundles.all().stream().filter(b -> !staying.contains(b)).toList();
    resolve(wanted.keySet().stream().map(Jar::file).toList(), Set.copyOf(leaving));
    var changes = new ArrayList<Change>();
    for (var entry : wanted.entrySet()) {
      var jar = entry.getKey();
      var old = bundles.named(jar.name()).orElse(null);
      var affected = old == null ? List.<Bundle>of() : closure(old);
      var reason = old == null ? null : exclusive(jar, old, affected);
      var action =
          old == null ? Action.INSTALL : reason == null ? Action.SIDE_BY_SIDE : Action.IN_PLACE;
      var notes = reason == null ? List.<String>of() : List.of(reason);
      changes.add(change(action, jar, old, affected, notes).at(entry.getValue()));
    }
    var removed =
        leaving.stream()
            .filter(b -> !names.contains(b.getSymbolicName()))
            .sorted(Bundles.START_ORDER)
            .toList();
    var touched = new HashSet<Bundle>(removed);
    leaving.forEach(b -> touched.addAll(closure(b)));
    var restart = touched.stream().anyMatch(this::carriesSets);
    var lacking = new HashMap<String, Set<String>>();
    touched.forEach(b -> lacking.putAll(lacking(List.of(b))));
    changes.sort(java.util.Comparator.comparingInt(Change::startLevel));
    return new SetChange(
        new SetPlan(
            restart,
            changes.stream().map(Change::plan).toList(),
            removed.stream().map(Bundles::title).toList()),
        changes,
        removed,
        lacking);
  }

  /// Whether a change to a whole set could not go on, or could not be judged, without a bundle.
  private boolean carriesSets(Bundle bundle) {
    var services = bundle.getRegisteredServices();
    return bundle.equals(own)
        || (services != null
            && Arrays.stream(services)
                .anyMatch(s -> types(s).stream().anyMatch(CARRIERS::contains)));
  }

  boolean same(Version version, String sha256, Bundle old) throws IOException {
    return version.equals(old.getVersion()) && bundles.sha256(old).equals(sha256);
  }

  /// Why a bundle cannot run beside its predecessor; null when it can.
  private static @Nullable String exclusive(Jar jar, Bundle old, List<Bundle> affected) {
    if (affected.size() > 1) {
      return "%d other bundles are wired to it and restart with it".formatted(affected.size() - 1);
    }
    if (jar.version().equals(old.getVersion())) {
      return "it has the version that runs already, so it cannot start beside that";
    }
    if (jar.handover() || "true".equalsIgnoreCase(old.getHeaders("").get(Jar.HANDOVER))) {
      return "it owns what only one can own (%s), so the old one stops first"
          .formatted(Jar.HANDOVER);
    }
    var revision = old.adapt(BundleRevision.class);
    for (var namespace : UNIQUE) {
      if (!revision.getDeclaredCapabilities(namespace).isEmpty()) {
        return "it is the one provider of an %s, so the old one stops first".formatted(namespace);
      }
    }
    if (jar.singleton()) {
      return "it is a singleton, so the old one stops first";
    }
    var imports = jar.imports();
    var shared =
        revision.getDeclaredCapabilities(PackageNamespace.PACKAGE_NAMESPACE).stream()
            .map(c -> String.valueOf(c.getAttributes().get(PackageNamespace.PACKAGE_NAMESPACE)))
            .filter(imports::contains)
            .findFirst();
    // Started beside, it would take the package from the old one, and fall with it.
    return shared
        .map(p -> "it imports package %s, which the old one exports".formatted(p))
        .orElse(null);
  }

  /// A bundle and all that are wired to it, in start order.
  private List<Bundle> closure(Bundle bundle) {
    var closure =
        system.getBundle().adapt(FrameworkWiring.class).getDependencyClosure(List.of(bundle));
    return closure.stream().sorted(Bundles.START_ORDER).toList();
  }

  private Change change(
      Action action, Jar jar, @Nullable Bundle old, List<Bundle> affected, List<String> notes)
      throws IOException {
    var all = new ArrayList<>(notes);
    var fresh = jar.name() + "/" + jar.version();
    var running = affected.stream().filter(Bundles::running).toList();
    List<String> refreshes = List.of();
    List<String> starts = new ArrayList<>();
    if (action != Action.NOTHING) {
      var started = new LinkedHashSet<>(running);
      if (old == null) {
        starts.add(fresh);
      } else {
        started.add(old);
        started.stream()
            .sorted(Bundles.START_ORDER)
            .map(b -> b.equals(old) ? fresh : Bundles.title(b))
            .forEach(starts::add);
      }
    }
    if (action == Action.IN_PLACE) {
      refreshes = affected.stream().map(b -> b.equals(old) ? fresh : Bundles.title(b)).toList();
      stuck(affected);
      if (running.stream().anyMatch(Planner::listens)) {
        all.add("the listeners are among what restarts: connections are refused meanwhile");
      }
    }
    var cutsOff = running.stream().anyMatch(this::carries);
    if (cutsOff) {
      all.add(
          action == Action.IN_PLACE
              ? "the answer comes before it is done; 'GET /deployments' and the log tell the end"
              : "the answer comes once it is decided; the old one goes after that");
    }
    var plan =
        new Plan(
            action,
            jar.name(),
            old == null ? null : old.getVersion().toString(),
            jar.version().toString(),
            jar.sha256(),
            running.reversed().stream().map(Bundles::title).toList(),
            refreshes,
            starts,
            all);
    return new Change(
        plan,
        jar,
        old,
        old == null ? null : old.getLocation(),
        affected,
        old == null ? settings.startLevel() : Bundles.startLevel(old),
        lacking(affected),
        cutsOff);
  }

  /// A bundle whose thread hangs can be neither stopped nor wired anew, and trying would hang the
  /// framework.
  void stuck(List<Bundle> affected) {
    for (var bundle : affected) {
      var why = bundles.ledger().stuck(bundle);
      if (why != null) {
        throw new DeployException(
            DeployException.Reason.FAILED,
            "%s is stuck and would have to be wired anew: %s; restart the gateway first"
                .formatted(Bundles.title(bundle), why));
      }
    }
  }

  private Map<String, Set<String>> lacking(List<Bundle> affected) {
    var health = new Health(system);
    var lacking = new HashMap<String, Set<String>>();
    for (var bundle : affected) {
      lacking.merge(
          bundle.getSymbolicName(),
          health.lacking(bundle),
          (a, b) -> Stream.concat(a.stream(), b.stream()).collect(Collectors.toSet()));
    }
    return lacking;
  }

  private static boolean listens(Bundle bundle) {
    var services = bundle.getRegisteredServices();
    return services != null && Arrays.stream(services).anyMatch(s -> types(s).contains(LISTENER));
  }

  /// Whether a bundle carries the conversation with whoever asked for the deployment.
  private boolean carries(Bundle bundle) {
    return bundle.equals(own)
        || CONTROL.equals(bundle.getSymbolicName())
        || bundle.adapt(BundleRevision.class).getDeclaredCapabilities(EXTENDER).stream()
            .anyMatch(c -> COMPONENTS.equals(c.getAttributes().get(EXTENDER)));
  }

  private void resolve(List<Path> coming, Set<Bundle> leaving) throws IOException {
    var now = new ArrayList<Path>();
    var then = new ArrayList<Path>();
    for (var bundle : bundles.all()) {
      var file = Bundles.file(bundle);
      now.add(file);
      if (!leaving.contains(bundle)) {
        then.add(file);
      }
    }
    then.addAll(coming);
    var framework = framework();
    var problems = Resolution.of(then, framework, services(leaving), temporary).problems();
    if (!problems.isEmpty()) {
      // What is wrong already must not keep anybody from putting it right.
      var known =
          Set.copyOf(Resolution.of(now, framework, services(Set.of()), temporary).problems());
      problems = problems.stream().filter(p -> !known.contains(p)).toList();
    }
    if (!problems.isEmpty()) {
      throw new DeployException(UNRESOLVABLE, String.join("; ", problems));
    }
  }

  private Map<String, String> framework() {
    var properties = new HashMap<String, String>();
    for (var name : FRAMEWORK) {
      var value = system.getProperty(name);
      if (value != null) {
        properties.put(name, value);
      }
    }
    return properties;
  }

  /// Types of the services that are registered now and, as far as manifests tell, will be then.
  private Set<String> services(Set<Bundle> leaving) {
    var declared = new HashMap<Bundle, Set<String>>();
    leaving.forEach(b -> declared.put(b, declared(b)));
    var types = new HashSet<String>();
    try {
      ServiceReference<?>[] references = system.getAllServiceReferences(null, null);
      if (references != null) {
        for (var reference : references) {
          var owner = reference.getBundle();
          if (owner != null && bundles.ledger().stuck(owner) == null) {
            types(reference).stream()
                .filter(t -> !declared.getOrDefault(owner, Set.of()).contains(t))
                .forEach(types::add);
          }
        }
      }
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e);
    }
    return types;
  }

  private static Set<String> declared(Bundle bundle) {
    return bundle.adapt(BundleRevision.class).getDeclaredCapabilities(SERVICE).stream()
        .flatMap(Planner::types)
        .collect(Collectors.toSet());
  }

  private static Stream<String> types(BundleCapability service) {
    return switch (service.getAttributes().get(Constants.OBJECTCLASS)) {
      case List<?> list -> list.stream().map(String::valueOf);
      case String one -> Stream.of(one);
      case null, default -> Stream.empty();
    };
  }

  private static List<String> types(ServiceReference<?> reference) {
    return List.of((String[]) reference.getProperty(Constants.OBJECTCLASS));
  }
}
