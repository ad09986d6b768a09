// SPDX-License-Identifier: Apache-2.0
package io.ioto.runtime;

import io.ioto.api.config.Settings;
import io.ioto.api.runtime.Readiness;
import io.ioto.api.web.Listener;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.ReferenceDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

/// Judges by the states of bundles and of their components. Asks anew each time and keeps nothing.
@Component(service = Readiness.class)
public final class ComponentReadiness implements Readiness {
  private static final String FRONT = "io.ioto.front";
  private static final String WEB = "io.ioto.web";

  /// Header of a bundle that names, with commas, services which come and go with the state of the
  /// world, such as a connection. Nobody is unready for want of them.
  private static final String PRESENCE = "Ioto-Presence";

  private record Key(long bundle, String component, long configuration) {}

  /// One component of one bundle, or, where it has none yet, the lack of a configuration for it.
  private record Part(
      ComponentDescriptionDTO description, @Nullable ComponentConfigurationDTO configuration) {
    /// What stays the same from one question to the next: the component runtime answers each with
    /// new objects.
    Key key() {
      return new Key(
          description.bundle.id, description.name, configuration == null ? -1 : configuration.id);
    }

    int state() {
      return configuration == null
          ? ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION
          : configuration.state;
    }

    List<UnsatisfiedReferenceDTO> lacking() {
      return configuration == null || configuration.unsatisfiedReferences == null
          ? List.of()
          : List.of(configuration.unsatisfiedReferences);
    }

    @Nullable ReferenceDTO reference(String name) {
      return Arrays.stream(description.references)
          .filter(r -> r.name.equals(name))
          .findFirst()
          .orElse(null);
    }
  }

  private final BundleContext context;
  private final ServiceComponentRuntime components;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  private volatile @Nullable Settings settings;

  @Activate
  public ComponentReadiness(BundleContext context, @Reference ServiceComponentRuntime components) {
    this.context = context;
    this.components = components;
  }

  ComponentReadiness(
      BundleContext context, ServiceComponentRuntime components, @Nullable Settings settings) {
    this(context, components);
    this.settings = settings;
  }

  @Override
  public List<String> missing() {
    var missing = new ArrayList<String>();
    if (context.getBundle(Constants.SYSTEM_BUNDLE_ID).getState() != Bundle.ACTIVE) {
      missing.add("the framework is starting or stopping");
    }
    var bundles = List.of(context.getBundles());
    var excused = excused();
    for (var bundle : bundles) {
      if (bundle.getBundleId() != Constants.SYSTEM_BUNDLE_ID && !replaced(bundle, bundles)) {
        missing.addAll(missing(bundle, excused));
      }
    }
    if (expectsListener(bundles) && !listens()) {
      missing.add("%s does not listen on any address".formatted(FRONT));
    }
    return missing;
  }

  @Override
  public List<String> missing(Bundle bundle) {
    return missing(bundle, excused());
  }

  private List<String> missing(Bundle bundle, Set<Key> excused) {
    var name = "%s %s".formatted(bundle.getSymbolicName(), bundle.getVersion());
    if (fragment(bundle)) {
      return bundle.getState() == Bundle.INSTALLED
          ? List.of(name + " is not attached to its host")
          : List.of();
    }
    return switch (bundle.getState()) {
      case Bundle.ACTIVE ->
          parts(bundle)
              .filter(p -> !excused.contains(p.key()))
              .flatMap(p -> missing(p).map(m -> name + ": " + m))
              .toList();
      case Bundle.STARTING ->
          lazy(bundle) ? List.of() : List.of(name + " is starting and not active yet");
      case Bundle.STOPPING -> List.of(name + " is stopping");
      case Bundle.RESOLVED -> List.of(name + " is not started");
      case Bundle.INSTALLED -> List.of(name + " is not resolved: something it requires is missing");
      default -> List.of(name + " is uninstalled");
    };
  }

  private static Stream<String> missing(Part part) {
    var name = "component " + part.description().name;
    return switch (part.state()) {
      case ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION ->
          Stream.of(
              "%s waits for configuration '%s'"
                  .formatted(name, String.join("', '", part.description().configurationPid)));
      case ComponentConfigurationDTO.UNSATISFIED_REFERENCE ->
          part.lacking().stream().map(r -> "%s waits for %s".formatted(name, wanted(part, r)));
      case ComponentConfigurationDTO.FAILED_ACTIVATION ->
          Stream.of("%s failed: %s".formatted(name, reason(part)));
      default -> Stream.empty();
    };
  }

