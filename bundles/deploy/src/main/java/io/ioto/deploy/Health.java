// SPDX-License-Identifier: Apache-2.0
package io.ioto.deploy;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks the readiness service about single bundles. By name, since the contract's class is another
/// one once `api` itself has been replaced.
///
/// @param system context of the system bundle
record Health(BundleContext system) {
  private static final String READINESS = "io.ioto.api.runtime.Readiness";
  private static final Logger log = LoggerFactory.getLogger(Health.class);

  /// True while somebody can be asked.
  boolean known() {
    return system.getServiceReference(READINESS) != null;
  }

  /// What a bundle lacks to do its work; a bundle that should be active and is not lacks that.
  List<String> missing(Bundle bundle) {
    if (!Bundles.running(bundle) && !Bundles.fragment(bundle)) {
      return List.of("%s is not active".formatted(Bundles.title(bundle)));
    }
    var reference = system.getServiceReference(READINESS);
    var readiness = reference == null ? null : system.getService(reference);
    if (readiness == null) {
      return List.of();
    }
    try {
      return strings(method(readiness).invoke(readiness, bundle));
    } catch (ReflectiveOperationException e) {
      log.warn("the readiness service does not answer", e);
      return List.of("the readiness service does not answer: " + e.getCause());
    } finally {
      system.ungetService(reference);
    }
  }

  /// What a bundle lacks, without its version, so that two versions can be compared.
  Set<String> lacking(Bundle bundle) {
    return missing(bundle).stream().map(m -> plain(m, bundle)).collect(Collectors.toSet());
  }

  /// A line without the bundle's version.
  static String plain(String line, Bundle bundle) {
    return line.replace(bundle.getVersion().toString(), "*");
  }

  private static Method method(Object readiness) throws NoSuchMethodException {
    for (@Nullable Class<?> c = readiness.getClass(); c != null; c = c.getSuperclass()) {
      for (var type : c.getInterfaces()) {
        if (type.getName().equals(READINESS)) {
          return type.getMethod("missing", Bundle.class);
        }
      }
    }
    throw new NoSuchMethodException(READINESS);
  }

  private static List<String> strings(@Nullable Object answer) {
    return answer instanceof List<?> list ? list.stream().map(String::valueOf).toList() : List.of();
  }
}
