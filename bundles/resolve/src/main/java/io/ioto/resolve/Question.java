// SPDX-License-Identifier: Apache-2.0
package io.ioto.resolve;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Version;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.BundleWiring;

/// Puts one set of jars to a scratch framework and finds the causes of what does not resolve. The
/// framework decides; the causes come from holding what is declared as needed against what is
/// declared as offered, and, where that explains nothing, from the framework's own words.
final class Question {
  private final Scratch scratch;
  private final Set<String> services;
  private final List<String> problems = new ArrayList<>();
  private final Map<Bundle, Path> bundles = new LinkedHashMap<>();

  Question(Scratch scratch, Set<String> services) {
    this.scratch = scratch;
    this.services = new HashSet<>(services);
    this.services.addAll(scratch.services());
  }

  List<String> problems(List<Path> jars) {
    // A jar named twice is one bundle.
    new LinkedHashSet<>(jars).forEach(this::install);
    versions();
    scratch.resolve();
    var offered = offered();
    unresolved(offered);
    unserved(offered);
    return problems;
  }

  private void install(Path jar) {
    try {
      var bundle = scratch.install(jar);
      if (bundle.getSymbolicName() == null) {
        problems.add("%s is no bundle: its manifest names none".formatted(jar.getFileName()));
      } else {
        bundles.put(bundle, jar);
      }
    } catch (BundleException e) {
      problems.add(
          e.getType() == BundleException.DUPLICATE_BUNDLE_ERROR
              ? "%s repeats a bundle of the set: %s".formatted(jar.getFileName(), e.getMessage())
              : "%s cannot be installed: %s".formatted(jar.getFileName(), reason(e)));
    }
  }

  /// One version of a bundle is all that a gateway runs.
  private void versions() {
    var seen = new TreeMap<String, List<Version>>();
    for (var bundle : bundles.keySet()) {
      seen.computeIfAbsent(bundle.getSymbolicName(), _ -> new ArrayList<>())
          .add(bundle.getVersion());
    }
    seen.forEach(
        (name, versions) -> {
          if (versions.size() > 1) {
            versions.sort(Comparator.naturalOrder());
            problems.add("%s is there in more than one version: %s".formatted(name, versions));
          }
        });
  }

  private Map<String, List<BundleCapability>> offered() {
    var offered = new HashMap<String, List<BundleCapability>>();
    Stream.concat(Stream.of(scratch.system()), bundles.keySet().stream())
        .flatMap(b -> revision(b).getDeclaredCapabilities(null).stream())
        .forEach(c -> offered.computeIfAbsent(c.getNamespace(), _ -> new ArrayList<>()).add(c));
    return offered;
  }

  private void unresolved(Map<String, List<BundleCapability>> offered) {
    var broken = new LinkedHashMap<Bundle, List<Need>>();
    for (var bundle : bundles.keySet()) {
      if (bundle.adapt(BundleWiring.class) == null) {
        broken.put(bundle, needs(bundle).stream().filter(Need::resolves).toList());
      }
    }
    var explained = new HashSet<Bundle>();
    broken.forEach(
        (bundle, needs) -> {
          for (var need : needs) {
            if (need.providers(offered).isEmpty()) {
              problems.add(need.missing(offered));
              explained.add(bundle);
            }
          }
        });
    // What needs something broken is broken by it, and need not be told of.
    boolean grown;
    do {
      grown = false;
      for (var entry : broken.entrySet()) {
        if (!explained.isEmpty()
            && entry.getValue().stream().anyMatch(n -> lost(n, offered, explained))) {
          grown |= explained.add(entry.getKey());
        }
      }
    } while (grown);
    broken.keySet().removeAll(explained);
    broken.keySet().forEach(b -> problems.add(Need.name(b) + " does not resolve: " + ask(b)));
  }

  private static boolean lost(
      Need need, Map<String, List<BundleCapability>> offered, Set<Bundle> broken) {
    return need.providers(offered).stream()
        .allMatch(c -> broken.contains(c.getRevision().getBundle()));
  }

  /// Lets the framework say why a bundle does not resolve, as it does to whoever wants a class.
  private static String ask(Bundle bundle) {
    try {
      bundle.loadClass("java.lang.Object");
      return "the framework gives no reason";
    } catch (ClassNotFoundException e) {
      var cause = e.getCause();
      return cause == null ? String.valueOf(e.getMessage()) : reason(cause);
    }
  }

  private void unserved(Map<String, List<BundleCapability>> offered) {
    for (var bundle : bundles.keySet()) {
      for (var need : needs(bundle)) {
        if (need.service() && need.providers(offered).isEmpty() && !need.within(services)) {
          problems.add(need.missing(offered));
        }
      }
    }
  }

  private static List<Need> needs(Bundle bundle) {
    return revision(bundle).getDeclaredRequirements(null).stream().map(Need::new).toList();
  }

  private static BundleRevision revision(Bundle bundle) {
    return bundle.adapt(BundleRevision.class);
  }

  /// The message without Felix's marks of bundle and revision numbers.
  private static String reason(Throwable failure) {
    return String.valueOf(failure.getMessage())
        .replaceAll("\\s*\\[\\d+\\]\\s*\\(R \\d+\\.\\d+\\)", "")
        .strip();
  }
}