  private static String wanted(Part part, UnsatisfiedReferenceDTO lacking) {
    var reference = part.reference(lacking.name);
    var type = reference == null ? "a service" : reference.interfaceName;
    return lacking.target == null || lacking.target.isEmpty()
        ? "%s (reference '%s')".formatted(type, lacking.name)
        : "%s with %s (reference '%s')".formatted(type, lacking.target, lacking.name);
  }

  /// The innermost cause, which the component runtime gives as a stack trace; the rest of that is
  /// in the log.
  private static String reason(Part part) {
    var failure = part.configuration() == null ? null : part.configuration().failure;
    return failure == null
        ? "reason unknown"
        : failure
            .lines()
            .filter(l -> !l.startsWith("\t") && !l.isBlank())
            .reduce("", (_, last) -> last)
            .replaceFirst("^Caused by: ", "");
  }

  /// The enabled components of active bundles.
  private Stream<Part> parts(Bundle... bundles) {
    Collection<ComponentDescriptionDTO> descriptions =
        components.getComponentDescriptionDTOs(bundles);
    return descriptions.stream().filter(components::isComponentEnabled).flatMap(this::parts);
  }

  private Stream<Part> parts(ComponentDescriptionDTO description) {
    var configurations = components.getComponentConfigurationDTOs(description);
    if (configurations.isEmpty()) {
      return "require".equals(description.configurationPolicy)
          ? Stream.of(new Part(description, null))
          : Stream.empty();
    }
    return configurations.stream().map(c -> new Part(description, c));
  }

  /// Components that do not exist because their section is switched off, and those which wait for
  /// nothing but these or services that may be absent.
  private Set<Key> excused() {
    var off = settings == null ? Set.<String>of() : settings.disabled();
    var absent = presences();
    if (off.isEmpty() && absent.isEmpty()) {
      return Set.of();
    }
    var unsatisfied =
        parts()
            .filter(
                p ->
                    p.state() == ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION
                        || p.state() == ComponentConfigurationDTO.UNSATISFIED_REFERENCE)
            .collect(Collectors.toCollection(ArrayList::new));
    var excused = new HashSet<Key>();
    while (unsatisfied.removeIf(
        p -> {
          if (!excused(p, off, absent)) {
            return false;
          }
          excused.add(p.key());
          absent.addAll(List.of(p.description().serviceInterfaces));
          return true;
        })) {
      // Another round: these may excuse others.
    }
    return excused;
  }

  private Set<String> presences() {
    var services = new HashSet<String>();
    for (var bundle : context.getBundles()) {
      var header = bundle.getState() == Bundle.ACTIVE ? bundle.getHeaders("").get(PRESENCE) : null;
      if (header != null) {
        for (var service : header.split(",", -1)) {
          services.add(service.strip());
        }
      }
    }
    return services;
  }

  private static boolean excused(Part part, Set<String> off, Set<String> absent) {
    if (part.state() == ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION) {
      return Arrays.stream(part.description().configurationPid).anyMatch(off::contains);
    }
    return part.lacking().stream()
        .map(r -> part.reference(r.name))
        .allMatch(r -> r != null && absent.contains(r.interfaceName));
  }

  /// A bundle that is being swapped out is not missed while another version of it is active.
  private static boolean replaced(Bundle bundle, List<Bundle> bundles) {
    return bundle.getState() != Bundle.ACTIVE
        && bundles.stream()
            .anyMatch(
                b ->
                    !b.equals(bundle)
                        && b.getState() == Bundle.ACTIVE
                        && Objects.equals(b.getSymbolicName(), bundle.getSymbolicName()));
  }

  private static boolean fragment(Bundle bundle) {
    var revision = bundle.adapt(BundleRevision.class);
    return revision != null && (revision.getTypes() & BundleRevision.TYPE_FRAGMENT) != 0;
  }

  private static boolean lazy(Bundle bundle) {
    var policy = bundle.getHeaders("").get(Constants.BUNDLE_ACTIVATIONPOLICY);
    return policy != null && policy.startsWith(Constants.ACTIVATION_LAZY);
  }

  private boolean expectsListener(List<Bundle> bundles) {
    var off = settings == null ? Set.<String>of() : settings.disabled();
    return !off.contains(FRONT)
        && !off.contains(WEB)
        && bundles.stream().anyMatch(b -> FRONT.equals(b.getSymbolicName()));
  }

  private boolean listens() {
    try {
      return context.getAllServiceReferences(Listener.class.getName(), null) != null;
    } catch (InvalidSyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
