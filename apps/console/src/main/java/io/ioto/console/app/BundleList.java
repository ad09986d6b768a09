// SPDX-License-Identifier: Apache-2.0
package io.ioto.console.app;

import io.ioto.api.runtime.Readiness;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.startlevel.BundleStartLevel;

/// What is installed, and whether it does what it is there for.
final class BundleList {
  /// A bundle.
  ///
  /// @param name symbolic name
  /// @param title name for people
  /// @param state `active`, `resolved`, `installed`, `starting` or `stopping`
  /// @param missing what keeps it from doing what it is there for
  record Entry(
      long id,
      String name,
      String title,
      String version,
      String state,
      int level,
      List<String> missing) {}

  private final BundleContext context;

  BundleList(BundleContext context) {
    this.context = context;
  }

  List<Entry> entries() {
    var reference = context.getServiceReference(Readiness.class);
    var readiness = reference == null ? null : context.getService(reference);
    try {
      return Arrays.stream(context.getBundles()).map(b -> entry(b, readiness)).toList();
    } finally {
      if (readiness != null) {
        context.ungetService(reference);
      }
    }
  }

  private static Entry entry(Bundle bundle, @Nullable Readiness readiness) {
    var headers = bundle.getHeaders("");
    var name = String.valueOf(bundle.getSymbolicName());
    var title = headers.get(Constants.BUNDLE_NAME);
    var level = bundle.adapt(BundleStartLevel.class);
    return new Entry(
        bundle.getBundleId(),
        name,
        title == null ? name : title,
        bundle.getVersion().toString(),
        state(bundle, headers.get(Constants.BUNDLE_ACTIVATIONPOLICY)),
        level == null ? 0 : level.getStartLevel(),
        readiness == null || bundle.getBundleId() == 0 ? List.of() : readiness.missing(bundle));
  }

  private static String state(Bundle bundle, @Nullable String policy) {
    return switch (bundle.getState()) {
      case Bundle.UNINSTALLED -> "uninstalled";
      case Bundle.INSTALLED -> "installed";
      case Bundle.RESOLVED -> "resolved";
      // One that is lazy becomes active with the first class that is loaded from it.
      case Bundle.STARTING -> policy == null ? "starting" : "lazy";
      case Bundle.STOPPING -> "stopping";
      default -> "active";
    };
  }
}
