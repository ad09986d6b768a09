// SPDX-License-Identifier: Apache-2.0
package io.ioto.itests;

import io.ioto.bench.Jars;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;

/// Activators of bundles that nobody wants, and the jars to put them in.
final class Bad {
  /// Refuses to start.
  public static final class Throws implements BundleActivator {
    @Override
    public void start(BundleContext context) {
      throw new IllegalStateException("the moon is not full");
    }

    @Override
    public void stop(BundleContext context) {}
  }

  /// Never comes back.
  public static final class Hangs implements BundleActivator {
    @Override
    public void start(BundleContext context) throws InterruptedException {
      new CountDownLatch(1).await();
    }

    @Override
    public void stop(BundleContext context) {}
  }

  /// Never comes back, takes a whole processor and listens to nobody.
  public static final class Spins implements BundleActivator {
    private static volatile long turns;

    @Override
    public void start(BundleContext context) {
      for (var turn = 0L; turn >= 0; turn++) {
        turns = turn;
      }
    }

    @Override
    public void stop(BundleContext context) {}

    @Override
    public String toString() {
      return turns + " turns";
    }
  }

  private Bad() {}

  /// The next version of a bundle, with such an activator.
  static byte[] edition(byte[] jar, String version, Class<? extends BundleActivator> activator)
      throws IOException {
    var name = activator.getName();
    var file = name.replace('.', '/') + ".class";
    byte[] code;
    try (var in = activator.getResourceAsStream("/" + file)) {
      code = java.util.Objects.requireNonNull(in).readAllBytes();
    }
    return Jars.edition(
        jar,
        Map.of(
            Constants.BUNDLE_VERSION,
            version,
            Constants.BUNDLE_ACTIVATOR,
            name,
            // Instead of what it imported: nothing of the old code is to run.
            Constants.IMPORT_PACKAGE,
            "org.osgi.framework",
            "Service-Component",
            "",
            "Require-Capability",
            "",
            "Provide-Capability",
            ""),
        Map.of(file, code));
  }

  /// A bundle with nothing but headers.
  static byte[] bundle(String name, String... headers) throws IOException {
    var all = new LinkedHashMap<String, String>();
    all.put(Constants.BUNDLE_MANIFESTVERSION, "2");
    all.put(Constants.BUNDLE_SYMBOLICNAME, name);
    for (var i = 0; i < headers.length; i += 2) {
      all.put(headers[i], headers[i + 1]);
    }
    return Jars.bundle(all, Map.of());
  }
}
