// SPDX-License-Identifier: Apache-2.0
package io.ioto.resolve;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.namespace.BundleNamespace;
import org.osgi.framework.namespace.ExecutionEnvironmentNamespace;
import org.osgi.framework.namespace.HostNamespace;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;

/// One requirement of a bundle, in words that a person can act on.
///
/// @param requirement as the framework read it from the manifest
record Need(BundleRequirement requirement) {
  private static final String SERVICE = "osgi.service";

  private static final Pattern COMPARISON =
      Pattern.compile("(!?)\\(([^()=<>~!]+)(=|<=|>=)([^()]*)\\)");

  /// A bundle as people name it.
  static String name(Bundle bundle) {
    return bundle.getSymbolicName() + " " + bundle.getVersion();
  }

  /// True when the bundle does not resolve without it.
  boolean resolves() {
    var resolution = directive(Constants.RESOLUTION_DIRECTIVE, Constants.RESOLUTION_MANDATORY);
    return resolution.equals(Constants.RESOLUTION_MANDATORY)
        && directive(Constants.EFFECTIVE_DIRECTIVE, Constants.EFFECTIVE_RESOLVE)
            .equals(Constants.EFFECTIVE_RESOLVE);
  }

  /// True when a component of the bundle does not work without it.
  boolean service() {
    return requirement.getNamespace().equals(SERVICE)
        && directive(Constants.RESOLUTION_DIRECTIVE, Constants.RESOLUTION_MANDATORY)
            .equals(Constants.RESOLUTION_MANDATORY);
  }

  /// Who offers it.
  List<BundleCapability> providers(Map<String, List<BundleCapability>> offered) {
    return offered.getOrDefault(requirement.getNamespace(), List.of()).stream()
        .filter(requirement::matches)
        .toList();
  }

  /// True when it asks for services among these only.
  boolean within(Set<String> services) {
    var asked = values("objectClass");
    return !asked.isEmpty() && services.containsAll(asked);
  }

  /// Says that nobody offers it, and what comes near.
  String missing(Map<String, List<BundleCapability>> offered) {
    var namespace = requirement.getNamespace();
    var who = name(requirement.getRevision().getBundle());
    return switch (namespace) {
      case PackageNamespace.PACKAGE_NAMESPACE ->
          "%s needs package %s%s, which nothing exports%s"
              .formatted(who, subject(), range("version"), near(offered, "version", "exports"));
      case BundleNamespace.BUNDLE_NAMESPACE, HostNamespace.HOST_NAMESPACE ->
          "%s needs bundle %s%s, which is not there%s"
              .formatted(
                  who,
                  subject(),
                  range(Constants.BUNDLE_VERSION_ATTRIBUTE),
                  near(offered, Constants.BUNDLE_VERSION_ATTRIBUTE, "has version"));
      case ExecutionEnvironmentNamespace.EXECUTION_ENVIRONMENT_NAMESPACE ->
          "%s needs %s %s; this is Java %s"
              .formatted(
                  who,
                  subject(),
                  String.join(" or ", values("version")),
                  Runtime.version().feature());
      case SERVICE ->
          "%s needs the service %s, which no bundle provides"
              .formatted(who, String.join(" and ", values("objectClass")));
      default ->
          "%s needs the capability %s %s, which nothing provides"
              .formatted(who, namespace, filter());
    };
  }

  private String subject() {
    return String.join(" or ", values(requirement.getNamespace()));
  }

  /// What has the right name but is not the thing.
  private String near(Map<String, List<BundleCapability>> offered, String version, String offers) {
    var namespace = requirement.getNamespace();
    var names = values(namespace);
    var near =
        offered.getOrDefault(namespace, List.of()).stream()
            .filter(c -> names.contains(String.valueOf(c.getAttributes().get(namespace))))
            .map(
                c ->
                    "%s %s %s"
                        .formatted(
                            name(c.getRevision().getBundle()),
                            offers,
                            c.getAttributes().get(version)))
            .distinct()
            .collect(Collectors.joining(", "));
    return near.isEmpty() ? "" : "; " + near;
  }

  /// The versions asked for, as a range with a blank before it; empty when any will do.
  private String range(String attribute) {
    var from = "";
    var to = "";
    var comparison = COMPARISON.matcher(filter());
    while (comparison.find()) {
      if (comparison.group(2).equals(attribute)) {
        var value = comparison.group(4);
        switch (comparison.group(1) + comparison.group(3)) {
          case ">=" -> from = "[" + value;
          case "!<=" -> from = "(" + value;
          case "!>=" -> to = value + ")";
          case "<=" -> to = value + "]";
          case "=" -> {
            from = "[" + value;
            to = value + "]";
          }
          // Anything else, such as a version that is to be avoided, is no end of a range.
          default -> {}
        }
      }
    }
    if (to.isEmpty()) {
      return from.isEmpty() || from.equals("[0.0.0") ? "" : " " + from.substring(1) + " or later";
    }
    return " " + (from.isEmpty() ? "[0" : from) + "," + to;
  }

  /// The values that an attribute is compared with for equality.
  private List<String> values(String attribute) {
    var values = new ArrayList<String>();
    var comparison = COMPARISON.matcher(filter());
    while (comparison.find()) {
      if (comparison.group(2).equals(attribute) && comparison.group(3).equals("=")) {
        values.add(comparison.group(4));
      }
    }
    return values;
  }

  private String filter() {
    return directive(Constants.FILTER_DIRECTIVE, "");
  }

  private String directive(String name, String otherwise) {
    return requirement.getDirectives().getOrDefault(name, otherwise);
  }
}
